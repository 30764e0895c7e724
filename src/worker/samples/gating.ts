import { pricesOf, type Project, type SingleCalls } from "../../adapters/project/index.js";
import { modelNameOf } from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
import type { Case, SampleDraft } from "../../engine/families/index.js";
import { createGates, runGates, type GatedSample } from "../../engine/gates/index.js";
import { contentHash } from "../../engine/hash.js";
import { parseAnswer, type InstructorCall, type Neighbour, type Sample } from "../../engine/instructor/index.js";
import {
  parseContrast,
  parseResponse,
  requestOf,
  type CallRecord,
  type LoopBenchmark,
} from "../../engine/iteration/index.js";
import type { CodeRunner } from "../../engine/seams/index.js";
import type { FreshAnswer, GateResultView } from "../../protocol/worker/index.js";
import type { Sandboxes } from "../cases/sandbox.js";
import { shown } from "../cases/shown.js";
import type { RunRecords } from "../runRecords.js";
import { keptTemplates } from "../templates.js";
import { errorCase, type FoundIteration } from "./found.js";
import { answerView, draftView } from "./output.js";
import type { IndexedSample } from "./sampleIndex.js";

/** Kept samples that a draft is compared with: those of its own benchmark, as the index has their questions. */
export interface Gating {
  readonly sandboxes: Sandboxes;
  readonly signal: AbortSignal;
}

/** An error with its benchmark. Faults with kind `usage` where the project has it no more. */
export function taughtCase(
  { readable }: Pick<FoundIteration, "readable">,
  key: string,
): { readonly benchmark: LoopBenchmark; readonly testCase: Case } {
  const { benchmark, testCase } = errorCase(readable, key, undefined);
  if (benchmark !== null && testCase !== null) return { benchmark, testCase };
  throw new Fault("usage", "The project no longer has this case.", {
    found: key,
    remedy: "Its benchmark was removed from preceptor.json, or the benchmark's files changed.",
  });
}

/**
 * Sends drafts about one error through the gates of the configuration, except the quota: that compares samples of a
 * whole round. Samples that are kept already count as known, but those in `except`.
 */
export async function gateDrafts(
  found: FoundIteration,
  { benchmark, testCase }: { readonly benchmark: LoopBenchmark; readonly testCase: Case },
  drafts: readonly SampleDraft[],
  { sandboxes, signal, except }: Gating & { readonly except: ReadonlySet<string> },
): Promise<GatedSample[]> {
  const { project, index } = found;
  const { configuration } = project;
  const errors = new Map(benchmark.target.map((item) => [item.key, item]));
  const others = index.samples.filter(
    (sample) => sample.benchmark === benchmark.name && !except.has(sample.id) && index.isKept(sample),
  );
  const gates = createGates({
    benchmark: benchmark.name,
    family: benchmark.family,
    protocol: benchmark.protocol,
    names: configuration.gates.chain,
    notVerifiable: configuration.gates.notVerifiable,
    nearDuplicate: configuration.gates.nearDuplicate,
    errors: index.errors.flatMap((key) => errors.get(key) ?? []),
    earlierIterations: [],
    earlierRounds: await wholeSamples(found, others),
    quota: drafts.length,
    seed: configuration.seed,
    contamination: null,
  }).filter(({ name }) => name !== "quota");
  const samples = drafts.map((draft, place): Sample => {
    const lineage = { source: testCase.key, round: 0, call: 0, index: place, answer: null };
    const common = { benchmark: benchmark.name, family: benchmark.family.name, strategy: "" };
    return { id: contentHash({ ...common, lineage, draft }), ...common, draft, lineage };
  });
  const timeoutMs = configuration.evaluation.codeSeconds * 1000;
  const run = async (runner: CodeRunner | null): Promise<GatedSample[]> =>
    runGates(samples, gates, {
      context: () => ({ judge: { runner, timeoutMs, judge: null, signal }, source: testCase }),
      signal,
    });
  return benchmark.family.name === "code" ? sandboxes.use(project, run) : run(null);
}

export function gateViews({ results }: GatedSample): GateResultView[] {
  return results.map((result) => ({ ...result, reason: shown(result.reason).text }));
}

/** Records that are read at once; more would hold as many files open. */
const atOnce = 64;

