import type { Case } from "../families/index.js";
import { steers, type TriageClass, type TriageDecision } from "./decision.js";

/** A wrong answer of the target, as lists and trees show it. */
export interface TargetError {
  readonly case: Case;
  /** What went wrong: `timeout`, `NameError`, `no-answer`, … */
  readonly outcome: string;
}

export type GroupBy = "benchmark" | "group" | "outcome" | "triage";

export interface ErrorGroup<E extends TargetError = TargetError> {
  readonly name: string;
  readonly errors: readonly E[];
}

/** Errors under a heading each, the largest group first, then by name. Errors without a decision are `undecided`. */
export function groupErrors<E extends TargetError>(
  errors: readonly E[],
  by: GroupBy,
  decisions: ReadonlyMap<string, TriageDecision>,
): ErrorGroup<E>[] {
  const groups = new Map<string, E[]>();
  for (const error of errors) {
    const name = heading(error, by, decisions);
    const members = groups.get(name);
    if (members === undefined) groups.set(name, [error]);
    else members.push(error);
  }
  return [...groups]
    .map(([name, members]) => ({ name, errors: members }))
    .sort((a, b) => b.errors.length - a.errors.length || (a.name < b.name ? -1 : 1));
}

function heading(error: TargetError, by: GroupBy, decisions: ReadonlyMap<string, TriageDecision>): string {
  switch (by) {
    case "benchmark":
      return error.case.benchmark;
    case "group":
      return error.case.group ?? error.case.benchmark;
    case "outcome":
      return error.outcome;
    case "triage":
      return decisions.get(error.case.key)?.decision ?? "undecided";
  }
}

/**
 * Counts for the second, triaged accuracy beside the published one: a wrong answer that was an artefact counts as right,
 * cases with a bad gold and ignored ones do not count.
 */
export function triagedCounts(
  verdicts: readonly { readonly case: string; readonly correct: boolean }[],
  decisions: ReadonlyMap<string, TriageDecision>,
): { readonly n: number; readonly correct: number } {
  let n = 0;
  let correct = 0;
  for (const verdict of verdicts) {
    const decision: TriageClass | null = decisions.get(verdict.case)?.decision ?? null;
    if (decision !== "artefact" && !steers(decision).teach) continue;
    n += 1;
    if (verdict.correct || decision === "artefact") correct += 1;
  }
  return { n, correct };
}
