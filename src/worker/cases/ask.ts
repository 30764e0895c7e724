import path from "node:path";
import { answeredStages, type Project, type SingleCalls } from "../../adapters/project/index.js";
import { chatParametersOf } from "../../engine/configuration/index.js";
import type { Judgement } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { parseCheckpoint } from "../../engine/iteration/index.js";
import type { Checkpoint } from "../../engine/seams/index.js";
import type { ProjectStore } from "../../engine/store/index.js";
import type { AnswerView, Askable, caseRequests } from "../../protocol/worker/index.js";
import type * as z from "zod/mini";
import type { FoundCase } from "./found.js";
import type { Sandboxes } from "./sandbox.js";
import { shown } from "./shown.js";

type AskOptions = z.output<(typeof caseRequests)["case/askOptions"]["result"]>;
type AskParams = z.output<(typeof caseRequests)["case/ask"]["params"]>;

/** Who can be asked about a case: the configured models, and the target as the iterations of the run left it. */
export async function askOptions({ project, readable }: FoundCase): Promise<AskOptions> {
  const { configuration } = project;
  const { models, target } = configuration;
  const checkpoints: AskOptions["checkpoints"] = [];
  // Only the built-in student is served at a checkpoint from here; other targets need their host.
  if (models[target]?.provider === "builtin") {
    const iterations = new Set((await answeredStages(readable.run)).map(({ iteration }) => iteration));
    for (const iteration of iterations) {
      const checkpoint = await checkpointAfter(readable.store, readable.run.id, iteration);
      if (checkpoint !== null) checkpoints.push({ run: readable.run.id, iteration, hash: checkpoint.hash });
    }
  }
  return {
    models: Object.entries(models).map(([name, model]) => ({ name, title: model.name, isTarget: name === target })),
    checkpoints,
    temperature: chatParametersOf(configuration, "target").temperature,
  };
}

/** Asks the case once more and judges the answer as the run does. */
export async function askCase(
  { project, readable, benchmark, testCase }: FoundCase,
  { who, temperature, sample, cap }: AskParams,
  { calls, sandboxes }: { readonly calls: SingleCalls; readonly sandboxes: Sandboxes },
  signal: AbortSignal,
): Promise<AnswerView> {
  const { configuration } = project;
  const { family, protocol, extractor } = benchmark;
  const model = who.kind === "model" ? who.name : configuration.target;
  const { answer, key, cached, cost } = await calls.ask(
    project,
    {
      model,
      checkpoint: who.kind === "model" ? null : await requireCheckpoint(readable.store, who),
      messages: family.prompt(testCase),
      parameters: { temperature },
      sample,
    },
    cap,
    signal,
  );
  const timeoutMs = configuration.evaluation.codeSeconds * 1000;
  const judge = async (runner: Parameters<Parameters<Sandboxes["use"]>[1]>[0] | null): Promise<Judgement> =>
    family.judge(testCase, answer.text, protocol, { runner, timeoutMs, judge: null, signal }, extractor ?? undefined);
  const judgement =
    family.name === "code" ? await sandboxes.use(project, judge) : family.name === "judged" ? null : await judge(null);
  return {
    key,
    text: answer.text,
    model: titleOf(project, who, model),
    correct: judgement === null ? null : judgement.correct,
    value: judgement?.extraction.value == null ? null : shown(judgement.extraction.value).text,
    finish: answer.finish,
    completionTokens: answer.usage.completionTokens,
    cost,
    cached,
    currency: configuration.budget.currency,
  };
}

function titleOf({ configuration }: Project, who: Askable, model: string): string {
  const name = configuration.models[model]?.name ?? model;
  return who.kind === "model" ? name : `${name} · ${who.iteration}`;
}

async function requireCheckpoint(
  store: ProjectStore,
  { run, iteration }: Extract<Askable, { kind: "checkpoint" }>,
): Promise<Checkpoint | null> {
  if (iteration === 0) return null;
  const checkpoint = await checkpointAfter(store, run, iteration);
  if (checkpoint !== null) return checkpoint;
  throw new Fault("usage", "This iteration has no checkpoint.", {
    found: `${run}, iteration ${iteration}`,
    remedy: "Ask the base model, or the model of an iteration that was trained.",
  });
}

async function checkpointAfter(store: ProjectStore, run: string, iteration: number): Promise<Checkpoint | null> {
  const reader = await store.readRun(run);
  const [record] = (await reader.stage(iteration, "train").readSoFar("checkpoint.jsonl", parseCheckpoint)).slice(-1);
  // Paths inside the run's folder are kept relative to it, so that a project may be moved.
  return record === undefined ? null : { hash: record.hash, path: path.resolve(reader.folder, record.path) };
}