async function wholeSamples({ index }: FoundIteration, wanted: readonly IndexedSample[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let from = 0; from < wanted.length; from += atOnce) {
    const part = await Promise.all(
      wanted.slice(from, from + atOnce).map(async (sample) => {
        const { sample: whole } = await index.sampleRecord(sample);
        return { ...whole, draft: index.review(sample.id)?.draft ?? whole.draft };
      }),
    );
    samples.push(...part);
  }
  return samples;
}

/** Numbers of samples from here on are those of answers that a person asked for; a run does not get so far. */
const firstFresh = 1000;

/**
 * Asks the instructor once more about an error, with the message that the run would send now. The answer goes into the
 * project's cache and nowhere else.
 */
export async function regenerate(
  found: FoundIteration,
  records: RunRecords,
  { key, attempt, cap }: { readonly key: string; readonly attempt: number; readonly cap: number },
  parts: Gating & { readonly calls: SingleCalls; readonly onText: (piece: string) => void },
): Promise<FreshAnswer> {
  const { project, index } = found;
  const { configuration } = project;
  const of = taughtCase(found, key);
  const call = await callAgain(found, records, of, firstFresh + attempt);
  const templates = await keptTemplates(project);
  const { template, ...request } = requestOf({ configuration, templates }, of.benchmark, call);
  const model = modelNameOf(configuration, "instructor");
  const { answer, cached, cost } = await withRunner(project, of.benchmark, model, parts.sandboxes, async (runner) =>
    parts.calls.ask(project, { model, checkpoint: null, ...request }, cap, parts.signal, {
      runner,
      onText: parts.onText,
    }),
  );
  const { drafts, faults } = parseAnswer(answer.text, of.benchmark.family.name, template.format, {
    asked: call.samples,
    finish: answer.finish,
  });
  const wanted = drafts.slice(0, call.samples);
  // What the fresh ones would replace is in nobody's way.
  const except = new Set(index.ofError(key).samples.map(({ id }) => id));
  const gated = await gateDrafts(found, of, wanted, { ...parts, except });
  const record: Parameters<typeof answerView>[0] = {
    round: 0,
    number: attempt,
    template: call.template,
    asked: call.samples,
    text: answer.text,
    finish: answer.finish,
    drafts: wanted as CallRecord["drafts"],
    faults: [...faults],
    promptTokens: answer.usage.promptTokens,
    completionTokens: answer.usage.completionTokens,
    cost,
  };
  const { instructor } = pricesOf(project);
  return {
    answer: answerView(record, of.benchmark.family.name, templates, instructor !== null),
    samples: gated.map((sample) => ({
      draft: draftView(sample.sample.draft),
      gates: gateViews(sample),
      passed: sample.rejectedBy === null,
    })),
    cached,
    currency: configuration.budget.currency,
  };
}

/** The call of the run about this error, to be made once more. */
async function callAgain(
  { readable, index }: FoundIteration,
  records: RunRecords,
  { benchmark, testCase }: { readonly benchmark: LoopBenchmark; readonly testCase: Case },
  sample: number,
): Promise<InstructorCall> {
  const [first] = index.ofError(testCase.key).calls;
  if (first === undefined) {
    throw new Fault("usage", "No instructor was asked about this error, so there is nothing to ask again.", {
      found: testCase.key,
      remedy: "Its samples are the benchmark's own; edit or reject them.",
    });
  }
  const { template } = await index.callRecord(first);
  const responses = await records.read(readable.run, index.iteration, "collect", "responses.jsonl", parseResponse);
  const response = responses.find(({ key, sample: number }) => key === testCase.key && number === 0)?.text ?? "";
  const sets = await records.read(readable.run, index.iteration, "contrast", "contrast.jsonl", parseContrast);
  const byKey = new Map(benchmark.target.map((item) => [item.key, item]));
  const neighbours = (sets.find(({ error }) => error === testCase.key)?.neighbours ?? []).flatMap(
    ({ key, distance }): Neighbour[] => {
      const neighbour = byKey.get(key);
      return neighbour === undefined ? [] : [{ testCase: neighbour, distance }];
    },
  );
  return { number: 0, error: { testCase, response }, neighbours, samples: first.asked, sample, template };
}

/** The built-in instructor runs the programs that it writes; who is asked over the wire needs no sandbox here. */
async function withRunner<T>(
  project: Project,
  { family }: LoopBenchmark,
  model: string,
  sandboxes: Sandboxes,
  work: (runner: CodeRunner | null) => Promise<T>,
): Promise<T> {
  const builtin = project.configuration.models[model]?.provider === "builtin";
  return builtin && family.name === "code" ? sandboxes.use(project, work) : work(null);
}
