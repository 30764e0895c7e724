import { estimateCost, type CostEstimate, type Price } from "../asking/index.js";
import type { ModelRole } from "../configuration/index.js";
import {
  estimateBases,
  instructorCalls,
  targetCalls,
  type AssumedShares,
  type CallsAhead,
  type EstimateBasis,
} from "./callsAhead.js";
import {
  answeredCalls,
  knownErrors,
  knownIteration,
  nothingKnown,
  type EarlierWork,
  type KnownIteration,
} from "./earlierWork.js";
import type { RunFacts } from "./plan.js";
import type { StageName } from "./scope.js";
import type { Checkpoint } from "../seams/index.js";
import { evaluatedGroups } from "./stages/evaluate.js";
import { selectedOf, taught } from "./stages/select.js";

/** What is left to ask of one role, and what it may cost. */
export interface RoleEstimate extends CostEstimate {
  /** Answers that are stored and cost nothing again. */
  readonly stored: number;
}

/** What a run may cost before it starts, by role. Costs are null where a price is unknown. */
export interface RunEstimate {
  readonly target: RoleEstimate;
  readonly instructor: RoleEstimate;
  /** Of benchmarks without an exact metric, whose responses a model judges. */
  readonly judge: RoleEstimate;
  readonly cost: number | null;
  /** The cost if the instructor tops up in every round that the configuration allows. */
  readonly most: number | null;
  readonly basis: EstimateBasis;
  /** Share of the target's answers that was taken as wrong where the basis is `shares`, from 0 to 1. */
  readonly errorShare: number;
}

export interface EstimateOptions extends AssumedShares {
  readonly prices: { readonly [Role in ModelRole]: Price | null };
  readonly countTokens: (text: string) => number;
  /** What is there already; without it, everything is asked. */
  readonly work?: EarlierWork | null;
  /** Stages that would run; all when left out. Iteration 0 is the base. */
  readonly pending?: (iteration: number, stage: StageName) => boolean;
}

/**
 * Estimates what is left of a run: the base and every iteration are evaluated, every selected case is asked in each
 * iteration, judged where it has no exact metric, and the errors are taught. What the project's runs made and paid for is
 * counted, as far as they went from the same inputs; nobody is asked and nothing is written.
 */
export async function estimateRun(facts: RunFacts, options: EstimateOptions): Promise<RunEstimate> {
  const calls = await callsOfRun(facts, options);
  const target = roleEstimate(calls, "target", options);
  const instructor = roleEstimate(calls, "instructor", options);
  const judge = roleEstimate(calls, "judge", options);
  const most = total(calls.map((part) => costOfCalls(part, part.most, options)));
  return {
    ...{ target, instructor, judge },
    cost: total([target, instructor, judge]).cost,
    most: most.cost,
    basis: estimateBases.findLast((basis) => calls.some((part) => part.basis === basis)) ?? "counted",
    errorShare: options.errorShare,
  };
}

/** A checkpoint; null is the base, undefined is one that nobody trained yet. */
type Trained = Checkpoint | null | undefined;

/** Stages of an iteration that ask models. */
const asking: readonly StageName[] = ["collect", "instruct", "evaluate"];

async function callsOfRun(
  facts: RunFacts,
  { work = null, pending = () => true, ...shares }: EstimateOptions,
): Promise<CallsAhead[]> {
  const { benchmarks } = facts;
  const evaluated = async (checkpoint: Trained): Promise<CallsAhead[]> =>
    each(evaluatedGroups(facts, checkpoint), async (group) => targetCalls(facts, { ...group, checkpoint }, work));
  const calls = pending(0, "evaluate") ? await evaluated(null) : [];
  const last = facts.configuration.iterations.findLastIndex((_, index) =>
    asking.some((stage) => pending(index + 1, stage)),
  );
  let start: Trained = null;
  for (let iteration = 1; iteration <= last + 1; iteration += 1) {
    const checkpoint: Trained = start;
    const known: KnownIteration =
      work === null || start === undefined ? nothingKnown : await knownIteration(facts, work, iteration, start);
    const collected: CallsAhead[] = await each(
      pending(iteration, "collect") ? taught(benchmarks) : [],
      async (benchmark) =>
        targetCalls(
          facts,
          { benchmark: { ...benchmark, samples: 1 }, cases: selectedOf(facts, benchmark), checkpoint },
          work,
        ),
    );
    const instructed = pending(iteration, "instruct") ? await taughtCalls(facts, iteration, known, shares, work) : [];
    // Whoever is asked again may answer otherwise: then there are other errors, and another checkpoint is trained of them.
    start = isOpen(collected) || isOpen(instructed) ? undefined : known.trained;
    calls.push(
      ...collected,
      ...instructed.map((part) =>
        isOpen(collected) && part.basis === "counted" ? { ...part, basis: "errors" as const } : part,
      ),
      ...(pending(iteration, "evaluate") ? await evaluated(start) : []),
    );
  }
  return calls;
}

function isOpen(calls: readonly CallsAhead[]): boolean {
  return calls.some(({ open }) => open > 0);
}

/** Calls to the instructor of a whole iteration. */
async function taughtCalls(
  facts: RunFacts,
  iteration: number,
  known: KnownIteration,
  shares: AssumedShares,
  work: EarlierWork | null,
): Promise<CallsAhead[]> {
  const stored = work === null ? null : await answeredCalls(work, facts.models.instructorIdentity(), known);
  if (stored !== null) return [{ role: "instructor", stored, open: 0, most: 0, some: [], basis: "counted" }];
  const errors = work === null ? null : await knownErrors(facts, work, iteration, known);
  return each(taught(facts.benchmarks), async (benchmark) =>
    instructorCalls(facts, { iteration, benchmark }, errors, shares, work),
  );
}

async function each<T>(items: readonly T[], calls: (item: T) => Promise<CallsAhead[]>): Promise<CallsAhead[]> {
  const found: CallsAhead[] = [];
  for (const item of items) found.push(...(await calls(item)));
  return found;
}

function roleEstimate(calls: readonly CallsAhead[], role: ModelRole, options: EstimateOptions): RoleEstimate {
  const own = calls.filter((part) => part.role === role);
  return {
    ...total(own.map((part) => costOfCalls(part, part.open, options))),
    stored: own.reduce((sum, { stored }) => sum + stored, 0),
  };
}

function costOfCalls({ role, some }: CallsAhead, open: number, { prices, countTokens }: EstimateOptions): CostEstimate {
  if (open === 0) return none;
  const answerTokens = new Map(some.map((call) => [call.request, call.answerTokens]));
  const answer = (request: (typeof some)[number]["request"]): number => answerTokens.get(request) ?? 0;
  return scaled(estimateCost(answerTokens.keys(), prices[role], countTokens, answer), open / some.length);
}

const none: CostEstimate = { calls: 0, promptTokens: 0, completionTokens: 0, cost: 0 };

function scaled({ calls, promptTokens, completionTokens, cost }: CostEstimate, factor: number): CostEstimate {
  return {
    calls: Math.round(calls * factor),
    promptTokens: Math.round(promptTokens * factor),
    completionTokens: Math.round(completionTokens * factor),
    cost: cost === null ? null : cost * factor,
  };
}

function total(estimates: readonly CostEstimate[]): CostEstimate {
  const sum = (figure: (estimate: CostEstimate) => number): number =>
    estimates.reduce((result, estimate) => result + figure(estimate), 0);
  return {
    calls: sum(({ calls }) => calls),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    cost: estimates.some(({ cost }) => cost === null) ? null : sum(({ cost }) => cost ?? 0),
  };
}
