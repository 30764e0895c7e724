import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import { reportHost, reportPage, type ReportState, type ReportStrings } from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { CaseRef } from "../../src/protocol/worker/cases.js";
import {
  reportForms,
  type ComparisonView,
  type EvaluationRef,
  type Fate,
  type ReportView,
} from "../../src/protocol/worker/report.js";
import { Announcer } from "../shared/announcer.js";
import { connectHost, faultOf, memory } from "../shared/host.js";
import { KeepFocus } from "../shared/keepFocus.js";
import { sharedStyles } from "../shared/styles.js";
import { waiting } from "../shared/waiting.js";
import { filled } from "../shared/words.js";
import "./caseList.js";
import type { CaseListQuery } from "./caseList.js";
import { accuracySection, gatesSection, iterationsSection, lossSection } from "./sections.js";
import { reportStyles } from "./style.js";

interface Shown {
  readonly report: ReportView;
  readonly evaluations: readonly EvaluationRef[];
  readonly state: ReportState;
}

/** The report of a run: figures first, each a link to its cases, each picture with a table beside it. */
class ReportPanel extends LitElement {
  static override styles = [sharedStyles, reportStyles];
  static override properties = {
    words: { state: true },
    shown: { state: true },
    fault: { state: true },
    comparison: { state: true },
    query: { state: true },
  };

  declare words: ReportStrings | null;
  declare shown: Shown | null;
  declare fault: FaultView | null;
  declare comparison: readonly ComparisonView[] | null;
  declare query: CaseListQuery | null;

  readonly #host = connectHost(reportHost, reportPage, {});
  readonly #announcer = new Announcer();
  /** What opened the list of cases, and has the focus again when it closes. */
  #opener: Element | null = null;
  #before: EvaluationRef | null = null;
  #after: EvaluationRef | null = null;

