import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import {
  instructorHost,
  instructorPage,
  instructorState,
  type InstructorState,
  type InstructorStrings,
} from "../../src/protocol/panels/instructor.js";
import type {
  ErrorOutput,
  FreshAnswer,
  LiveAnswerView,
  SampleDecision,
  SampleDetail,
  SampleEvidence,
  SampleFilter,
  SampleRow,
  SamplesOverview,
} from "../../src/protocol/worker/samples.js";
import { Announcer } from "../shared/announcer.js";
import { connectHost, faultOf, memory } from "../shared/host.js";
import { sharedStyles } from "../shared/styles.js";
import { figure, filled, money } from "../shared/words.js";
import {
  answerView,
  draftOf,
  draftView,
  editForm,
  evidenceView,
  formOf,
  gateList,
  shown,
  type DraftForm,
} from "./parts.js";
import { RowCache } from "./rowCache.js";
import "./sampleList.js";
import type { Chosen, SampleList } from "./sampleList.js";
import { instructorStyles } from "./style.js";

/** How long the cursor rests on a sample before what is expensive about it is asked for, in milliseconds. */
const restMs = 120;

interface Editing {
  readonly sample: string;
  readonly form: DraftForm;
  /** What the gates said of the form; null before they were asked. */
  readonly refused: readonly SampleDetail["gates"][number][] | null;
}

interface Fresh {
  readonly key: string;
  readonly answer: FreshAnswer | null;
}

/** What the instructor wrote about errors: samples with what the gates found, evidence, raw answers, and a person's review. */
class InstructorPanel extends LitElement {
  static override styles = [sharedStyles, instructorStyles];
  static override properties = {
    words: { state: true },
    overview: { state: true },
    fault: { state: true },
    total: { state: true },
    rows: { state: true },
    chosen: { state: true },
    output: { state: true },
    evidence: { state: true },
    editing: { state: true },
    fresh: { state: true },
    live: { state: true },
  };

  declare words: InstructorStrings | null;
  declare overview: SamplesOverview | null;
  declare fault: FaultView | null;
  declare total: number;
  declare rows: ReadonlyMap<number, SampleRow>;
  declare chosen: Chosen;
  declare output: ErrorOutput | null;
  declare evidence: { readonly sample: string; readonly found: SampleEvidence | null } | null;
  declare editing: Editing | null;
  declare fresh: Fresh | null;
  declare live: LiveAnswerView | null;

