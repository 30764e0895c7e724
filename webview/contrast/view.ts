import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import { contrastHost, contrastPage, type ContrastStrings } from "../../src/protocol/panels/contrast.js";
import { oneLine, safeText } from "../../src/protocol/safeText.js";
import type { ContrastMessage, ContrastNeighbour, ContrastView } from "../../src/protocol/worker/contrast.js";
import { Announcer } from "../shared/announcer.js";
import { configurationNote } from "../shared/configurationNote.js";
import { faultBox } from "../shared/faultBox.js";
import { connectHost, faultOf, memory } from "../shared/host.js";
import { KeepFocus } from "../shared/keepFocus.js";
import { sharedStyles } from "../shared/styles.js";
import { progressBar, waiting } from "../shared/waiting.js";
import { figure, filled } from "../shared/words.js";
import { candidateList, instructorMessage, price } from "./below.js";
import { cards, mostOfKey, type CardActions } from "./cards.js";
import { applied, type Decision } from "./decisions.js";
import { contrastStyles } from "./style.js";

/** A search that takes longer than this is told by a bar. */
const quickMs = 300;

/** The contrast set of one error: the wrong case left, its right neighbours beside it, below what the instructor gets. */
class ContrastPanel extends LitElement {
  static override styles = [sharedStyles, contrastStyles];
  static override properties = {
    words: { state: true },
    view: { state: true },
    message: { state: true },
    fault: { state: true },
    compared: { state: true },
    messageOpen: { state: true },
    stale: { state: true },
    slow: { state: true },
    k: { state: true },
  };

  declare words: ContrastStrings | null;
  declare view: ContrastView | null;
  declare message: ContrastMessage | null;
  declare fault: FaultView | null;
  /** Key of the neighbour that the wrong question is compared with. */
  declare compared: string | null;
  declare messageOpen: boolean;
  /** True while the message is that of the cards before. */
  declare stale: boolean;
  declare slow: boolean;
  /** The number of neighbours that was asked for last; what is shown may still be an earlier one. */
  declare k: number | null | "as-before";

  readonly #host = connectHost(contrastHost, contrastPage, {});
  readonly #announcer = new Announcer();
  #sameGroup: boolean | null | "as-before" = "as-before";
  #asked = 0;
  #waiting: Decision[] = [];
  #sending = false;
  /** What was done since the last answer, to be said with it. */
  #deeds: string[] = [];
  #said = "";

