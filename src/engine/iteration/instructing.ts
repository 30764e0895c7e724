import { chatParametersOf, modelNameOf, quotaOf } from "../configuration/index.js";
import { draftRecord, type Case, type JudgeContext, type SampleDraft } from "../families/index.js";
import { createGates, runGates, type GatedSample } from "../gates/index.js";
import { contentHash } from "../hash.js";
import {
  answerFormat,
  parseAnswer,
  planMessages,
  type InstructorCall,
  type Neighbour,
  type Sample,
  type Strategy,
  type StrategyInput,
  type StrategyRound,
  type TaughtError,
} from "../instructor/index.js";
import type { Template } from "../prompts/index.js";
import type { ChatParameters, ChatRequest } from "../seams/index.js";
import type { CallRecord, GatedRecord, ResponseRecord } from "./records.js";
import type { Asks, LoopBenchmark, StageScope } from "./scope.js";

/** The steps from an error to gated samples. The instruct stage takes them in rounds; a try-out takes them once. */

/** Selected cases that the target got wrong and that may be taught, in the order of the selection. */
export function taughtErrors(
  { decisions }: Pick<StageScope, "decisions">,
  cases: readonly Case[],
  responses: ReadonlyMap<string, ResponseRecord>,
): TaughtError[] {
  return cases.flatMap((testCase) => {
    const response = responses.get(testCase.key);
    if (response === undefined || response.correct || !decisions.teaches(testCase.key)) return [];
    return [{ testCase, response: response.text }];
  });
}

/** Stored neighbours as cases; one that is not selected any more is left out. */
export function neighboursOf(
  stored: readonly { readonly key: string; readonly distance: number }[],
  byKey: ReadonlyMap<string, Case>,
): Neighbour[] {
  return stored.flatMap(({ key, distance }) => {
    const testCase = byKey.get(key);
    return testCase === undefined ? [] : [{ testCase, distance }];
  });
}

/** The exact request of a call: what a person is shown before anything is paid. */
export function requestOf(
  { configuration, templates }: Pick<StageScope, "configuration" | "templates">,
  { family }: LoopBenchmark,
  call: InstructorCall,
): ChatRequest & { readonly template: Template } {
  const template = templates.template(call.template, family.name);
  const model = configuration.models[modelNameOf(configuration, "instructor")];
  const structured =
    template.format === "json" &&
    (model?.provider === "openai" ? model.structuredOutput : model?.provider !== "editor");
  const base = chatParametersOf(configuration, "instructor", template.parameters);
  const parameters: ChatParameters = {
    ...base,
    seed: seedOf(base.seed, model?.provider === "builtin" ? configuration.seed * 1000 : null, call.sample),
    format: structured ? answerFormat(family.name) : null,
  };
  const messages = planMessages(call, template, family, call.neighbours.length);
  return { messages, parameters, sample: call.sample, template };
}

/**
 * Several answers to equal messages need different seeds, where there is a seed at all: the configured one, or that of
 * the run for the built-in instructor, which has no other source of chance.
 */
function seedOf(configured: number | null, builtin: number | null, sample: number): number | null {
  const first = configured ?? builtin;
  return first === null ? null : first + sample;
}

/** Makes one call and parses its answer. */
export async function callInstructor(
  scope: StageScope,
  instructor: Asks,
  benchmark: LoopBenchmark,
  call: InstructorCall,
  round: number,
): Promise<CallRecord> {
  const { template, ...request } = requestOf(scope, benchmark, call);
  const { answer, key } = await answered(scope, benchmark, call, round, async (onText) =>
    instructor.ask(request, scope.signal, onText),
  );
  const { drafts, faults } = parseAnswer(answer.text, benchmark.family.name, template.format, {
    asked: call.samples,
    finish: answer.finish,
  });
  return {
    version: 1,
    benchmark: benchmark.name,
    round,
    number: call.number,
    error: call.error.testCase.key,
    template: call.template,
    asked: call.samples,
    answer: key,
    text: answer.text,
    finish: answer.finish,
    drafts: drafts.map(draftRecord),
    faults: [...faults],
    promptTokens: answer.usage.promptTokens,
    completionTokens: answer.usage.completionTokens,
    ...(answer.usage.estimated ? { estimated: true } : {}),
    cost: instructor.price(answer.usage),
  };
}

