import { html, nothing, type TemplateResult } from "lit";
import type { ReportStrings } from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { ComparisonView, EvaluationRef } from "../../src/protocol/worker/report.js";
import { figure } from "../shared/words.js";
import { evaluationName, fateName } from "./names.js";
import { fateLink, table, type Leads } from "./parts.js";

/** Two evaluations that are held against each other. */
export interface Pair {
  readonly before: EvaluationRef;
  readonly after: EvaluationRef;
}

/** What became of the cases of a pair. The figures say whose they are: the choosers may be ahead of them. */
export interface Comparison extends Pair {
  readonly benchmarks: readonly ComparisonView[];
}

export function comparisonSection(
  evaluations: readonly EvaluationRef[],
  { before, after }: Pair,
  comparison: Comparison | null,
  choose: (pair: Pair) => void,
  words: ReportStrings,
  leads: Leads,
): TemplateResult | typeof nothing {
  if (evaluations.length < 2) return nothing;
  const chooser = (name: string, chosen: EvaluationRef, set: (ref: EvaluationRef) => void): TemplateResult =>
    html`<label
      >${name}
      <select
        @change=${(event: Event) => {
          const ref = evaluations[(event.target as HTMLSelectElement).selectedIndex];
          if (ref !== undefined) set(ref);
        }}
      >
        ${evaluations.map(
          (ref) => html`<option ?selected=${isSame(ref, chosen)}>${evaluationName(ref, words, " · ")}</option>`,
        )}
      </select></label
    >`;
  return html`<section
    aria-labelledby="compare"
    aria-busy=${comparison === null || !isSame(comparison.before, before) || !isSame(comparison.after, after)}
  >
    <h2 id="compare">${words.compare}</h2>
    <p class="muted">${words.compareNote}</p>
    <div class="choosers">
      ${chooser(words.before, before, (ref) => choose({ before: ref, after }))}
      ${chooser(words.after, after, (ref) => choose({ before, after: ref }))}
    </div>
    ${table(
      words.compare,
      [
        words.benchmark,
        words.shared,
        fateName("learned", words),
        fateName("forgotten", words),
        fateName("still-wrong", words),
        fateName("still-right", words),
      ],
      comparison === null ? [] : comparison.benchmarks.map((row) => comparisonRow(row, comparison, words, leads)),
    )}
  </section>`;
}

function comparisonRow(
  row: ComparisonView,
  { before, after }: Pair,
  words: ReportStrings,
  leads: Leads,
): TemplateResult {
  return html`<tr>
    <th scope="row">${safeText(row.benchmark, 80)}</th>
    <td class="number">${figure(row.shared)}</td>
    ${(["learned", "forgotten", "still-wrong", "still-right"] as const).map(
      (fate) => html`<td>${fateLink({ before, after, benchmark: row.benchmark, fate }, row[fate], words, leads)}</td>`,
    )}
  </tr>`;
}

function isSame(one: EvaluationRef, other: EvaluationRef): boolean {
  return one.run === other.run && one.iteration === other.iteration;
}