  constructor() {
    super();
    this.words = null;
    this.view = null;
    this.message = null;
    this.fault = null;
    this.compared = null;
    this.messageOpen = true;
    this.stale = true;
    this.slow = false;
    this.k = "as-before";
    new KeepFocus(this);
    // Also where nothing of the page has the focus yet.
    window.addEventListener("keydown", (event) => this.#onKey(event));
    this.#host.on("changed", ({ another }) => {
      if (another) this.#forget();
      void this.#load();
    });
    this.#host.on("step", ({ by }) => this.#step(by));
    void this.#begin();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, view, message, fault } = this;
    if (words === null) return nothing;
    return html`
      ${fault === null ? nothing : faultBox(fault, words, () => void this.#load())}
      ${
        view === null
          ? fault === null
            ? waiting(words.loading)
            : nothing
          : html`<main aria-label=${words.title}>
              <h1 class="visually-hidden">${words.title}</h1>
              <div class="busy">${this.slow ? progressBar(words.loading) : nothing}</div>
              ${configurationNote(view.configurationFault, words.configurationBroken)}
              ${this.#bar(view, words)}${cards(view, this.#compared(view), words, this.#actions(view, words))}
              ${candidateList(view, words, (decision) => this.#decideOther(decision, words))}
              <div aria-busy=${this.stale}>${message === null ? nothing : this.#instructor(view, message, words)}</div>
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

  /** Another error is shown from now on: nothing of the one before counts for it. */
  #forget(): void {
    this.k = "as-before";
    this.#sameGroup = "as-before";
    this.compared = null;
    this.message = null;
    this.#deeds = [];
    this.#said = "";
  }

  async #load(): Promise<void> {
    // Decisions that are under way are followed by an answer that knows them all.
    if (this.#sending) return;
    const asked = ++this.#asked;
    this.stale = true;
    const bar = setTimeout(() => (this.slow = asked === this.#asked), quickMs);
    try {
      const { view, state } = await this.#host.call("view", { k: this.k, sameGroup: this.#sameGroup });
      // An answer that a later question overtook is not shown.
      if (asked !== this.#asked) return;
      memory.set(state);
      this.view = view;
      this.slow = false;
      const message = await this.#host.call("message", {});
      if (asked !== this.#asked) return;
      this.message = message;
      this.stale = false;
      this.fault = null;
      this.#announce(view, message);
    } catch (thrown) {
      if (asked === this.#asked) this.fault = faultOf(thrown);
    } finally {
      clearTimeout(bar);
      if (asked === this.#asked) this.slow = false;
    }
  }

  #announce({ neighbours }: ContrastView, { message }: ContrastMessage): void {
    const { words } = this;
    if (words === null) return;
    const figures = filled(words.updated, neighbours.length, figure(message?.tokens ?? 0));
    // What was asked again and did not change is not told again, over what was just told.
    if (this.#deeds.length === 0 && figures === this.#said) return;
    this.#said = figures;
    this.#announcer.say([...this.#deeds.splice(0), figures].join(". "));
  }

  /** What is shown, or will be when the answers that are awaited have come. */
  #wantedK({ k, fewest, most, configured }: ContrastView): number {
    const wanted = this.k === null ? configured : this.k === "as-before" ? k : this.k;
    return Math.max(fewest, Math.min(most, wanted));
  }

  #step(by: number): void {
    const { view } = this;
    if (view === null) return;
    const k = this.#wantedK(view) + by;
    if (k >= view.fewest && k <= view.most) this.#setK(k);
  }

  #setK(k: number | null): void {
    this.k = k;
    void this.#load();
  }

  #setSameGroup(sameGroup: boolean): void {
    this.#sameGroup = sameGroup;
    void this.#load();
  }

  /** Shows what was decided at once, tells it, and asks for the set as it is then; what is pressed meanwhile follows. */
  async #decide(decisions: readonly Decision[], deed: string): Promise<void> {
    if (this.view === null) return;
    const error = this.view.error.key;
    // An answer that is on its way does not know this decision.
    this.#asked += 1;
    this.view = decisions.reduce(applied, this.view);
    this.stale = true;
    this.#deeds.push(deed);
    this.#waiting.push(...decisions);
    if (this.#sending) return;
    this.#sending = true;
    let fault: FaultView | null = null;
    try {
      while (this.#waiting.length > 0) {
        await this.#host.call("decide", { error, decisions: this.#waiting.splice(0) });
      }
    } catch (thrown) {
      fault = faultOf(thrown);
      this.#waiting = [];
      this.#deeds = [];
    }
    this.#sending = false;
    await this.#load();
    if (fault !== null) this.fault = fault;
  }

  #decideOther({ neighbour, decision }: Decision, words: ContrastStrings): void {
    const deed = decision === null ? words.included : words.pinned;
    void this.#decide([{ neighbour, decision }], filled(deed, oneLine(neighbour, mostOfKey)));
  }

  #actions({ candidates }: ContrastView, words: ContrastStrings): CardActions {
    const said = (text: string, ...keys: string[]): string =>
      filled(text, ...keys.map((key) => oneLine(key, mostOfKey)));
    // The nearest right case that is neither shown nor excluded.
    const next = candidates.find(({ excluded }) => !excluded)?.key;
    const pin = ({ key, pinned }: ContrastNeighbour): void => {
      const decision = { neighbour: key, decision: pinned ? null : "pin" } as const;
      void this.#decide([decision], said(pinned ? words.unpinned : words.pinned, key));
    };
    const exclude = (key: string): void => {
      const focus = this.#focusIn(key);
      void this.#decide([{ neighbour: key, decision: "exclude" }], said(words.nowExcluded, key));
      if (focus !== null)
        void this.#focus(this.view?.neighbours.at(focus.place) ?? this.view?.neighbours.at(-1), focus);
    };
    const replace = (key: string): void => {
      if (next === undefined) return;
      const focus = this.#focusIn(key);
      const decisions = [
        { neighbour: key, decision: "exclude" },
        { neighbour: next, decision: "pin" },
      ] as const;
      void this.#decide(decisions, said(words.replaced, key, next));
      if (focus !== null) void this.#focus({ key: next }, focus);
    };
    return {
      open: (key) => void this.#open(key),
      compare: (key) => (this.compared = key),
      pin,
      exclude,
      replace: next === undefined ? null : replace,
    };
  }

  /** Where the focus is in a card: its place among the cards, and on which of its buttons; null when it is elsewhere. */
  #focusIn(key: string): { readonly place: number; readonly action: string | null } | null {
    const focused = this.shadowRoot?.activeElement;
    const card = focused?.closest<HTMLElement>("article.right");
    if (focused === null || focused === undefined || card?.dataset["key"] !== key) return null;
    const place = this.view?.neighbours.findIndex((neighbour) => neighbour.key === key) ?? 0;
    return { place, action: focused.getAttribute("data-action") };
  }

  /** The focus follows to the card that took the place of another one, and there to the same button. */
  async #focus(
    neighbour: { readonly key: string } | undefined,
    { action }: { readonly action: string | null },
  ): Promise<void> {
    if (neighbour === undefined) return;
    await this.updateComplete;
    const all = [...this.renderRoot.querySelectorAll<HTMLElement>("article.right")];
    const card = all.find(({ dataset }) => dataset["key"] === neighbour.key);
    const button = card?.querySelector<HTMLButtonElement>(`[data-action="${action ?? "none"}"]:enabled`);
    (button ?? card)?.focus();
  }

  #compared({ neighbours }: ContrastView): ContrastNeighbour | undefined {
    return neighbours.find(({ key }) => key === this.compared) ?? neighbours[0];
  }