/** Lets whoever watches the run see the answer arrive. */
async function answered<T>(
  { watcher, iteration }: StageScope,
  { name }: LoopBenchmark,
  { error, number }: InstructorCall,
  round: number,
  ask: (onText?: (piece: string) => void) => Promise<T>,
): Promise<T> {
  const live = watcher.answering?.({ iteration, benchmark: name, error: error.testCase.key, round, number });
  try {
    return await ask(live?.onText);
  } finally {
    live?.end();
  }
}

/** The samples of a round in their fixed order: by call number, then by place in the answer; then drafts without a call. */
export function samplesOfRound(
  benchmark: LoopBenchmark,
  strategy: Strategy,
  round: number,
  records: readonly CallRecord[],
  drafts: StrategyRound["drafts"],
): Sample[] {
  return [
    ...records.flatMap((record) =>
      record.drafts.slice(0, record.asked).map((draft, index) =>
        sampleOf(benchmark, strategy, draft, {
          source: record.error,
          round: record.round,
          call: record.number,
          index,
          answer: record.answer,
        }),
      ),
    ),
    ...drafts.map(({ sourceKey, draft }, index) =>
      sampleOf(benchmark, strategy, draft, { source: sourceKey, round, call: null, index, answer: null }),
    ),
  ];
}

function sampleOf(
  { name, family }: LoopBenchmark,
  strategy: Strategy,
  draft: SampleDraft,
  lineage: Sample["lineage"],
): Sample {
  const { source, round, call, index } = lineage;
  const id = contentHash({ benchmark: name, strategy: strategy.name, source, round, call, index, draft });
  return { id, benchmark: name, family: family.name, strategy: strategy.name, draft, lineage };
}

/** What a strategy sees of a benchmark, whatever round it plans. */
export function strategyInput(
  { configuration, iteration }: Pick<StageScope, "configuration" | "iteration">,
  benchmark: LoopBenchmark,
  taught: {
    readonly cases: readonly Case[];
    readonly errors: readonly TaughtError[];
    /** Stored neighbours by the key of the error. */
    readonly sets: ReadonlyMap<string, Parameters<typeof neighboursOf>[0]>;
  },
): Omit<StrategyInput, "kept" | "round"> {
  const byKey = new Map(taught.cases.map((testCase) => [testCase.key, testCase]));
  return {
    benchmark: benchmark.name,
    family: benchmark.family.name,
    selected: taught.cases,
    errors: taught.errors,
    neighbours: (key) => neighboursOf(taught.sets.get(key) ?? [], byKey),
    quota: quotaOf(configuration, benchmark.name, iteration - 1),
    samplesPerCall: configuration.instruction.samplesPerCall,
    seed: configuration.seed,
  };
}

/**
 * The first call that a strategy makes about each case that it asks about, as the instruct stage makes it in its first
 * round: what a try-out makes, and what a person is shown. A case without one is not taught.
 */
export function firstCalls(
  strategy: Pick<Strategy, "round">,
  input: Omit<StrategyInput, "kept" | "round">,
): InstructorCall[] {
  return strategy.round({ ...input, kept: 0, round: 0 }).calls.filter(({ sample }) => sample === 0);
}

export interface GateRound {
  readonly benchmark: LoopBenchmark;
  readonly judge: JudgeContext;
  readonly sources: ReadonlyMap<string, Case>;
  readonly errors: readonly TaughtError[];
  readonly earlierIterations: readonly Sample[];
  readonly earlierRounds: readonly Sample[];
  /** Kept samples still wanted. */
  readonly quota: number;
}

/** Sends the samples of a round through the gates of the configuration. */
export async function gateSamples(
  { configuration, signal }: StageScope,
  samples: readonly Sample[],
  round: GateRound,
): Promise<GatedSample[]> {
  const { benchmark, judge, sources, errors } = round;
  const { chain, notVerifiable, nearDuplicate } = configuration.gates;
  const gates = createGates({
    ...round,
    benchmark: benchmark.name,
    family: benchmark.family,
    protocol: benchmark.protocol,
    names: chain,
    notVerifiable,
    nearDuplicate,
    errors: errors.map(({ testCase }) => testCase),
    seed: configuration.seed,
    contamination: null,
  });
  return runGates(samples, gates, {
    context: ({ lineage }) => ({ judge, source: sources.get(lineage.source) ?? null }),
    signal,
  });
}

export function gatedRecord({ sample, results, rejectedBy }: GatedSample): GatedRecord {
  return {
    version: 1,
    sample: { ...sample, draft: draftRecord(sample.draft) },
    gates: [...results],
    kept: rejectedBy === null,
    review: null,
  };
}
