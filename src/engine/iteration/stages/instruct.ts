import { forEachConcurrently } from "../../concurrency.js";
import { chatParametersOf, quotaOf } from "../../configuration/index.js";
import type { Case } from "../../families/index.js";
import { nextRound, type InstructorCall, type Sample, type TaughtError } from "../../instructor/index.js";
import { gatesVersion } from "../../gates/index.js";
import type { RecordLog } from "../../store/index.js";
import { judgeContext } from "../ask.js";
import {
  callInstructor,
  gatedRecord,
  gateSamples,
  samplesOfRound,
  strategyInput,
  taughtErrors,
} from "../instructing.js";
import { parseCall, parseGated, type CallRecord, type GatedRecord } from "../records.js";
import { strategyOf, type Asks, type LoopBenchmark, type Stage, type StageScope } from "../scope.js";
import { collectedResponses } from "./collect.js";
import { contrastSets } from "./contrast.js";
import { keptSamples } from "./gate.js";
import { selectedCases, taught } from "./select.js";

/**
 * Instructor analysis and data supply (section 2.3, Eqs. 1 and 3). Work goes in rounds: the calls of a round are fixed
 * at its start from what earlier rounds kept, and answers are accepted in order of call number, so that results depend
 * neither on the clock nor on the order in which answers arrive. The gates run here, because a round's top-up depends
 * on them; the gate stage decides what is kept in the end.
 */
export const instructStage: Stage = {
  name: "instruct",
  version: 1,
  inputs: (scope) => {
    const { configuration, iteration, benchmarks, templates } = scope;
    const strategy = strategyOf(scope);
    return {
      errors: scope.upstream("collect").hash,
      contrast: strategy.needsContrast ? scope.upstream("contrast").hash : null,
      strategy: { name: strategy.name, version: strategy.version },
      instructor: scope.models.instructorIdentity(),
      parameters: chatParametersOf(configuration, "instructor"),
      samplesPerCall: configuration.instruction.samplesPerCall,
      protocol: configuration.protocol,
      // A strategy uses its own template, and LE's for errors without right neighbours.
      templates: taught(benchmarks).map(({ family }) =>
        templates.hashes([...new Set([strategy.name, "LE"])], family.name),
      ),
      quotas: taught(benchmarks).map(({ name }) => [name, quotaOf(configuration, name, iteration - 1)]),
      rounds: configuration.rounds,
      gates: { version: gatesVersion, ...configuration.gates },
      triage: scope.decisions.triageHash,
      seed: configuration.seed,
    };
  },
  async run(scope, fingerprint) {
    const store = scope.run.stage(scope.iteration, "instruct");
    const calls = await store.log("calls.jsonl", fingerprint, parseCall);
    const gated = await store.log("gated.jsonl", fingerprint, parseGated);
    const sets = await contrastSets(scope);
    const [selected, responses] = [await selectedCases(scope), await collectedResponses(scope)];
    const instructor = await scope.models.instructor(scope.signal);
    const counts = { errors: 0, calls: 0, asked: 0, generated: 0, kept: 0 };
    const announce = announcer(scope);
    await Promise.all(
      taught(scope.benchmarks).map(async (benchmark) => {
        const cases = selected.get(benchmark.name) ?? [];
        const errors = taughtErrors(scope, cases, responses);
        counts.errors += errors.length;
        await teach({ scope, benchmark, cases, errors, sets, instructor, calls, gated, counts, announce });
      }),
    );
    await Promise.all([calls.close(), gated.close()]);
    return counts;
  },
};

interface Teaching {
  readonly scope: StageScope;
  readonly benchmark: LoopBenchmark;
  readonly cases: readonly Case[];
  readonly errors: readonly TaughtError[];
  readonly sets: ReadonlyMap<string, readonly { readonly key: string; readonly distance: number }[]>;
  readonly instructor: Asks;
  readonly calls: RecordLog<CallRecord>;
  readonly gated: RecordLog<GatedRecord>;
  readonly counts: { calls: number; asked: number; generated: number; kept: number };
  readonly announce: Announcer;
}

