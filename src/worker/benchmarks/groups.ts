import type { CaseGroup } from "../../protocol/worker/benchmarks.js";
import type { Grouping } from "../../protocol/worker/caseFilter.js";
import type { AnswerSetView } from "./benchmarkIndex.js";
import { groupValue, openProposal, type Row } from "./rows.js";

/** The wanted grouping, or by outcome where the benchmark has no groups or its questions are not known. */
export function groupingOf(view: AnswerSetView, by: Grouping): Grouping {
  if (by !== "group" && by !== "type") return by;
  return view.rows.some((row) => groupValue(row, by, view) !== "") ? by : "outcome";
}

/** Groups that show a case, the largest first, with the counts of all their cases. */
export function groupsOf(view: AnswerSetView, by: Grouping, shown: readonly Row[]): CaseGroup[] {
  const groups = new Map<string, { shown: number; n: number; correct: number; disputed: number; artefacts: number }>();
  for (const row of shown) {
    const value = groupValue(row, by, view);
    const group = groups.get(value);
    if (group === undefined) groups.set(value, { shown: 1, n: 0, correct: 0, disputed: 0, artefacts: 0 });
    else group.shown += 1;
  }
  for (const row of view.rows) {
    const group = groups.get(groupValue(row, by, view));
    if (group === undefined) continue;
    group.n += 1;
    if (row.answer.verdict === "right") group.correct += 1;
    if (row.answer.disputed) group.disputed += 1;
    if (openProposal(row.answer, view.triage)) group.artefacts += 1;
  }
  return [...groups]
    .map(([value, counts]) => ({ value, ...counts }))
    .sort((a, b) => b.shown - a.shown || (a.value < b.value ? -1 : 1));
}
