import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import { contrastHost, contrastPage, type ContrastStrings } from "../../src/protocol/panels/contrast.js";
import { oneLine, safeText } from "../../src/protocol/safeText.js";
import type { ContrastNeighbour, ContrastView, MarkedText } from "../../src/protocol/worker/contrast.js";
import { Announcer } from "../shared/announcer.js";
import { connectHost, faultOf, memory } from "../shared/host.js";
import { KeepFocus } from "../shared/keepFocus.js";
import { sharedStyles } from "../shared/styles.js";
import { waiting } from "../shared/waiting.js";
import { figure, filled, money } from "../shared/words.js";
import { contrastStyles } from "./style.js";

/** Characters of one text that the panel shows; the case itself opens whole. */
const mostShown = 20_000;
/** Characters of a key in a name that is read out. */
const mostOfKey = 120;

type Decision = "pin" | "exclude" | null;

/** The contrast set of one error: the wrong case left, its right neighbours beside it, below what the instructor gets. */
class ContrastPanel extends LitElement {
  static override styles = [sharedStyles, contrastStyles];
  static override properties = {
    words: { state: true },
    view: { state: true },
    fault: { state: true },
    compared: { state: true },
    messageOpen: { state: true },
  };

  declare words: ContrastStrings | null;
  declare view: ContrastView | null;
  declare fault: FaultView | null;
  /** Which neighbour the wrong question is compared with. */
  declare compared: number;
  declare messageOpen: boolean;

  readonly #host = connectHost(contrastHost, contrastPage, {});
  readonly #announcer = new Announcer();
  #k: number | null | "as-before" = "as-before";
  #asked = 0;

  constructor() {
    super();
    this.words = null;
    this.view = null;
    this.fault = null;
    this.compared = 0;
    this.messageOpen = true;
    new KeepFocus(this);
    // Also where nothing of the page has the focus yet.
    window.addEventListener("keydown", (event) => this.#onEscape(event));
    this.#host.on("changed", ({ k }) => {
      this.#k = k;
      this.compared = 0;
      void this.#load();
    });
    void this.#begin();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, view, fault } = this;
    if (words === null) return nothing;
    return html`
      ${fault === null ? nothing : this.#faultBox(fault, words)}
      ${
        view === null
          ? fault === null
            ? waiting(words.loading)
            : nothing
          : html`<main aria-label=${words.title}>
              <h1 class="visually-hidden">${words.title}</h1>
              ${this.#bar(view, words)}${this.#cases(view, words)}
              ${this.#candidates(view, words)}${this.#message(view, words)}
            </main>`
      }
    `;
  }

  async #begin(): Promise<void> {
    // Both are asked at once: neither needs the other's answer.
    const loading = this.#load();
    try {
      this.words = await this.#host.call("strings", {});
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    await loading;
  }

  async #load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const { view, state } = await this.#host.call("view", { k: this.#k });
      // An answer that a later question overtook is not shown.
      if (asked !== this.#asked) return;
      memory.set(state);
      this.view = view;
      this.fault = null;
      this.compared = Math.min(this.compared, Math.max(0, view.neighbours.length - 1));
      const { words } = this;
      if (words !== null) {
        this.#announcer.say(filled(words.updated, view.neighbours.length, view.message?.tokens ?? 0));
      }
    } catch (thrown) {
      if (asked === this.#asked) this.fault = faultOf(thrown);
    }
  }

  #setK(k: number | null): void {
    const most = this.view?.most ?? 20;
    this.#k = k === null ? null : Math.max(0, Math.min(most, k));
    void this.#load();
  }

  async #decide(decisions: { neighbour: string; decision: Decision }[]): Promise<void> {
    try {
      await this.#host.call("decide", { decisions });
      await this.#load();
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  #faultBox({ message, remedy, file }: FaultView, words: ContrastStrings): TemplateResult {
    return html`<div class="fault" role="alert">
      <p>${safeText([file, message, remedy].filter((part) => part !== undefined).join("\n"), 2000)}</p>
      <button @click=${() => void this.#load()}>${words.retry}</button>
    </div>`;
  }

