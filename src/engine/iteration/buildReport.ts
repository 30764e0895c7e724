import type { Configuration } from "../configuration/index.js";
import { modelNameOf, quotaOf } from "../configuration/index.js";
import { passAtK, wilson } from "../evaluation/index.js";
import { funnel } from "../gates/index.js";
import type { AccuracyReport, BenchmarkReport, FunnelStep, IterationReport, Report } from "../report/index.js";
import type { RunReader } from "../store/index.js";
import type { Decisions } from "./decisions.js";
import { learning } from "./learning.js";
import {
  parseCall,
  parseGated,
  parseProgress,
  parseResponse,
  type CallRecord,
  type GatedRecord,
  type ResponseRecord,
} from "./records.js";
import type { LoopBenchmark, StageName } from "./scope.js";
import { taught } from "./stages/select.js";

/** What a report is made from: a run's results, and what it was made with. */
export interface ReportSource {
  readonly run: Pick<RunReader, "id" | "stage">;
  /** The configuration of the run, which is not always that of its project as it is now. */
  readonly configuration: Configuration;
  readonly benchmarks: readonly {
    readonly name: string;
    readonly family: { readonly name: string };
    readonly domain: LoopBenchmark["domain"];
    readonly target: { readonly length: number };
  }[];
  /** The triaged figure of a person's decisions. */
  readonly decisions: Pick<Decisions, "triaged">;
}

/** The result files that a report is made from, by their stages. */
export const reportFiles = {
  collect: "responses.jsonl",
  instruct: "calls.jsonl",
  gate: "samples.jsonl",
  train: "progress.jsonl",
  evaluate: "responses.jsonl",
} as const satisfies { readonly [stage in StageName]?: string };

/** Reads the finished stages of a run into a report. Iterations that have not been evaluated yet are left out. */
export async function buildReport(source: ReportSource): Promise<Report> {
  const { run, configuration, benchmarks } = source;
  const evaluations: ResponseRecord[][] = [];
  const iterations: IterationReport[] = [];
  for (let iteration = 0; iteration <= configuration.iterations.length; iteration += 1) {
    const responses = await readStage(run, iteration, "evaluate", parseResponse);
    if (responses === null) break;
    evaluations.push(responses);
    if (iteration > 0) iterations.push(await iterationReport(source, iteration, evaluations));
  }
  return {
    version: 1,
    run: run.id,
    target: modelNameOf(configuration, "target"),
    instructor: modelNameOf(configuration, "instructor"),
    protocol: configuration.protocol,
    seed: configuration.seed,
    currency: configuration.budget.currency,
    benchmarks: benchmarks.map((benchmark) => benchmarkReport(source, benchmark, evaluations)),
    iterations,
  };
}

async function readStage<T>(
  run: Pick<RunReader, "stage">,
  iteration: number,
  stage: keyof typeof reportFiles,
  parse: (value: unknown) => T,
): Promise<T[] | null> {
  const store = run.stage(iteration, stage);
  return (await store.manifest()) === null ? null : store.read(reportFiles[stage], parse);
}

function benchmarkReport(
  { decisions, configuration }: ReportSource,
  { name, family, domain }: ReportSource["benchmarks"][number],
  evaluations: readonly (readonly ResponseRecord[])[],
): BenchmarkReport {
  const own = evaluations.map((records) => records.filter(({ benchmark }) => benchmark === name));
  const ks = [configuration.evaluation.passAtK?.k ?? []].flat();
  return {
    name,
    family: family.name,
    domain,
    accuracies: own.map((records, iteration) => accuracyOf(records, iteration, decisions, ks)),
    learning: own.slice(1).map((records, index) => ({ iteration: index + 1, ...learning(own[index] ?? [], records) })),
  };
}

