import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ContrastStrings } from "../../src/protocol/panels/contrast.js";
import { oneLine, safeText } from "../../src/protocol/safeText.js";
import type { ContrastMessage, ContrastView, UnsentReason } from "../../src/protocol/worker/contrast.js";
import { figure, filled, money } from "../shared/words.js";
import { shown } from "../shared/shown.js";
import { mostOfKey } from "./cards.js";
import type { Decision } from "./decisions.js";

/** Right cases that are further away, or excluded. */
export function candidateList(
  { candidates }: ContrastView,
  words: ContrastStrings,
  decide: (decision: Decision) => void,
): TemplateResult | typeof nothing {
  if (candidates.length === 0) return nothing;
  return html`<details class="candidates">
    <summary>${filled(words.candidates, candidates.length)}</summary>
    <ul>
      ${repeat(
        candidates,
        ({ key }) => key,
        ({ key, question, distance, excluded }) =>
          html`<li>
            <span class="number muted">${distance.toFixed(3)}</span>
            <button
              class="quiet"
              aria-label=${`${excluded ? words.include : words.pin} ${oneLine(key, mostOfKey)}`}
              @click=${() => decide({ neighbour: key, decision: excluded ? null : "pin" })}
            >
              ${excluded ? words.include : words.pin}
            </button>
            ${excluded ? html`<em>${words.excluded}</em>` : nothing}
            <span>${oneLine(shown(question), 200)}</span>
          </li>`,
      )}
    </ul>
  </details>`;
}

export function price({ message, currency }: ContrastMessage, words: ContrastStrings): string {
  if (message === null) return "";
  const cost = message.cost === null ? words.unknownCost : filled(words.cost, money(message.cost, currency));
  return `${filled(words.tokens, figure(message.tokens))} · ${cost}`;
}

/** What the instructor receives, or why it receives nothing. */
export function instructorMessage(
  view: ContrastView,
  answer: ContrastMessage,
  words: ContrastStrings,
  actions: { readonly copy: (text: string) => void },
  open: { readonly now: boolean; readonly set: (open: boolean) => void },
): TemplateResult {
  const { message, unsent } = answer;
  if (message === null)
    return html`<p class="muted unsent">${unsent === null ? nothing : unsentWord(unsent, words)}</p>`;
  const text = message.messages.map(({ role, content }) => `${role}:\n${content}`).join("\n\n");
  return html`<details
    class="message"
    ?open=${open.now}
    @toggle=${(event: Event) => open.set((event.target as HTMLDetailsElement).open)}
  >
    <summary>${words.message}</summary>
    <p class="muted">
      ${filled(words.messageOf, message.strategy, message.template, message.samples)} · ${price(answer, words)}
      <button class="quiet" @click=${() => actions.copy(text)}>${words.copy}</button>
    </p>
    ${remarks(view, message.strategy, message.neighbours, words).map((remark) => html`<p>${remark}</p>`)}
    ${message.messages.map(
      ({ role, content }) =>
        html`<section>
          <h3>${role}</h3>
          <pre>${safeText(content, 100_000)}</pre>
        </section>`,
    )}
  </details>`;
}

/** Where what a run sends would differ from the cards, or this message from what a run sends. */
function remarks(
  { neighbours, k, configured, sameGroup }: ContrastView,
  strategy: string,
  sent: number,
  words: ContrastStrings,
): string[] {
  if (sent === 0 && neighbours.length > 0) return [filled(words.alone, strategy)];
  return [
    ...(k === configured ? [] : [filled(words.otherK, configured)]),
    ...(sameGroup.shown === sameGroup.configured ? [] : [filled(words.otherPool, String(sameGroup.configured))]),
  ];
}

function unsentWord(reason: UnsentReason, words: ContrastStrings): string {
  const byReason: { readonly [reason in UnsentReason]: string } = {
    evaluation: words.unsentEvaluation,
    iteration: words.unsentIteration,
    strategy: words.unsentStrategy,
    quota: words.unsentQuota,
    triage: words.unsentTriage,
    right: words.unsentRight,
    undrawn: words.unsentUndrawn,
  };
  return byReason[reason];
}
