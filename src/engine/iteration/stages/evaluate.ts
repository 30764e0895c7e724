import { chatParametersOf } from "../../configuration/index.js";
import type { Case } from "../../families/index.js";
import { Fault } from "../../fault.js";
import { askCases, promptsHash, type AskedCases } from "../ask.js";
import { parseCheckpoint } from "../records.js";
import type { Checkpoint } from "../../seams/index.js";
import type { ModelIdentities, Stage, StageFacts, StageScope } from "../scope.js";
import { recordedInput } from "./collect.js";

/**
 * Evaluation on the held-out splits of all benchmarks, in-domain and out-of-domain (Algorithm 1, line 8). In iteration 0
 * it measures the base model, later the checkpoint that the iteration trained.
 */
export const evaluateStage: Stage = {
  name: "evaluate",
  version: 1,
  inputs: (scope) => ({
    training: scope.iteration === 0 ? null : scope.upstream("train").hash,
    target: scope.iteration === 0 ? scope.models.targetIdentity(scope.start) : null,
    ...(scope.iteration === 0 ? recordedInput(scope.models, evaluatedCases(scope)) : {}),
    parameters: chatParametersOf(scope.configuration, "target"),
    passAtK: scope.configuration.evaluation.passAtK,
    codeSeconds: scope.configuration.evaluation.codeSeconds,
    ...Object.fromEntries(
      scope.benchmarks.map((benchmark) => [
        `evaluation of ${benchmark.name}`,
        {
          protocol: benchmark.protocol,
          extractor: benchmark.extractor,
          prompts: promptsHash(benchmark, benchmark.evaluation),
        },
      ]),
    ),
  }),
  async run(scope, fingerprint) {
    const checkpoint = scope.iteration === 0 ? scope.start : await trainedCheckpoint(scope);
    const target = await scope.models.target(checkpoint, scope.signal);
    const groups = evaluatedGroups(scope, checkpoint);
    const counts = await askCases(scope, "evaluate", fingerprint, groups, target);
    await scope.looked(scope.iteration, fingerprint);
    return counts;
  },
};

/**
 * What an evaluation asks of the target.
 *
 * @param checkpoint who is asked: null is the base, undefined is one that nobody trained yet.
 */
export function evaluatedGroups(
  facts: Pick<StageFacts, "benchmarks"> & { readonly models: Pick<ModelIdentities, "recorded"> },
  checkpoint: Checkpoint | null | undefined,
): AskedCases[] {
  // A base whose responses were imported has one to each case, also where pass@k would ask for more: nobody is asked.
  const imported = checkpoint === null && (facts.models.recorded?.(evaluatedCases(facts)) ?? null) !== null;
  return facts.benchmarks.map((benchmark) => ({
    benchmark: imported ? { ...benchmark, samples: 1 } : benchmark,
    cases: benchmark.evaluation,
  }));
}

function evaluatedCases({ benchmarks }: Pick<StageFacts, "benchmarks">): Case[] {
  return benchmarks.flatMap(({ evaluation }) => evaluation);
}

/** The checkpoint that the train stage of this iteration left. */
export async function trainedCheckpoint(scope: StageScope): Promise<Checkpoint> {
  const [checkpoint] = await scope.run.stage(scope.iteration, "train").read("checkpoint.jsonl", parseCheckpoint);
  if (checkpoint === undefined) {
    throw new Fault("storage", "The train stage has ended, but its checkpoint.jsonl is empty.", {
      remedy: "Move the stage's folder away and resume the run: it trains again from the kept samples.",
    });
  }
  const { hash, path } = checkpoint;
  return { hash, path: path.startsWith("/") ? path : `${scope.run.folder}/${path}` };
}
