import { quotaOf } from "../configuration/index.js";
import type { StoredNeighbour } from "../contrast/index.js";
import type { Case } from "../families/index.js";
import type { InstructorCall } from "../instructor/index.js";
import type { ResponseRecord } from "./records.js";
import { firstCalls, strategyInput, taughtErrors } from "./instructing.js";
import { strategyOf, type LoopBenchmark, type StageScope } from "./scope.js";

/** Why the instructor is asked nothing about a case. */
export type UnsentReason = "evaluation" | "iteration" | "strategy" | "quota" | "triage" | "right" | "undrawn";

/** A selected case with the answers of its stage and the neighbours that would stand beside it. */
export interface CaseInStage {
  readonly benchmark: LoopBenchmark;
  readonly testCase: Case;
  /** First answers of the stage by case, of every benchmark. */
  readonly responses: ReadonlyMap<string, ResponseRecord>;
  readonly neighbours: readonly StoredNeighbour[];
}

/**
 * The first call that the iteration's own strategy makes about a case that was collected, were it taught with these
 * neighbours; or why it makes none. Its messages and number of samples are those of the run.
 */
export function callAbout(
  scope: Pick<StageScope, "configuration" | "iteration" | "decisions" | "strategies">,
  { benchmark, testCase, responses, neighbours }: CaseInStage,
): InstructorCall | UnsentReason {
  const { configuration, iteration, decisions } = scope;
  if (configuration.iterations[iteration - 1] === undefined) return "iteration";
  // What was selected is what was answered: reading the answers again and again would not find more.
  const cases = benchmark.target.filter(({ key }) => responses.has(key));
  const errors = taughtErrors(scope, cases, responses);
  const sets = new Map([[testCase.key, neighbours]]);
  const calls = firstCalls(strategyOf(scope), strategyInput(scope, benchmark, { cases, errors, sets }));
  const call = calls.find(({ error }) => error.testCase.key === testCase.key);
  if (call !== undefined) return call;
  if (quotaOf(configuration, benchmark.name, iteration - 1) === 0) return "quota";
  if (calls.length === 0 && errors.length > 0) return "strategy";
  if (responses.get(testCase.key)?.correct === true) return "right";
  return decisions.teaches(testCase.key) ? "undrawn" : "triage";
}
