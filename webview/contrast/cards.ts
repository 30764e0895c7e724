import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ContrastStrings } from "../../src/protocol/panels/contrast.js";
import { oneLine } from "../../src/protocol/safeText.js";
import type { ContrastNeighbour, ContrastView, MarkedText } from "../../src/protocol/worker/contrast.js";
import { shown } from "../shared/shown.js";
import { filled } from "../shared/words.js";

/** Characters of a key in a name that is read out. */
export const mostOfKey = 120;

/** What can be done with a neighbour; `null` where it cannot be done now. */
export interface CardActions {
  readonly open: (key: string) => void;
  readonly compare: (key: string) => void;
  readonly pin: (neighbour: ContrastNeighbour) => void;
  readonly exclude: (key: string) => void;
  readonly replace: ((key: string) => void) | null;
}

/** The wrong case, and beside it its right neighbours, nearest first. */
export function cards(
  { error, neighbours }: ContrastView,
  compared: ContrastNeighbour | undefined,
  words: ContrastStrings,
  actions: CardActions,
): TemplateResult {
  const marked = compared === undefined || compared.errorMarked.length === 0 ? null : compared.errorMarked;
  return html`<div class="cases">
    <article class="wrong" aria-label=${`${words.wrong} ${oneLine(error.key, mostOfKey)}`}>
      <h2><span class="verdict" aria-hidden="true">✗</span> ${words.wrong}</h2>
      ${keyButton(error.key, words, actions)}
      <pre class="question">${marked === null ? shown(error.question) : marks(marked)}</pre>
      ${parts(error, words)}
    </article>
    <div class="neighbours">
      ${
        neighbours.length === 0
          ? html`<p class="muted none">${words.none}</p>`
          : repeat(
              neighbours,
              ({ key }) => key,
              (neighbour, index) => card(neighbour, index, neighbour === compared, words, actions),
            )
      }
    </div>
  </div>`;
}

function card(
  neighbour: ContrastNeighbour,
  index: number,
  compared: boolean,
  words: ContrastStrings,
  actions: CardActions,
): TemplateResult {
  const { key, pinned, distance } = neighbour;
  const { replace } = actions;
  const onKey = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const byKey: { readonly [name: string]: () => void } = {
      p: () => actions.pin(neighbour),
      x: () => actions.exclude(key),
      r: () => replace?.(key),
      Enter: () => actions.open(key),
    };
    const action = byKey[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  return html`<article
    class=${compared ? "right compared" : "right"}
    data-key=${key}
    tabindex="0"
    aria-label=${`${words.right} ${index + 1} ${oneLine(key, mostOfKey)} ${filled(words.distance, distance.toFixed(3))}`}
    @focusin=${() => actions.compare(key)}
    @mouseenter=${() => actions.compare(key)}
    @keydown=${onKey}
  >
    <h2>
      <span class="verdict" aria-hidden="true">✓</span> ${index + 1}
      <span class="muted number">${filled(words.distance, distance.toFixed(3))}</span>
      <span class="actions">
        <button
          class="quiet"
          data-action="pin"
          title=${`${pinned ? words.unpin : words.pin} (P)`}
          aria-pressed=${pinned}
          @click=${() => actions.pin(neighbour)}
        >
          ${pinned ? words.unpin : words.pin}
        </button>
        <button
          class="quiet"
          data-action="exclude"
          title=${`${words.exclude} (X)`}
          @click=${() => actions.exclude(key)}
        >
          ${words.exclude}
        </button>
        <button
          class="quiet"
          data-action="replace"
          title=${`${words.replace} (R)`}
          ?disabled=${replace === null}
          @click=${() => replace?.(key)}
        >
          ${words.replace}
        </button>
      </span>
    </h2>
    ${keyButton(key, words, actions)}
    <pre class="question">${marks(neighbour.marked)}</pre>
    ${parts(neighbour, words)}
  </article>`;
}

function keyButton(key: string, words: ContrastStrings, { open }: CardActions): TemplateResult {
  return html`<button class="quiet key" title=${words.openCase} @click=${() => open(key)}>${shown(key)}</button>`;
}

function parts(
  { response, reference }: { response: string; reference: string | null },
  words: ContrastStrings,
): TemplateResult {
  return html`<h3 class="muted">${words.response}</h3>
    <pre>${shown(response)}</pre>
    ${
      reference === null
        ? nothing
        : html`<details>
            <summary>${words.reference}</summary>
            <pre>${shown(reference)}</pre>
          </details>`
    }`;
}

/** The pieces of a text; what only this text has is marked, and said by underlining as well as by colour. */
function marks(pieces: MarkedText): TemplateResult[] {
  return pieces.map(({ text, differs }) => (differs ? html`<mark>${shown(text)}</mark>` : html`${shown(text)}`));
}
