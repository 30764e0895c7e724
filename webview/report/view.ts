import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import {
  reportHost,
  reportPage,
  type OpenList,
  type ReportState,
  type ReportStrings,
} from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { CaseRef } from "../../src/protocol/worker/caseRef.js";
import { reportForms, type CaseQuery, type EvaluationRef, type ReportView } from "../../src/protocol/worker/report.js";
import { Announcer } from "../shared/announcer.js";
import { configurationNote } from "../shared/configurationNote.js";
import { faultBox } from "../shared/faultBox.js";
import { connectHost, faultOf, memory } from "../shared/host.js";
import { KeepFocus } from "../shared/keepFocus.js";
import { holdAt } from "../shared/scrollPlace.js";
import { sharedStyles } from "../shared/styles.js";
import { waiting } from "../shared/waiting.js";
import { filled } from "../shared/words.js";
import { accuracySection, learningSection } from "./accuracy.js";
import "./caseList.js";
import type { CaseList } from "./caseList.js";
import { comparisonSection, type Comparison, type Pair } from "./comparison.js";
import type { Leads } from "./parts.js";
import { reportStyles, tableStyles } from "./style.js";
import { gatesSection, iterationsSection, lossSection, quotasSection } from "./teaching.js";

interface Shown {
  readonly report: ReportView;
  readonly evaluations: readonly EvaluationRef[];
  readonly configurationFault: FaultView | null;
}

/** What of the report is looked at: it comes back after a reload, and when something else covered the panel. */
type Looked = Omit<ReportState, "folder" | "run">;

/** How long the page rests before its scroll place is remembered, in milliseconds. */
const restMs = 150;

/** The report of a run: figures first, each a link to its cases, each picture with a table beside it. */
class ReportPanel extends LitElement {
  static override styles = [sharedStyles, tableStyles, reportStyles];
  static override properties = {
    words: { state: true },
    shown: { state: true },
    fault: { state: true },
    comparison: { state: true },
    looked: { state: true },
  };

  declare words: ReportStrings | null;
  declare shown: Shown | null;
  declare fault: FaultView | null;
  declare comparison: Comparison | null;
  /** Null until the host has said what is to be shown. */
  declare looked: Looked | null;

