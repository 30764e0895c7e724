import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import type { OpenList, ReportStrings } from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { CaseOfFate, CaseQuery } from "../../src/protocol/worker/report.js";
import { faultBox } from "../shared/faultBox.js";
import { faultOf } from "../shared/host.js";
import type { Choose } from "../shared/longList.js";
import { RowCache } from "../shared/rowCache.js";
import { sharedStyles } from "../shared/styles.js";
import { figure, filled } from "../shared/words.js";
import "./caseRows.js";
import { caseRowHeight, type CaseRows } from "./caseRows.js";
import { evaluationName, fateName } from "./names.js";
import { caseListStyles } from "./style.js";

type Ask = (
  query: CaseQuery,
  offset: number,
  limit: number,
) => Promise<{ readonly total: number; readonly cases: readonly CaseOfFate[] }>;

/** Most rows that are in sight at a time. */
const mostInSight = 12;

/** The cases behind a figure; each opens in the editor. */
export class CaseList extends LitElement {
  static override styles = [sharedStyles, caseListStyles];
  static override properties = {
    words: { attribute: false },
    list: { attribute: false },
    both: { attribute: false },
    ask: { attribute: false },
    total: { state: true },
    rows: { state: true },
    fault: { state: true },
  };

  declare words: ReportStrings | null;
  declare list: OpenList | null;
  /** Whether a case is shown by both of its answers. */
  declare both: boolean;
  declare ask: Ask | null;
  /** Null until it is known. */
  declare total: number | null;
  declare rows: ReadonlyMap<number, CaseOfFate>;
  declare fault: FaultView | null;
  readonly #cache = new RowCache<CaseOfFate>(
    async (from, count) => this.#piece(from, count),
    (total) => {
      this.total = total;
      this.rows = this.#cache.rows;
    },
  );

  constructor() {
    super();
    this.words = null;
    this.list = null;
    this.both = false;
    this.ask = null;
    this.total = null;
    this.rows = new Map();
    this.fault = null;
  }

  /** The list itself has the focus: arrows move in it at once. */
  override focus(): void {
    this.renderRoot.querySelector<CaseRows>("preceptor-case-rows")?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { list } = this;
    if (!changed.has("list") || list === null) return;
    if (isSame(changed.get("list") ?? null, list)) return;
    this.total = null;
    this.rows = new Map();
    this.#cache.clear();
    void this.#cache.need(list.cursor, list.cursor);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, list, both, total, fault } = this;
    if (words === null || list === null) return nothing;
    const { cursor } = list;
    const name = nameOf(list, words);
    const rows = Math.min(Math.max(total ?? mostInSight, 1), mostInSight);
    return html`<section
      aria-labelledby="cases"
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === "Escape") this.#close();
      }}
    >
      <header>
        <h2 id="cases">${name}</h2>
        <span class="muted">${total === null ? words.loading : filled(words.cases, figure(total))}</span>
        <button
          class="quiet"
          aria-pressed=${both}
          @click=${() => this.dispatchEvent(new CustomEvent("change-both", { detail: !both }))}
        >
          ${words.bothAnswers}
        </button>
        <button class="quiet" @click=${() => this.#close()}>${words.close}</button>
      </header>
      ${fault === null ? nothing : faultBox(fault, words, () => void this.#retry())}
      <preceptor-case-rows
        .style=${`height: min(${rows * caseRowHeight}px, 35vh)`}
        .name=${name}
        .total=${total ?? 0}
        .rows=${this.rows}
        .cursor=${cursor}
        @need=${({ detail }: CustomEvent<{ readonly from: number; readonly to: number }>) =>
          void this.#cache.need(detail.from, detail.to)}
        @choose=${({ detail: choose }: CustomEvent<Choose>) =>
          this.#change({ ...list, cursor: choose({ cursor, anchor: cursor }).cursor })}
        @open-row=${({ detail }: CustomEvent<CaseOfFate>) =>
          this.dispatchEvent(new CustomEvent("open-case", { detail: detail.ref }))}
      ></preceptor-case-rows>
    </section>`;
  }

  async #piece(
    from: number,
    count: number,
  ): Promise<{ readonly total: number; readonly rows: readonly CaseOfFate[] } | null> {
    const { ask, list } = this;
    if (ask === null || list === null) return null;
    try {
      const { before, after, benchmark, fate } = list;
      const { total, cases } = await ask({ before, after, benchmark, fate }, from, count);
      return { total, rows: cases };
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return null;
    }
  }

  async #retry(): Promise<void> {
    const { list } = this;
    this.fault = null;
    if (list !== null) await this.#cache.refresh(list.cursor, list.cursor);
    this.focus();
  }

  #change(list: OpenList): void {
    this.dispatchEvent(new CustomEvent("change-list", { detail: list }));
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("close-list"));
  }
}

function nameOf({ benchmark, before, after, fate }: OpenList, words: ReportStrings): string {
  return filled(
    words.casesOf,
    benchmark === null ? words.allBenchmarks : safeText(benchmark, 80),
    fateName(fate, words),
    evaluationName(before, words),
    evaluationName(after, words),
  );
}

/** Whether both lists hold the same cases, wherever the cursor is. */
function isSame(one: OpenList | null, other: OpenList): boolean {
  const text = ({ before, after, benchmark, fate }: OpenList): string =>
    JSON.stringify([before.run, before.iteration, after.run, after.iteration, benchmark, fate]);
  return one !== null && text(one) === text(other);
}

customElements.define("preceptor-case-list", CaseList);
