import type { GatedSample } from "../gates/index.js";
import type { Sample, TaughtError } from "../instructor/index.js";
import { Random } from "../random.js";
import type { ChatMessage } from "../seams/index.js";
import { judgeContext } from "./ask.js";
import {
  callInstructor,
  firstCalls,
  gateSamples,
  requestOf,
  samplesOfRound,
  strategyInput,
  taughtErrors,
} from "./instructing.js";
import { scopeAt } from "./loop.js";
import type { CallRecord } from "./records.js";
import { strategyOf, type LoopBenchmark, type LoopServices, type StageScope } from "./scope.js";
import { collectedResponses } from "./stages/collect.js";
import { contrastSets } from "./stages/contrast.js";
import { selectedCases, taught } from "./stages/select.js";

/** What came of one error in a try-out. */
export interface TriedError {
  readonly benchmark: string;
  readonly error: string;
  /** The exact messages that the instructor received. */
  readonly messages: readonly ChatMessage[];
  readonly call: CallRecord;
  readonly samples: readonly GatedSample[];
}

export interface TryOut {
  readonly tried: readonly TriedError[];
  readonly asked: number;
  readonly parsed: number;
  readonly kept: number;
  /** Price of the answers; null when a price is unknown. */
  readonly cost: number | null;
}

/**
 * Teaches a few errors of a run whose contrast stage has ended, as the run would: the same messages and numbers, so that
 * a later run finds these answers paid. Nothing is written into the run's stages.
 */
export async function tryErrors(services: LoopServices, iteration: number, count: number): Promise<TryOut> {
  const scope = await scopeAt(services, iteration);
  const [selected, responses] = [await selectedCases(scope), await collectedResponses(scope)];
  const errors = taught(scope.benchmarks).flatMap((benchmark) =>
    taughtErrors(scope, selected.get(benchmark.name) ?? [], responses).map((error) => ({ benchmark, error })),
  );
  const chosen = new Random(scope.configuration.seed, "try").shuffle(errors).slice(0, count);
  const tried: TriedError[] = [];
  for (const benchmark of taught(scope.benchmarks)) {
    const own = chosen.filter((item) => item.benchmark === benchmark).map(({ error }) => error);
    if (own.length === 0) continue;
    const cases = selected.get(benchmark.name) ?? [];
    tried.push(...(await tryBenchmark(scope, benchmark, own, taughtErrors(scope, cases, responses), cases)));
  }
  const costs = tried.map(({ call }) => call.cost);
  return {
    tried,
    asked: tried.reduce((sum, { call }) => sum + call.asked, 0),
    parsed: tried.reduce((sum, { call }) => sum + call.drafts.length, 0),
    kept: tried.flatMap(({ samples }) => samples).filter(({ rejectedBy }) => rejectedBy === null).length,
    cost: costs.includes(null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
  };
}

async function tryBenchmark(
  scope: StageScope,
  benchmark: LoopBenchmark,
  chosen: readonly TaughtError[],
  errors: readonly TaughtError[],
  cases: StageScope["benchmarks"][number]["target"],
): Promise<TriedError[]> {
  const strategy = strategyOf(scope);
  const input = strategyInput(scope, benchmark, { cases, errors, sets: await contrastSets(scope) });
  const wanted = new Set(chosen.map(({ testCase }) => testCase.key));
  const planned = firstCalls(strategy, input).filter(({ error }) => wanted.has(error.testCase.key));
  const instructor = await scope.models.instructor(scope.signal);
  const records = await Promise.all(
    planned.map(async (call) => ({
      call: await callInstructor(scope, instructor, benchmark, call, 0),
      messages: requestOf(scope, benchmark, call).messages,
    })),
  );
  const samples: readonly Sample[] = samplesOfRound(
    benchmark,
    strategy,
    0,
    records.map(({ call }) => call),
    [],
  );
  const gated = await gateSamples(scope, samples, {
    benchmark,
    judge: judgeContext(scope),
    sources: new Map(cases.map((testCase) => [testCase.key, testCase])),
    errors,
    earlierIterations: [],
    earlierRounds: [],
    quota: input.quota,
  });
  return records.map(({ call, messages }) => ({
    benchmark: benchmark.name,
    error: call.error,
    messages,
    call,
    samples: gated.filter(({ sample }) => sample.lineage.call === call.number),
  }));
}