/** All rounds of one benchmark. */
async function teach(teaching: Teaching): Promise<void> {
  const { scope, benchmark, cases, errors, sets, counts, gated } = teaching;
  const { configuration, iteration } = scope;
  const strategy = strategyOf(scope);
  const input = strategyInput(scope, benchmark, { cases, errors, sets });
  const byKey = new Map(cases.map((testCase) => [testCase.key, testCase]));
  const judge = judgeContext(scope);
  const written = new Set(gated.records.map(({ sample }) => sample.id));
  const earlierIterations = await keptEarlier(scope, benchmark);
  const earlierRounds: Sample[] = [];
  const keptAfter: number[] = [];
  for (;;) {
    const round = keptAfter.length;
    const next = nextRound(strategy, input, keptAfter, configuration.rounds);
    if (next.round === null) {
      await scope.run.event("rounds-ended", { iteration, benchmark: benchmark.name, rounds: round, why: next.end });
      return;
    }
    const plan = next.round;
    for (const note of plan.notes ?? []) await scope.run.event("note", { iteration, benchmark: benchmark.name, note });
    const records = await askRound(teaching, plan.calls, round);
    const samples = samplesOfRound(benchmark, strategy, round, records, plan.drafts);
    counts.asked += plan.calls.reduce((sum, call) => sum + call.samples, 0) + plan.drafts.length;
    counts.calls += plan.calls.length;
    counts.generated += samples.length;
    const results = await gateSamples(scope, samples, {
      benchmark,
      judge,
      sources: byKey,
      errors,
      earlierIterations,
      earlierRounds,
      quota: input.quota - earlierRounds.length,
    });
    await Promise.all(
      results.filter(({ sample }) => !written.has(sample.id)).map((result) => gated.append(gatedRecord(result))),
    );
    const kept = results.filter(({ rejectedBy }) => rejectedBy === null).map(({ sample }) => sample);
    counts.kept += kept.length;
    earlierRounds.push(...kept);
    keptAfter.push(earlierRounds.length);
  }
}

/** What earlier iterations kept of a benchmark: a sample like one of them teaches nothing new. */
async function keptEarlier(scope: StageScope, { name }: LoopBenchmark): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let iteration = 1; iteration < scope.iteration; iteration += 1) {
    samples.push(...((await keptSamples(scope, iteration)).get(name) ?? []));
  }
  return samples;
}

async function askRound(
  { scope, benchmark, instructor, calls, announce }: Teaching,
  planned: readonly InstructorCall[],
  round: number,
): Promise<CallRecord[]> {
  const done = new Map(
    calls.records
      .filter((record) => record.benchmark === benchmark.name && record.round === round)
      .map((record) => [record.number, record]),
  );
  announce.plan(planned.length, planned.filter(({ number }) => done.has(number)).length);
  const open = planned.filter(({ number }) => !done.has(number));
  await forEachConcurrently(open, scope.models.concurrency("instructor"), async (call) => {
    const record = await callInstructor(scope, instructor, benchmark, call, round);
    await calls.append(record);
    done.set(call.number, record);
    announce.done(benchmark.name);
  });
  return planned.map(({ number }) => done.get(number)).filter((record) => record !== undefined);
}

interface Announcer {
  plan(calls: number, done: number): void;
  done(benchmark: string): void;
}

/** Progress over all benchmarks: later rounds raise the total. */
function announcer({ watcher, iteration }: StageScope): Announcer {
  const state = { done: 0, total: 0 };
  const tell = (note: string): void => {
    watcher.progress({ iteration, stage: "instruct", done: state.done, total: state.total, note });
  };
  return {
    plan(calls, done) {
      state.total += calls;
      state.done += done;
      tell("");
    },
    done(benchmark) {
      state.done += 1;
      tell(benchmark);
    },
  };
}