  readonly #host = connectHost(reportHost, reportPage, {});
  readonly #announcer = new Announcer();
  readonly #leads: Leads = {
    cases: (query) => void this.#openCases(query),
    samples: (iteration, state, gate) =>
      void this.#guard(async () => this.#host.call("openSamples", { iteration, state, gate })),
  };
  /** What opened the list of cases, and has the focus again when it closes. */
  #opener: Element | null = null;
  #compared = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #isReturning = false;

  constructor() {
    super();
    this.words = null;
    this.shown = null;
    this.fault = null;
    this.comparison = null;
    this.looked = null;
    new KeepFocus(this);
    this.#host.on("changed", () => void this.#load());
    window.addEventListener("scroll", () => this.#scrolled());
    void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, shown, fault, looked } = this;
    if (words === null) return nothing;
    return html`${fault === null ? nothing : faultBox(fault, words, () => void this.#load())}
    ${
      shown === null || looked === null
        ? fault === null
          ? waiting(words.loading)
          : nothing
        : this.#page(shown, looked, words)
    }`;
  }

  async #load(): Promise<void> {
    await this.#guard(async () => {
      // Both are asked at once: neither needs the other's answer.
      const [{ state, ...shown }] = await Promise.all([this.#host.call("view", {}), this.#readWords()]);
      const isFirst = this.looked === null;
      const { before, after, list, both, scroll } = state;
      this.looked ??= { before, after, list, both, scroll };
      this.shown = shown;
      this.fault = null;
      memory.set({ ...state, ...this.looked });
      if (isFirst && scroll > 0) void this.#returnTo(scroll);
      await this.#compare();
    });
  }

  async #readWords(): Promise<void> {
    this.words ??= await this.#host.call("strings", {});
  }

  /** Does something; a fault of it is shown. */
  async #guard(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  async #look(change: Partial<Looked>): Promise<void> {
    const { looked } = this;
    if (looked === null) return;
    const next = { ...looked, ...change };
    this.looked = next;
    await this.#guard(async () => memory.set((await this.#host.call("remember", next)).state));
  }

  async #returnTo(top: number): Promise<void> {
    this.#isReturning = true;
    await holdAt(top);
    this.#isReturning = false;
  }

  #scrolled(): void {
    // Where a growing page happens to be is no place that anybody chose.
    if (this.#isReturning) return;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => void this.#look({ scroll: Math.round(window.scrollY) }), restMs);
  }

  #page({ report, evaluations, configurationFault }: Shown, looked: Looked, words: ReportStrings): TemplateResult {
    const strategies = report.iterations.map(({ strategy }) => strategy).join(" → ");
    const leads = this.#leads;
    const pair = this.#pair(report, evaluations);
    const choose = (chosen: Pair): void => {
      void this.#look(chosen);
      void this.#compare();
    };
    return html`<main>
      ${configurationNote(configurationFault, words.configurationBroken)}
      <header>
        <div>
          <h1>${filled(words.title, safeText(report.run, 60))}</h1>
          <p class="muted">
            ${filled(words.subtitle, safeText(report.target, 60), safeText(report.instructor, 60), strategies, report.protocol)}
          </p>
        </div>
        <div class="exports">
          ${reportForms.map(
            (form) =>
              html`<button @click=${() => void this.#guard(async () => this.#host.call("export", { form }))}>
                ${filled(words.exportAs, { markdown: "Markdown", csv: "CSV", html: "HTML" }[form])}
              </button>`,
          )}
        </div>
      </header>
      ${
        report.benchmarks.every(({ accuracies }) => accuracies.length === 0)
          ? html`<p class="muted">${words.nothingYet}</p>`
          : html`${accuracySection(report, words, leads)} ${iterationsSection(report, words, leads)}
            ${gatesSection(report, words, leads)} ${learningSection(report, words, leads)}
            ${quotasSection(report, words)} ${lossSection(report, words)}
            ${comparisonSection(evaluations, pair, this.comparison, choose, words, leads)}`
      }
      ${
        looked.list === null
          ? nothing
          : html`<preceptor-case-list
              .words=${words}
              .list=${looked.list}
              .both=${looked.both}
              .ask=${this.#ask}
              @change-list=${({ detail }: CustomEvent<OpenList>) => void this.#look({ list: detail })}
              @change-both=${({ detail }: CustomEvent<boolean>) => void this.#look({ both: detail })}
              @open-case=${({ detail }: CustomEvent<CaseRef>) => void this.#open(detail)}
              @close-list=${() => void this.#closeCases()}
            ></preceptor-case-list>`
      }
    </main>`;
  }

  readonly #ask: NonNullable<CaseList["ask"]> = async (query, offset, limit) =>
    this.#host.call("cases", { ...query, offset, limit });

  /** What is compared: what the person chose, else the base and the last evaluation of this run. */
  #pair({ run }: ReportView, evaluations: readonly EvaluationRef[]): Pair {
    const own = evaluations.filter((ref) => ref.run === run);
    const otherwise: EvaluationRef = { run, iteration: 0 };
    return {
      before: this.looked?.before ?? own[0] ?? otherwise,
      after: this.looked?.after ?? own.at(-1) ?? otherwise,
    };
  }

  async #compare(): Promise<void> {
    const { shown } = this;
    if (shown === null || shown.evaluations.length < 2) return;
    const asked = ++this.#compared;
    const pair = this.#pair(shown.report, shown.evaluations);
    await this.#guard(async () => {
      try {
        const { benchmarks } = await this.#host.call("compare", pair);
        // Another pair may have been chosen since.
        if (asked === this.#compared) this.comparison = { ...pair, benchmarks };
      } catch (thrown) {
        if (asked !== this.#compared) return;
        this.comparison = null;
        throw thrown;
      }
    });
  }

  async #openCases(query: CaseQuery): Promise<void> {
    this.#opener = this.shadowRoot?.activeElement ?? null;
    await Promise.all([this.#look({ list: { ...query, cursor: 0 } }), this.#focusCases()]);
  }

  async #focusCases(): Promise<void> {
    await this.updateComplete;
    const list = this.renderRoot.querySelector<CaseList>("preceptor-case-list");
    await list?.updateComplete;
    list?.focus();
  }

  async #closeCases(): Promise<void> {
    const remembered = this.#look({ list: null });
    await this.updateComplete;
    if (this.#opener instanceof HTMLElement) this.#opener.focus();
    await remembered;
  }

  async #open(ref: CaseRef): Promise<void> {
    const { list = null, both = false } = this.looked ?? {};
    await this.#guard(async () => {
      await this.#host.call("openCase", { ref, before: both && list !== null ? list.before : null });
      this.#announcer.say(ref.key);
    });
  }
}

customElements.define("preceptor-report", ReportPanel);
