import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { ReportStrings } from "../../src/protocol/panels/report.js";
import { oneLine, safeText } from "../../src/protocol/safeText.js";
import type { CaseRef } from "../../src/protocol/worker/cases.js";
import type { EvaluationRef, Fate } from "../../src/protocol/worker/report.js";
import { sharedStyles } from "../shared/styles.js";
import { figure, filled } from "../shared/words.js";
import { caseListStyles } from "./style.js";

export interface CaseListQuery {
  readonly before: EvaluationRef;
  readonly after: EvaluationRef;
  readonly benchmark: string;
  readonly fate: Fate;
}

interface CaseRow {
  readonly ref: CaseRef;
  readonly question: string;
}

type Ask = (
  query: CaseListQuery,
  offset: number,
  limit: number,
) => Promise<{ readonly total: number; readonly cases: readonly CaseRow[] }>;

/** Rows asked for at a time. */
const page = 100;

/** The cases behind a figure, a page at a time; each opens in the editor. */
class CaseList extends LitElement {
  static override styles = [sharedStyles, caseListStyles];
  static override properties = {
    words: { attribute: false },
    query: { attribute: false },
    ask: { attribute: false },
    total: { state: true },
    rows: { state: true },
  };

  declare words: ReportStrings | null;
  declare query: CaseListQuery | null;
  declare ask: Ask | null;
  declare total: number;
  declare rows: readonly CaseRow[];

  constructor() {
    super();
    this.words = null;
    this.query = null;
    this.ask = null;
    this.total = 0;
    this.rows = [];
  }

  protected override updated(changed: ReadonlyMap<PropertyKey, unknown>): void {
    if (!changed.has("query")) return;
    this.rows = [];
    void this.#more().then(() => this.renderRoot.querySelector<HTMLElement>("h2")?.focus());
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, query } = this;
    if (words === null || query === null) return nothing;
    const name = {
      learned: filled(words.learned, ""),
      forgotten: filled(words.forgotten, ""),
      "still-wrong": filled(words.stillWrong, ""),
      "still-right": filled(words.stillRight, ""),
    }[query.fate].trim();
    const place = ({ run, iteration }: EvaluationRef): string =>
      `${safeText(run, 60)} ${iteration === 0 ? words.base : filled(words.iteration, iteration)}`;
    return html`<section
      aria-labelledby="cases"
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === "Escape") this.#close();
      }}
    >
      <header>
        <h2 id="cases" tabindex="-1">
          ${filled(words.casesOf, safeText(query.benchmark, 80), name, place(query.before), place(query.after))}
        </h2>
        <span class="muted">${filled(words.cases, figure(this.total))}</span>
        <button class="quiet" @click=${() => this.#close()}>${words.close}</button>
      </header>
      <ul>
        ${this.rows.map(
          ({ ref, question }) =>
            html`<li>
              <button
                class="quiet"
                @click=${() => this.dispatchEvent(new CustomEvent<CaseRef>("open-case", { detail: ref }))}
              >
                <span class="key">${oneLine(ref.key, 120)}</span>
                <span class="muted">${oneLine(question, 160)}</span>
              </button>
            </li>`,
        )}
      </ul>
      ${this.rows.length < this.total ? html`<button @click=${() => void this.#more()}>${words.more}</button>` : nothing}
    </section>`;
  }

  async #more(): Promise<void> {
    const { ask, query } = this;
    if (ask === null || query === null) return;
    const { total, cases } = await ask(query, this.rows.length, page);
    if (query !== this.query) return;
    this.total = total;
    this.rows = [...this.rows, ...cases];
    await this.updateComplete;
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("close-list"));
  }
}

customElements.define("preceptor-case-list", CaseList);
