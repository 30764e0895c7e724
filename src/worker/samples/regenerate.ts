import { pricesOf, type Project, type SingleCalls } from "../../adapters/project/index.js";
import { costOf, promptTokens as countPrompt } from "../../engine/asking/index.js";
import { modelNameOf } from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
import type { Case } from "../../engine/families/index.js";
import { parseAnswer, type InstructorCall, type Neighbour } from "../../engine/instructor/index.js";
import {
  parseContrast,
  parseResponse,
  requestOf,
  type CallRecord,
  type LoopBenchmark,
} from "../../engine/iteration/index.js";
import type { CodeRunner } from "../../engine/seams/index.js";
import type { FreshAnswer } from "../../protocol/worker/index.js";
import type { Sandboxes } from "../cases/sandbox.js";
import type { RunRecords } from "../runRecords.js";
import { keptTemplates } from "../templates.js";
import { tokenCounter } from "../tokenCounter.js";
import type { FoundIteration } from "./found.js";
import { gateDrafts, gateViews, taughtCase, type Gating } from "./gating.js";
import { answerView, draftView } from "./output.js";

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
  const { of, call, template, templates, request } = await asked(found, records, key, attempt);
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
    ...(answer.usage.estimated ? { estimated: true } : {}),
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

/** What asking again may cost at most; null where the price is unknown. */
export async function priceOfAsking(
  found: FoundIteration,
  records: RunRecords,
  key: string,
): Promise<{ cost: number | null; currency: string }> {
  const { request } = await asked(found, records, key, 0);
  const { instructor } = pricesOf(found.project);
  const promptTokens = countPrompt(request, await tokenCounter());
  const usage = { promptTokens, cachedTokens: 0, completionTokens: request.parameters.maxTokens ?? 0, estimated: true };
  return {
    cost: instructor === null ? null : costOf(usage, instructor),
    currency: found.project.configuration.budget.currency,
  };
}

/** What is asked of whom about an error, when it is asked again. */
async function asked(found: FoundIteration, records: RunRecords, key: string, attempt: number) {
  const of = taughtCase(found, key);
  const call = await callAgain(found, records, of, firstFresh + attempt);
  const templates = await keptTemplates(found.project);
  const { configuration } = found.project;
  const { template, ...request } = requestOf({ configuration, templates }, of.benchmark, call);
  return { of, call, template, templates, request };
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