  #bar(view: ContrastView, words: ContrastStrings): TemplateResult {
    const k = this.#wantedK(view);
    const { configured, fewest, most, error, sameGroup } = view;
    const pool = sameGroup.shown && error.group !== null ? words.poolOfGroup : words.pool;
    return html`<header>
      <div class="stepper" role="group" aria-label=${words.neighbours}>
        <span class="muted" aria-hidden="true">k</span>
        <button
          class="quiet"
          aria-label=${words.fewer}
          title="−"
          ?disabled=${k <= fewest}
          @click=${() => this.#step(-1)}
        >
          −
        </button>
        <span class="number" id="k">${k}</span>
        <button class="quiet" aria-label=${words.more} title="+" ?disabled=${k >= most} @click=${() => this.#step(1)}>
          +
        </button>
        ${
          k === configured
            ? nothing
            : html`<button class="quiet" @click=${() => this.#setK(null)}>${filled(words.reset, configured)}</button>`
        }
        ${fewest === 0 || k > fewest ? nothing : html`<span class="muted">${filled(words.allPinned, fewest)}</span>`}
      </div>
      <span class="muted">${filled(words.embedder, safeText(view.embedder, 100))}</span>
      <span>
        ${this.message === null ? nothing : html`<span class="muted">${filled(pool, figure(this.message.pool))}</span>`}
        ${
          error.group === null
            ? nothing
            : html`<label>
                <input
                  type="checkbox"
                  .checked=${sameGroup.shown}
                  @change=${(event: Event) => this.#setSameGroup((event.target as HTMLInputElement).checked)}
                />
                ${words.sameGroup}
              </label>`
        }
      </span>
      ${view.source === "searched" ? html`<span class="muted">${words.searched}</span>` : nothing}
      ${this.message === null ? nothing : html`<span class="figures number ${this.stale ? "stale" : ""}">${price(this.message, words)}</span>`}
      <p class="keys muted">${words.keys}</p>
    </header>`;
  }

  #instructor(view: ContrastView, message: ContrastMessage, words: ContrastStrings): TemplateResult {
    const copy = (text: string): void => void this.#host.call("copyMessage", { text });
    const open = { now: this.messageOpen, set: (now: boolean) => (this.messageOpen = now) };
    return instructorMessage(view, message, words, { copy }, open);
  }

  /** Escape leads back to the error beside, and + and − change k, from wherever the focus is. */
  #onKey(event: KeyboardEvent): void {
    if (this.view === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") void this.#open(this.view.error.key);
    if (event.key === "+") this.#step(1);
    if (event.key === "-") this.#step(-1);
  }

  async #open(key: string): Promise<void> {
    try {
      await this.#host.call("openCase", { key });
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }
}

customElements.define("preceptor-contrast", ContrastPanel);