  constructor() {
    super();
    this.words = null;
    this.shown = null;
    this.fault = null;
    this.comparison = null;
    this.query = null;
    new KeepFocus(this);
    this.#host.on("changed", () => void this.#load());
    void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, shown, fault } = this;
    if (words === null) return nothing;
    return html`${fault === null ? nothing : this.#faultBox(fault, words)}
    ${shown === null ? (fault === null ? waiting(words.loading) : nothing) : this.#page(shown, words)}`;
  }

  async #load(): Promise<void> {
    try {
      // Both are asked at once: neither needs the other's answer.
      const [{ state, ...rest }] = await Promise.all([this.#host.call("view", {}), this.#readWords()]);
      this.shown = { ...rest, state };
      this.#before ??= state.before;
      this.#after ??= state.after;
      this.fault = null;
      this.#remember();
      await this.#compare();
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  async #readWords(): Promise<void> {
    this.words ??= await this.#host.call("strings", {});
  }

  #remember(): void {
    if (this.shown !== null) memory.set({ ...this.shown.state, before: this.#before, after: this.#after });
  }

  #page({ report, evaluations }: Shown, words: ReportStrings): TemplateResult {
    const strategies = report.iterations.map(({ strategy }) => strategy).join(" → ");
    const showCases = (query: CaseListQuery): void => {
      this.#opener = this.shadowRoot?.activeElement ?? null;
      this.query = query;
    };
    return html`<main>
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
              html`<button @click=${() => void this.#export(form)}>
                ${filled(words.exportAs, { markdown: "Markdown", csv: "CSV", html: "HTML" }[form])}
              </button>`,
          )}
        </div>
      </header>
      ${
        report.benchmarks.every(({ accuracies }) => accuracies.length === 0)
          ? html`<p class="muted">${words.nothingYet}</p>`
          : html`${accuracySection(report, words, showCases)} ${iterationsSection(report, words)}
            ${gatesSection(report, words)} ${lossSection(report, words)}
            ${this.#comparing(evaluations, words, showCases)}`
      }
      ${
        this.query === null
          ? nothing
          : html`<preceptor-case-list
              .words=${words}
              .query=${this.query}
              .ask=${(query: CaseListQuery, offset: number, limit: number) =>
                this.#host.call("cases", { ...query, offset, limit })}
              @open-case=${(event: CustomEvent<CaseRef>) => void this.#open(event.detail)}
              @close-list=${() => void this.#closeCases()}
            ></preceptor-case-list>`
      }
    </main>`;
  }

  #comparing(
    evaluations: readonly EvaluationRef[],
    words: ReportStrings,
    showCases: (query: CaseListQuery) => void,
  ): TemplateResult | typeof nothing {
    if (evaluations.length < 2) return nothing;
    const { before, after } = this.#pair(evaluations);
    const chooser = (name: string, chosen: EvaluationRef, set: (ref: EvaluationRef) => void): TemplateResult =>
      html`<label
        >${name}
        <select
          @change=${(event: Event) => {
            const ref = evaluations[(event.target as HTMLSelectElement).selectedIndex];
            if (ref !== undefined) set(ref);
            this.#remember();
            void this.#compare();
          }}
        >
          ${evaluations.map(
            (ref) =>
              html`<option ?selected=${ref.run === chosen.run && ref.iteration === chosen.iteration}>
                ${safeText(ref.run, 60)} · ${ref.iteration === 0 ? words.base : filled(words.iteration, ref.iteration)}
              </option>`,
          )}
        </select></label
      >`;
    const cell = (row: ComparisonView, fate: Fate, text: string): TemplateResult =>
      html`<td class="number">
        ${
          row[fate] === 0
            ? text
            : html`<button
                class="quiet link"
                @click=${() => showCases({ before, after, benchmark: row.benchmark, fate })}
              >
                ${text}
              </button>`
        }
      </td>`;
    return html`<section aria-labelledby="compare">
      <h2 id="compare">${words.compare}</h2>
      <p class="muted">${words.compareNote}</p>
      <div class="choosers">
        ${chooser(words.before, before, (ref) => (this.#before = ref))}
        ${chooser(words.after, after, (ref) => (this.#after = ref))}
      </div>
      <div class="scroll" tabindex="0" role="group" aria-label=${words.compare}>
        <table>
          <thead>
            <tr>
              <th scope="col">${words.benchmark}</th>
              <th scope="col">${words.shared}</th>
              <th scope="col" colspan="4">${words.change}</th>
            </tr>
          </thead>
          <tbody>
            ${(this.comparison ?? []).map(
              (row) =>
                html`<tr>
                  <th scope="row">${safeText(row.benchmark, 80)}</th>
                  <td class="number">${row.shared}</td>
                  ${cell(row, "learned", `▲ ${filled(words.learned, row.learned)}`)}
                  ${cell(row, "forgotten", `▼ ${filled(words.forgotten, row.forgotten)}`)}
                  ${cell(row, "still-wrong", filled(words.stillWrong, row["still-wrong"]))}
                  ${cell(row, "still-right", filled(words.stillRight, row["still-right"]))}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  /** What is compared: what the person chose, else the base and the last evaluation of this run. */
  #pair(evaluations: readonly EvaluationRef[]): { readonly before: EvaluationRef; readonly after: EvaluationRef } {
    const run = this.shown?.report.run ?? "";
    const own = evaluations.filter((ref) => ref.run === run);
    const otherwise: EvaluationRef = { run, iteration: 0 };
    return {
      before: this.#before ?? own[0] ?? otherwise,
      after: this.#after ?? own.at(-1) ?? otherwise,
    };
  }

  async #closeCases(): Promise<void> {
    this.query = null;
    await this.updateComplete;
    if (this.#opener instanceof HTMLElement) this.#opener.focus();
  }

  async #compare(): Promise<void> {
    const { shown } = this;
    if (shown === null || shown.evaluations.length < 2) return;
    try {
      const { benchmarks } = await this.#host.call("compare", this.#pair(shown.evaluations));
      this.comparison = benchmarks;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  async #export(form: (typeof reportForms)[number]): Promise<void> {
    try {
      await this.#host.call("export", { form });
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  async #open(ref: CaseRef): Promise<void> {
    try {
      await this.#host.call("openCase", { ref });
      this.#announcer.say(ref.key);
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  #faultBox({ message, remedy, file }: FaultView, words: ReportStrings): TemplateResult {
    return html`<div class="fault" role="alert">
      <p>${safeText([file, message, remedy].filter((part) => part !== undefined).join("\n"), 2000)}</p>
      <button @click=${() => void this.#load()}>${words.retry}</button>
    </div>`;
  }
}

customElements.define("preceptor-report", ReportPanel);
