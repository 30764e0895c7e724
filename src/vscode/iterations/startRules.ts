/** When a run may start, and when without a question. This module knows nothing of the editor. */
import type { PlanProblem, RunPlan } from "../../protocol/worker/index.js";

/** Problems that keep a run from starting, or from getting anywhere. */
const blocking: readonly PlanProblem["kind"][] = ["fault", "files", "secret", "price"];

export function blockerOf({ problems }: Pick<RunPlan, "problems">): PlanProblem | null {
  const blocker = problems.find((problem) => blocking.includes(problem.kind) || isMissingSandbox(problem));
  return blocker ?? null;
}

function isMissingSandbox(problem: PlanProblem): boolean {
  return problem.kind === "sandbox" && !problem.plainProcess;
}

type Amounts = Pick<RunPlan["estimate"], "cost" | "most">;

/**
 * Whether a run may start without a question: its cost is known and below what the person set, also with every round of
 * top-ups, nothing is odd, and no other run goes on, since a second click may be a mistake.
 */
export function startsUnasked(
  { estimate, problems, running }: { readonly estimate: Amounts } & Pick<RunPlan, "problems" | "running">,
  below: number,
): boolean {
  const odd = problems.some(({ kind }) => kind !== "review" && kind !== "training" && kind !== "overlap");
  const highest = highestOf(estimate);
  return !odd && running.length === 0 && highest !== null && highest < below;
}

/** A round amount half as high again as the estimate; null where no amount can be told. */
export function nextLimit(estimate: Amounts): number | null {
  const highest = highestOf(estimate);
  if (highest === null) return null;
  const wanted = Math.max(highest * 1.5, 0.01);
  const step = 10 ** Math.floor(Math.log10(wanted));
  return Number((Math.ceil(wanted / step) * step).toPrecision(3));
}

function highestOf({ cost, most }: Amounts): number | null {
  return cost === null ? null : Math.max(cost, most ?? cost);
}