function accuracyOf(
  records: readonly ResponseRecord[],
  iteration: number,
  decisions: Pick<Decisions, "triaged">,
  ks: readonly number[],
): AccuracyReport {
  const first = records.filter(({ sample }) => sample === 0);
  const correct = first.filter((record) => record.correct).length;
  const triaged = decisions.triaged(first.map(({ key, correct: right }) => ({ case: key, correct: right })));
  return {
    iteration,
    n: first.length,
    correct,
    accuracy: first.length === 0 ? 0 : correct / first.length,
    interval: wilson(correct, first.length),
    disputed: first.filter(({ disputed }) => disputed).length,
    triaged:
      triaged.n === 0 || (triaged.n === first.length && triaged.correct === correct)
        ? null
        : { ...triaged, accuracy: triaged.correct / triaged.n },
    passAtK: records.length === first.length ? [] : ks.map((k) => ({ k, value: meanPassAtK(records, k) })),
  };
}

/** Mean over cases of the unbiased estimator of Chen et al. 2021. */
function meanPassAtK(records: readonly ResponseRecord[], k: number): number {
  const byCase = new Map<string, { n: number; correct: number }>();
  for (const { key, correct } of records) {
    const seen = byCase.get(key) ?? { n: 0, correct: 0 };
    byCase.set(key, { n: seen.n + 1, correct: seen.correct + (correct ? 1 : 0) });
  }
  const values = [...byCase.values()].map(({ n, correct }) => passAtK(n, correct, k));
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function iterationReport(
  { run, configuration, benchmarks }: ReportSource,
  iteration: number,
  evaluations: readonly (readonly ResponseRecord[])[],
): Promise<IterationReport> {
  const calls = (await readStage(run, iteration, "instruct", parseCall)) ?? [];
  const samples = (await readStage(run, iteration, "gate", parseGated)) ?? [];
  const collected = (await readStage(run, iteration, "collect", parseResponse)) ?? [];
  const progress = (await readStage(run, iteration, "train", parseProgress)) ?? [];
  const evaluated = evaluations[iteration] ?? [];
  const change = learning(evaluations[iteration - 1] ?? [], evaluated);
  const gated = funnel(
    samples.map(({ sample, gates, kept }) => ({
      sample,
      results: gates,
      rejectedBy: kept ? null : (gates.find(({ passed }) => !passed)?.gate ?? "quota"),
    })),
  );
  const asked = calls.reduce((sum, call) => sum + call.asked, 0);
  const parsed = calls.reduce((sum, call) => sum + Math.min(call.drafts.length, call.asked), 0);
  return {
    iteration,
    strategy: configuration.iterations[iteration - 1]?.strategy ?? "",
    errors: collected.filter(({ correct }) => !correct).length,
    calls: calls.length,
    generated: samples.length,
    kept: gated.kept,
    learned: change.learned.length,
    forgotten: change.forgotten.length,
    cost: costOf([...calls, ...collected, ...evaluated]),
    parseYield: asked === 0 ? null : parsed / asked,
    funnel: funnelSteps(gated),
    verification: gated.verification,
    quotas: taught(benchmarks).map(({ name }) => ({
      benchmark: name,
      wanted: quotaOf(configuration, name, iteration - 1),
      kept: keptOf(samples, name),
      errors: collected.filter(({ benchmark, correct }) => benchmark === name && !correct).length,
    })),
    // Steps that a full disk refused are written later than those after them.
    loss: [...progress]
      .sort((a, b) => a.step - b.step)
      .map(({ step, loss, heldOutLoss }) => ({ step, loss, heldOutLoss })),
  };
}

function keptOf(samples: readonly GatedRecord[], benchmark: string): number {
  return samples.filter(({ kept, sample }) => kept && sample.benchmark === benchmark).length;
}

function funnelSteps({ generated, steps, kept }: ReturnType<typeof funnel>): FunnelStep[] {
  return [
    { gate: "generated", left: generated, dropped: 0 },
    ...steps.map(({ gate, reached, passed }) => ({ gate, left: passed, dropped: reached - passed })),
    { gate: "kept", left: kept, dropped: 0 },
  ];
}

/** Sum of the prices of answers; null as soon as one of them is unknown. */
function costOf(records: readonly (CallRecord | ResponseRecord)[]): number | null {
  let sum = 0;
  for (const { cost } of records) {
    if (cost === null) return null;
    sum += cost;
  }
  return sum;
}