  readonly #host = connectHost(instructorHost, instructorPage, {});
  readonly #announcer = new Announcer();
  readonly #cache = new RowCache(
    async (from, count) => this.#page(from, count),
    (total) => this.#listed(total),
  );
  #filter: SampleFilter = { state: "all", gate: null };
  #selected: string | null = null;
  /** The error that is shown though none of its samples is in the list. */
  #errorKey: string | null = null;
  #attempts = new Map<string, number>();
  #undo: SampleDecision[][] = [];
  #rest: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | null = null;
  #overviewAsked = 0;
  #outputAsked = 0;

  constructor() {
    super();
    this.words = null;
    this.overview = null;
    this.fault = null;
    this.total = 0;
    this.rows = new Map();
    this.chosen = { cursor: 0, anchor: 0 };
    this.output = null;
    this.evidence = null;
    this.editing = null;
    this.fresh = null;
    this.live = null;
    const remembered = instructorState.safeParse(memory.get());
    if (remembered.success) this.#take(remembered.data);
    this.#host.on("changed", ({ state }) => {
      if (state === null) return void this.#refresh();
      this.#take(state);
      void this.#open();
    });
    this.#host.on("live", ({ answer }) => (this.live = answer));
    this.#host.on("act", ({ action }) => this.#act(action));
    void this.#begin();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, overview, fault } = this;
    if (words === null) return nothing;
    return html`<main class="page" @keydown=${(event: KeyboardEvent) => this.#key(event)}>
      <h1 class="visually-hidden">${words.title}</h1>
      ${fault === null ? nothing : this.#faultBox(fault, words)}
      ${
        overview === null
          ? fault === null
            ? html`<p class="muted">${words.loading}</p>`
            : nothing
          : html`${this.#header(overview, words)} ${this.#banner(overview, words)}
              <div class="panes">${this.#side(overview, words)} ${this.#detail(words)}</div>`
      }
    </main>`;
  }

  async #begin(): Promise<void> {
    try {
      this.words = await this.#host.call("strings", {});
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
    await this.#open();
  }

  #take({ error, sample, filter }: InstructorState): void {
    this.#errorKey = error;
    this.#selected = sample;
    this.#filter = filter;
    this.#undo = [];
    this.editing = null;
    this.fresh = null;
    this.output = null;
  }

  /** Shows what the host wants shown: figures, list, and the error of the chosen sample. */
  async #open(): Promise<void> {
    await this.#guard(async () => {
      if (!(await this.#readOverview())) return;
      this.#cache.clear();
      const { place } = await this.#host.call("place", {
        filter: this.#filter,
        sample: this.#selected,
        error: this.#errorKey,
      });
      const cursor = place ?? 0;
      this.chosen = { cursor, anchor: cursor };
      await this.#cache.need(cursor, cursor);
      const wanted = this.#errorKey ?? this.rows.get(cursor)?.error ?? null;
      if (place !== null || this.#errorKey === null) this.#select(this.rows.get(cursor) ?? null);
      await this.#load(wanted);
    });
  }

  /** Something of what is shown changed: everything is asked again, and nothing jumps. */
  async #refresh(): Promise<void> {
    await this.#guard(async () => {
      if (!(await this.#readOverview())) return;
      if (this.overview !== null && this.total === 0 && this.output === null) return this.#open();
      await this.#cache.refresh(this.chosen.cursor, this.chosen.cursor);
      await this.#load(this.output?.key ?? null);
    });
  }

  async #readOverview(): Promise<boolean> {
    const asked = ++this.#overviewAsked;
    const { overview, state } = await this.#host.call("overview", {});
    if (asked !== this.#overviewAsked) return false;
    this.overview = overview;
    memory.set({ ...state, error: this.#errorKey, sample: this.#selected, filter: this.#filter });
    return true;
  }

  async #page(from: number, count: number): Promise<{ total: number; rows: SampleRow[] } | null> {
    try {
      return await this.#host.call("page", { filter: this.#filter, from, count });
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return null;
    }
  }

  #listed(total: number): void {
    this.rows = this.#cache.rows;
    this.total = total;
    const last = Math.max(0, total - 1);
    const { cursor, anchor } = this.chosen;
    if (cursor > last || anchor > last)
      this.chosen = { cursor: Math.min(cursor, last), anchor: Math.min(anchor, last) };
    // After a decision another sample may stand at the cursor.
    const row = this.rows.get(this.chosen.cursor);
    if (row !== undefined && row.id !== this.#selected && this.#errorKey === null) this.#select(row);
  }

  /** Asks for an error's output, and keeps what is shown while it is another one that was asked for later. */
  async #load(key: string | null): Promise<void> {
    const asked = ++this.#outputAsked;
    const output = await this.#host.call("error", { key });
    if (asked !== this.#outputAsked) return;
    this.output = output;
    this.fault = null;
    if (this.fresh?.key !== output.key) this.fresh = null;
    this.#selected ??= output.samples[0]?.id ?? null;
    await this.#recompute();
  }

  async #recompute(): Promise<void> {
    const sample = this.output?.samples.find(({ id }) => id === this.#selected)?.id ?? null;
    this.#asking?.abort();
    if (sample === null) {
      this.evidence = null;
      return;
    }
    const asking = new AbortController();
    this.#asking = asking;
    this.evidence = { sample, found: this.evidence?.sample === sample ? this.evidence.found : null };
    try {
      const found = await this.#host.call("evidence", { sample }, { signal: asking.signal });
      if (!asking.signal.aborted) this.evidence = { sample, found };
    } catch (thrown) {
      if (asking.signal.aborted) return;
      this.evidence = null;
      this.fault = faultOf(thrown);
    }
  }

  #select(row: SampleRow | null): void {
    if (row === null || row.id === this.#selected) return;
    this.#selected = row.id;
    this.editing = null;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      void this.#guard(async () => {
        await this.#remember();
        if (this.output?.key === row.error) await this.#recompute();
        else await this.#load(row.error);
        this.#scrollToCard();
      });
    }, restMs);
    this.requestUpdate();
  }

  #scrollToCard(): void {
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector("article.selected")?.scrollIntoView({ block: "nearest" });
    });
  }

  async #remember(): Promise<void> {
    const { state } = await this.#host.call("remember", {
      error: this.#errorKey,
      sample: this.#selected,
      filter: this.#filter,
    });
    memory.set(state);
  }

  #choose(chosen: Chosen): void {
    this.chosen = chosen;
    this.#errorKey = null;
    const row = this.rows.get(chosen.cursor);
    if (row === undefined) void this.#cache.need(chosen.cursor, chosen.cursor);
    else this.#select(row);
  }

  async #show(key: string): Promise<void> {
    this.#errorKey = key;
    this.#selected = null;
    await this.#guard(async () => {
      const { place } = await this.#host.call("place", { filter: this.#filter, sample: null, error: key });
      if (place !== null) {
        this.chosen = { cursor: place, anchor: place };
        await this.#cache.need(place, place);
        this.#selected = this.rows.get(place)?.id ?? null;
      }
      await this.#load(key);
      await this.#remember();
    });
  }

  #setFilter(filter: SampleFilter): void {
    this.#filter = filter;
    this.#errorKey = null;
    this.#cache.clear();
    this.chosen = { cursor: 0, anchor: 0 };
    void this.#guard(async () => {
      await this.#cache.need(0, 0);
      await this.#remember();
      const { words } = this;
      if (words !== null) this.#announcer.say(`${figure(this.total)} ${words.samples}`);
    });
  }

  async #decide(decision: "accept" | "reject" | null): Promise<void> {
    const { cursor, anchor } = this.chosen;
    await this.#guard(async () => {
      let before: SampleDecision[];
      if (cursor !== anchor && this.#errorKey === null) {
        const range = { filter: this.#filter, from: anchor, to: cursor, decision };
        ({ before } = await this.#host.call("reviewRange", range));
      } else {
        if (this.#selected === null) return;
        const decisions = [{ sample: this.#selected, decision, draft: null }];
        ({ before } = await this.#host.call("review", { decisions, note: null }));
      }
      this.#decided(before, decision);
      // Where decided samples stay in the list, the next one is to be looked at; where they leave it, it comes by itself.
      const stays = this.#filter.state === "all" || this.#filter.state === "reviewed";
      const next = Math.max(cursor, anchor) + 1;
      if (stays && this.#errorKey === null && decision !== null && next < this.total) {
        this.chosen = { cursor: next, anchor: next };
        await this.#cache.need(next, next);
        this.#select(this.rows.get(next) ?? null);
      } else {
        this.chosen = { cursor: Math.min(cursor, anchor), anchor: Math.min(cursor, anchor) };
      }
      await this.#refresh();
    });
  }

  #decided(before: SampleDecision[], decision: "accept" | "reject" | null): void {
    const { words } = this;
    if (before.length > 0) this.#undo.push(before);
    if (this.#undo.length > 100) this.#undo.shift();
    if (words === null) return;
    const name = decision === "accept" ? words.accepted : decision === "reject" ? words.rejected : words.undecide;
    this.#announcer.say(filled(words.decided, name, before.length));
  }

  async #undoLast(): Promise<void> {
    const decisions = this.#undo.pop();
    const { words } = this;
    if (words === null) return;
    if (decisions === undefined) return this.#announcer.say(words.nothingToUndo);
    await this.#guard(async () => {
      await this.#host.call("review", { decisions, note: null });
      this.#announcer.say(filled(words.undone, decisions.length));
      const [first] = decisions;
      if (first !== undefined) {
        const { place } = await this.#host.call("place", { filter: this.#filter, sample: first.sample, error: null });
        if (place !== null) this.chosen = { cursor: place, anchor: place };
        this.#selected = first.sample;
      }
      await this.#refresh();
    });
  }

  #edit(): void {
    const sample = this.#current();
    if (sample === null || !sample.editable) return;
    this.editing = { sample: sample.id, form: formOf(sample.draft), refused: null };
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".edit textarea")?.focus());
  }

  async #saveEdit(accept: "if-passed" | "anyway"): Promise<void> {
    const { editing } = this;
    const sample = this.#current();
    if (editing === null || sample === null) return;
    await this.#guard(async () => {
      const draft = draftOf(editing.form, sample.draft);
      const answer = await this.#host.call("edit", { sample: sample.id, draft, accept });
      if (!answer.accepted) {
        this.editing = { ...editing, refused: answer.gates };
        if (this.words !== null) this.#announcer.say(this.words.editFailed);
        return;
      }
      this.editing = null;
      this.#decided(answer.before, "accept");
      await this.#refresh();
      this.#list()?.focus();
    });
  }

  async #regenerate(): Promise<void> {
    const key = this.output?.key;
    if (key === undefined || this.fresh?.answer === null) return;
    const attempt = this.#attempts.get(key) ?? 0;
    this.fresh = { key, answer: null };
    try {
      const answer = await this.#host.call("regenerate", { key, attempt });
      this.#attempts.set(key, attempt + 1);
      this.fresh = { key, answer };
    } catch (thrown) {
      this.fresh = null;
      this.fault = faultOf(thrown);
    }
  }

  async #useInstead(draft: SampleDetail["draft"]): Promise<void> {
    const sample = this.#current();
    if (sample === null) return;
    await this.#guard(async () => {
      const decisions = [{ sample: sample.id, decision: "accept" as const, draft }];
      const { before } = await this.#host.call("review", { decisions, note: null });
      this.#decided(before, "accept");
      await this.#refresh();
    });
  }

  #current(): SampleDetail | null {
    return this.output?.samples.find(({ id }) => id === this.#selected) ?? null;
  }

  #list(): SampleList | null {
    return this.renderRoot.querySelector<SampleList>("preceptor-sample-list");
  }

  #key(event: KeyboardEvent): void {
    const inside = event.composedPath()[0];
    const typing = inside instanceof HTMLTextAreaElement || inside instanceof HTMLInputElement;
    if (event.key === "Escape" && this.editing !== null) {
      this.editing = null;
      this.#list()?.focus();
      return;
    }
    if (typing || inside instanceof HTMLSelectElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions: { readonly [key: string]: Parameters<InstructorPanel["run"]>[0] } = {
      a: "accept",
      r: "reject",
      e: "edit",
      u: "undo",
      g: "regenerate",
    };
    const action = actions[event.key.toLowerCase()];
    if (action === undefined) return;
    event.preventDefault();
    this.run(action);
  }

  /** Does what a key, a button or a command of the palette wants. */
  run(action: "accept" | "reject" | "edit" | "regenerate" | "undo"): void {
    this.#act(action);
  }

  #act(action: "accept" | "reject" | "edit" | "regenerate" | "undo"): void {
    if (action === "accept" || action === "reject") void this.#decide(action);
    else if (action === "edit") this.#edit();
    else if (action === "undo") void this.#undoLast();
    else void this.#regenerate();
  }

  async #guard(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.kind !== "cancelled") this.fault = fault;
    }
  }

  #faultBox({ message, remedy, found, file }: FaultView, words: InstructorStrings): TemplateResult {
    const lines = [file, message, found, remedy].filter((part) => part !== undefined).join("\n");
    return html`<div class="fault" role="alert">
      <p>${shown(lines, 2000)}</p>
      <button
        @click=${() => {
          this.fault = null;
          void this.#open();
        }}
      >
        ${words.retry}
      </button>
    </div>`;
  }

  #header(overview: SamplesOverview, words: InstructorStrings): TemplateResult {
    const { strategy, set, spent, cap, currency, asked, parsed, iterations, iteration, live } = overview;
    const { output } = this;
    const paid = money(spent, currency);
    return html`<header>
      ${
        output === null
          ? nothing
          : html`<span class="toolbar">
              <button
                class="quiet"
                aria-label=${words.previousError}
                ?disabled=${output.previous === null}
                @click=${() => output.previous !== null && void this.#show(output.previous)}
              >
                ◂
              </button>
              <button
                class="quiet"
                aria-label=${words.nextError}
                ?disabled=${output.next === null}
                @click=${() => output.next !== null && void this.#show(output.next)}
              >
                ▸
              </button>
              <button
                class="quiet key"
                title=${words.openCase}
                @click=${() => void this.#host.call("openCase", { key: output.key })}
              >
                ${shown(output.key, 200)}
              </button>
              <span class="number">${filled(words.ofErrors, figure(output.position + 1), figure(output.count))}</span>
            </span>`
      }
      <span class="muted">${shown(strategy, 60)} · ${set}</span>
      ${
        iterations.length < 2
          ? html`<span class="muted">${filled(words.iteration, iteration)}</span>`
          : html`<select
              aria-label=${filled(words.iteration, iteration)}
              @change=${(event: Event) =>
                void this.#host.call("showIteration", { iteration: Number((event.target as HTMLSelectElement).value) })}
            >
              ${iterations.map(
                (number) =>
                  html`<option value=${number} ?selected=${number === iteration}>
                    ${filled(words.iteration, number)}
                  </option>`,
              )}
            </select>`
      }
      <span class="figures number">
        ${live ? html`<span class="live-dot">● ${words.streaming}</span>` : nothing}
        <span>${cap === null ? filled(words.spent, paid) : filled(words.spentOf, paid, money(cap, currency))}</span>
        <span>${filled(words.parseYield, asked === 0 ? "–" : `${((100 * parsed) / asked).toFixed(1)} %`)}</span>
        <span class="muted"> ${filled(words.tokens, figure(overview.promptTokens + overview.completionTokens))} </span>
      </span>
    </header>`;
  }

  #banner(overview: SamplesOverview, words: InstructorStrings): TemplateResult | typeof nothing {
    const { review } = overview;
    if (review === "not-required") return nothing;
    const text = {
      required: words.reviewRequired,
      waiting: words.reviewWaiting,
      finished: words.reviewFinished,
    }[review];
    return html`<div class="banner">
      <span>${text}</span>
      <span class="muted number">
        ${filled(words.counts, figure(overview.kept), figure(overview.dropped), figure(overview.open))}
      </span>
      ${
        review === "waiting"
          ? html`<button
              class="primary"
              @click=${() => void this.#guard(async () => void (await this.#host.call("finishReview", {})))}
            >
              ${words.finishReview}
            </button>`
          : nothing
      }
    </div>`;
  }

  #side(overview: SamplesOverview, words: InstructorStrings): TemplateResult {
    const states: readonly [SampleFilter["state"], string, number | null][] = [
      ["all", words.all, overview.samples],
      ["kept", words.kept, overview.kept],
      ["dropped", words.dropped, overview.dropped],
      ["open", words.open, overview.open],
      ["reviewed", words.reviewed, overview.samples - overview.open],
    ];
    return html`<section class="side" aria-label=${words.samples}>
      <div class="toolbar">
        <select
          aria-label=${words.filter}
          @change=${(event: Event) =>
            this.#setFilter({
              ...this.#filter,
              state: (event.target as HTMLSelectElement).value as SampleFilter["state"],
            })}
        >
          ${states.map(
            ([state, name, count]) =>
              html`<option value=${state} ?selected=${state === this.#filter.state}>
                ${name}${count === null ? "" : ` (${figure(count)})`}
              </option>`,
          )}
        </select>
        <select
          aria-label=${words.gate}
          @change=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            this.#setFilter({ ...this.#filter, gate: value === "" ? null : value });
          }}
        >
          <option value="" ?selected=${this.#filter.gate === null}>${words.anyGate}</option>
          ${overview.gates.map(
            ({ gate, dropped }) =>
              html`<option value=${gate} ?selected=${gate === this.#filter.gate}>
                ${filled(words.droppedBy, gate)} (${figure(dropped)})
              </option>`,
          )}
        </select>
      </div>
      ${
        this.total === 0
          ? html`<p class="muted">${words.noSamples}</p>`
          : html`<preceptor-sample-list
              .words=${words}
              .total=${this.total}
              .rows=${this.rows}
              .chosen=${this.chosen}
              @choose=${({ detail }: CustomEvent<Chosen>) => this.#choose(detail)}
              @need=${({ detail }: CustomEvent<{ from: number; to: number }>) =>
                void this.#cache.need(detail.from, detail.to)}
            ></preceptor-sample-list>`
      }
      <p class="muted keys">${words.keys}</p>
    </section>`;
  }

  #detail(words: InstructorStrings): TemplateResult {
    const { output, live } = this;
    return html`<section class="detail" aria-label=${words.title} tabindex="0">
      ${live === null ? nothing : this.#live(live, words)}
      ${
        output === null
          ? nothing
          : html`${this.#analysis(output, words)}
              <div class="cards">
                ${output.samples.map((sample, index) => this.#card(sample, index, output, words))}
              </div>
              ${this.#fresh(words)}
              <details class="raw-answers">
                <summary>${words.raw}</summary>
                ${output.answers.map((answer) => answerView(answer, output.currency, words))}
              </details>
              ${this.#facts(output, words)}`
      }
    </section>`;
  }

  #live({ error, text, before }: LiveAnswerView, words: InstructorStrings): TemplateResult {
    return html`<section class="live" aria-label=${words.live}>
      <h3>
        <span class="live-dot" aria-hidden="true">●</span> ${words.live}
        <button class="quiet key" @click=${() => void this.#show(error)}>${shown(error, 200)}</button>
      </h3>
      ${before === 0 ? nothing : html`<p class="muted">${filled(words.before, figure(before))}</p>`}
      <pre tabindex="0">${shown(text.slice(-4000))}</pre>
    </section>`;
  }

  #analysis({ answers }: ErrorOutput, words: InstructorStrings): TemplateResult {
    const analyses = answers.flatMap(({ analysis }) => analysis ?? []);
    return html`<section>
      <h2>${words.analysis}</h2>
      ${
        analyses.length === 0
          ? html`<p class="muted">${words.noAnalysis}</p>`
          : analyses.map((analysis) => html`<pre class="analysis">${shown(analysis)}</pre>`)
      }
    </section>`;
  }

  #card(sample: SampleDetail, index: number, { count }: ErrorOutput, words: InstructorStrings): TemplateResult {
    const { id, draft, gates, kept, review, original } = sample;
    const selected = id === this.#selected;
    const editing = this.editing?.sample === id ? this.editing : null;
    const evidence = this.evidence?.sample === id ? this.evidence : null;
    const state = kept ? words.kept : words.dropped;
    const choose = (): void => {
      if (!selected && count > 0) void this.#chooseSample(id);
    };
    return html`<article
      class=${`${kept ? "kept" : "dropped"}${selected ? " selected" : ""}`}
      aria-label=${`${filled(words.sample, index + 1)} ${state}`}
      @focusin=${choose}
      @click=${choose}
    >
      <h3>
        ${filled(words.sample, index + 1)}
        <span class="state">
          ${review === null ? nothing : html`<span class="muted">${this.#reviewText(review, words)}</span>`} ${state}
          <span class=${kept ? "verdict right" : "verdict wrong"} aria-hidden="true">${kept ? "✓" : "✗"}</span>
        </span>
      </h3>
      ${
        editing === null
          ? draftView(draft, words, evidence?.found?.equations ?? [])
          : editForm(editing.form, draft, words, (name, value) => {
              if (this.editing !== null)
                this.editing = { ...this.editing, form: { ...this.editing.form, [name]: value } };
            })
      }
      ${
        original === null || editing !== null
          ? nothing
          : html`<details>
              <summary>${words.original}</summary>
              ${draftView(original, words)}
            </details>`
      }
      ${gateList(editing?.refused ?? evidence?.found?.gates ?? gates, words)}
      ${editing !== null || !selected ? nothing : this.#evidence(evidence?.found ?? null, words)}
      ${this.#lineage(sample, words)} ${this.#actions(sample, editing, words)}
    </article>`;
  }

  #reviewText({ decision, draft }: NonNullable<SampleDetail["review"]>, words: InstructorStrings): string {
    const said = decision === "accept" ? words.accepted : words.rejected;
    return draft === null ? said : `${said}, ${words.edited}`;
  }

  #evidence(found: SampleEvidence | null, words: InstructorStrings): TemplateResult {
    return html`<section aria-label=${words.evidence}>
      <h4 class="muted">${words.evidence}</h4>
      ${found === null ? html`<p class="muted">${words.recomputing}</p>` : evidenceView({ ...found, gates: null }, words)}
    </section>`;
  }

  #lineage({ call, round, index, review, trained }: SampleDetail, words: InstructorStrings): TemplateResult {
    const iteration = this.overview?.iteration ?? 0;
    const where = {
      training: filled(words.inTraining, iteration),
      "held-out": filled(words.inHeldOut, iteration),
      no: filled(words.notInTraining, iteration),
    };
    const made = call === null ? words.lineageNoCall : filled(words.lineageCall, call + 1, round + 1, index + 1);
    return html`<p class="lineage muted">
      ${made} → ${trained === null ? words.noTrainingYet : where[trained]}
      ${
        review === null
          ? nothing
          : html`<br />${filled(
                words.reviewBy,
                review.decision === "accept" ? words.accepted : words.rejected,
                shown(review.by, 100),
                shown(review.time.slice(0, 16).replace("T", " "), 40),
              )}
              ${review.note === "" ? nothing : shown(review.note, 400)}`
      }
    </p>`;
  }

  #actions(sample: SampleDetail, editing: Editing | null, words: InstructorStrings): TemplateResult {
    const { id, kept, review, editable } = sample;
    if (editing !== null) {
      return html`<div class="actions">
        ${editing.refused === null ? nothing : html`<p role="alert">${words.editFailed}</p>`}
        <button class="primary" @click=${() => void this.#saveEdit("if-passed")}>${words.checkAndAccept}</button>
        ${
          editing.refused === null
            ? nothing
            : html`<button @click=${() => void this.#saveEdit("anyway")}>${words.acceptAnyway}</button>`
        }
        <button @click=${() => (this.editing = null)}>${words.cancel}</button>
      </div>`;
    }
    const about = async (decision: "accept" | "reject" | null): Promise<void> => {
      await this.#chooseSample(id);
      await this.#decide(decision);
    };
    return html`<div class="actions">
      ${
        review?.decision === "accept"
          ? nothing
          : html`<button @click=${() => void about("accept")}>${kept ? words.accept : words.acceptAnyway}</button>`
      }
      ${
        review?.decision === "reject"
          ? nothing
          : html`<button @click=${() => void about("reject")}>${words.reject}</button>`
      }
      ${review === null ? nothing : html`<button @click=${() => void about(null)}>${words.undecide}</button>`}
      <button
        ?disabled=${!editable}
        title=${editable ? nothing : words.notEditable}
        @click=${() => void this.#chooseSample(id).then(() => this.#edit())}
      >
        ${words.edit}
      </button>
    </div>`;
  }

  /** Moves the cursor to a sample of the error that is shown. */
  async #chooseSample(id: string): Promise<void> {
    if (this.#selected === id && this.chosen.cursor === this.chosen.anchor) return;
    this.#selected = id;
    this.editing = null;
    this.requestUpdate();
    await this.#guard(async () => {
      const { place } = await this.#host.call("place", { filter: this.#filter, sample: id, error: null });
      if (place !== null) this.chosen = { cursor: place, anchor: place };
      await this.#recompute();
    });
  }

  #fresh(words: InstructorStrings): TemplateResult {
    const { fresh, output } = this;
    const ask = html`<button ?disabled=${fresh?.answer === null} @click=${() => void this.#regenerate()}>
      ${words.regenerate}
    </button>`;
    if (fresh === null || fresh.key !== output?.key) return html`<div class="actions">${ask}</div>`;
    if (fresh.answer === null) return html`<p class="muted">${words.regenerating}</p>`;
    const { answer, samples, cached, currency } = fresh.answer;
    const price = cached ? words.paidBefore : answer.cost === null ? words.unknownCost : money(answer.cost, currency);
    const place = output.samples.findIndex(({ id }) => id === this.#selected);
    return html`<section class="fresh">
      <h2>${filled(words.fresh, price)}</h2>
      <p class="muted">${words.freshNote}</p>
      <div class="cards">
        ${samples.map(
          ({ draft, gates, passed }, index) =>
            html`<article class=${passed ? "kept" : "dropped"}>
              <h3>${filled(words.sample, index + 1)}</h3>
              ${draftView(draft, words)} ${gateList(gates, words)}
              <div class="actions">
                <button ?disabled=${place === -1} @click=${() => void this.#useInstead(draft)}>
                  ${filled(words.useInstead, place + 1)}
                </button>
              </div>
            </article>`,
        )}
      </div>
      <details>
        <summary>${words.raw}</summary>
        ${answerView(answer, currency, words)}
      </details>
      <div class="actions">${ask}<button @click=${() => (this.fresh = null)}>${words.discard}</button></div>
    </section>`;
  }

  #facts({ key, question, response, reference }: ErrorOutput, words: InstructorStrings): TemplateResult {
    const part = (title: string, text: string | null): TemplateResult | typeof nothing =>
      text === null
        ? nothing
        : html`<h3 class="muted">${title}</h3>
            <pre>${shown(text)}</pre>`;
    return html`<details class="facts">
      <summary>${words.error} ${shown(key, 200)}</summary>
      <div class="actions">
        <button @click=${() => void this.#host.call("openCase", { key })}>${words.openCase}</button>
        <button @click=${() => void this.#host.call("openContrast", { key })}>${words.contrastSet}</button>
      </div>
      ${part(words.question, question)} ${part(words.response, response)} ${part(words.reference, reference)}
    </details>`;
  }
}

customElements.define("preceptor-instructor", InstructorPanel);