  #bar(view: ContrastView, words: ContrastStrings): TemplateResult {
    return html`<header>
      <div class="stepper" role="group" aria-label=${words.neighbours}>
        <span class="muted" aria-hidden="true">k</span>
        <button class="quiet" aria-label=${words.fewer} ?disabled=${view.k <= 0} @click=${() => this.#setK(view.k - 1)}>
          −
        </button>
        <output class="number" id="k">${view.k}</output>
        <button
          class="quiet"
          aria-label=${words.more}
          ?disabled=${view.k >= view.most}
          @click=${() => this.#setK(view.k + 1)}
        >
          +
        </button>
        ${
          view.k === view.configured
            ? nothing
            : html`<button class="quiet" @click=${() => this.#setK(null)}>
                ${filled(words.reset, view.configured)}
              </button>`
        }
      </div>
      <span class="muted">${filled(words.embedder, safeText(view.embedder, 100))}</span>
      <span class="muted">${filled(words.pool, figure(view.pool))}</span>
      ${view.source === "searched" ? html`<span class="muted">${words.searched}</span>` : nothing}
      ${view.message === null ? nothing : html`<span class="figures number">${this.#price(view, words)}</span>`}
    </header>`;
  }

  #price({ message, currency }: ContrastView, words: ContrastStrings): string {
    if (message === null) return "";
    const cost = message.cost === null ? words.unknownCost : filled(words.cost, money(message.cost, currency));
    return `${filled(words.tokens, figure(message.tokens))} · ${cost}`;
  }

  #cases(view: ContrastView, words: ContrastStrings): TemplateResult {
    const { error, neighbours } = view;
    const compared = neighbours[this.compared];
    return html`<div class="cases">
      <article class="wrong" aria-label=${`${words.wrong} ${oneLine(error.key, mostOfKey)}`}>
        <h2>
          <span class="verdict" aria-hidden="true">✗</span> ${words.wrong}
          <button class="quiet key" title=${words.openCase} @click=${() => void this.#open(error.key)}>
            ${shown(error.key)}
          </button>
        </h2>
        <pre class="question">${compared === undefined ? shown(error.question) : marks(compared.errorMarked)}</pre>
        ${this.#parts(error, words)}
      </article>
      ${
        neighbours.length === 0
          ? html`<p class="muted none">${words.none}</p>`
          : neighbours.map((neighbour, index) => this.#neighbour(neighbour, index, words))
      }
    </div>`;
  }

  #neighbour(neighbour: ContrastNeighbour, index: number, words: ContrastStrings): TemplateResult {
    const { key, pinned, distance } = neighbour;
    const onKey = (event: KeyboardEvent): void => {
      if (event.target !== event.currentTarget) return;
      const actions: { readonly [name: string]: () => void } = {
        p: () => void this.#decide([{ neighbour: key, decision: pinned ? null : "pin" }]),
        x: () => void this.#decide([{ neighbour: key, decision: "exclude" }]),
        r: () => void this.#replace(key),
        Enter: () => void this.#open(key),
      };
      const action = actions[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    return html`<article
      class=${index === this.compared ? "right compared" : "right"}
      tabindex="0"
      aria-label=${`${words.right} ${index + 1} ${oneLine(key, mostOfKey)} ${filled(words.distance, distance.toFixed(3))}`}
      @focusin=${() => (this.compared = index)}
      @mouseenter=${() => (this.compared = index)}
      @keydown=${onKey}
    >
      <h2>
        <span class="verdict" aria-hidden="true">✓</span> ${index + 1}
        <span class="muted number">${filled(words.distance, distance.toFixed(3))}</span>
        <span class="actions">
          <button
            class="quiet"
            aria-pressed=${pinned}
            @click=${() => void this.#decide([{ neighbour: key, decision: pinned ? null : "pin" }])}
          >
            ${pinned ? words.unpin : words.pin}
          </button>
          <button class="quiet" @click=${() => void this.#decide([{ neighbour: key, decision: "exclude" }])}>
            ${words.exclude}
          </button>
          <button class="quiet" ?disabled=${this.#next() === undefined} @click=${() => void this.#replace(key)}>
            ${words.replace}
          </button>
        </span>
      </h2>
      <button class="quiet key" title=${words.openCase} @click=${() => void this.#open(key)}>${shown(key)}</button>
      <pre class="question">${marks(neighbour.marked)}</pre>
      ${this.#parts(neighbour, words)}
    </article>`;
  }

  #parts(
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

  #candidates({ candidates }: ContrastView, words: ContrastStrings): TemplateResult | typeof nothing {
    if (candidates.length === 0) return nothing;
    return html`<details class="candidates">
      <summary>${filled(words.candidates, candidates.length)}</summary>
      <ul>
        ${candidates.map(
          ({ key, question, distance, excluded }) =>
            html`<li>
              <span class="number muted">${distance.toFixed(3)}</span>
              <button
                class="quiet"
                aria-label=${`${excluded ? words.include : words.pin} ${oneLine(key, mostOfKey)}`}
                @click=${() => void this.#decide([{ neighbour: key, decision: excluded ? null : "pin" }])}
              >
                ${excluded ? words.include : words.pin}
              </button>
              ${excluded ? html`<em>${words.excluded}</em>` : nothing}
              <span>${shown(question).slice(0, 200)}</span>
            </li>`,
        )}
      </ul>
    </details>`;
  }

  #message(view: ContrastView, words: ContrastStrings): TemplateResult {
    const { message } = view;
    if (message === null) return html`<p class="muted">${words.noMessage}</p>`;
    const text = message.messages.map(({ role, content }) => `${role}:\n${content}`).join("\n\n");
    return html`<details
      class="message"
      ?open=${this.messageOpen}
      @toggle=${(event: Event) => (this.messageOpen = (event.target as HTMLDetailsElement).open)}
    >
      <summary>${words.message}</summary>
      <p class="muted">
        ${filled(words.messageOf, message.template, message.samples)} · ${this.#price(view, words)}
        <button class="quiet" @click=${() => void this.#host.call("copyMessage", { text })}>${words.copy}</button>
      </p>
      ${message.messages.map(
        ({ role, content }) =>
          html`<section>
            <h3>${role}</h3>
            <pre>${safeText(content, 100_000)}</pre>
          </section>`,
      )}
    </details>`;
  }

  /** The nearest right case that is neither shown nor excluded. */
  #next(): string | undefined {
    return this.view?.candidates.find(({ excluded }) => !excluded)?.key;
  }

  /** Puts the next right case in the place of this one. */
  async #replace(key: string): Promise<void> {
    const next = this.#next();
    if (next === undefined) return;
    await this.#decide([
      { neighbour: key, decision: "exclude" },
      { neighbour: next, decision: "pin" },
    ]);
  }

  /** Back to the error beside, from wherever the focus is. */
  #onEscape(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.view !== null) void this.#open(this.view.error.key);
  }

  async #open(key: string): Promise<void> {
    try {
      await this.#host.call("openCase", { key });
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }
}

function shown(text: string): string {
  return safeText(text, mostShown);
}

/** The pieces of a text; what only this text has is marked, and said by underlining as well as by colour. */
function marks(pieces: MarkedText): TemplateResult[] {
  return pieces.map(({ text, differs }) => (differs ? html`<mark>${shown(text)}</mark>` : html`${shown(text)}`));
}

customElements.define("preceptor-contrast", ContrastPanel);
