import { trainingParametersOf } from "../../configuration/index.js";
import { Fault } from "../../fault.js";
import type { Sample } from "../../instructor/index.js";
import type { Checkpoint, Trainer, TrainingRequest, TrainingRow } from "../../seams/index.js";
import { buildTrainingSet } from "../../training/index.js";
import { PersonNeeded } from "../personNeeded.js";
import { parseProgress, type CheckpointRecord } from "../records.js";
import type { Stage, StageScope } from "../scope.js";
import { keptSamples } from "./gate.js";

/** Target model training (section 2.4): the kept samples as a training set, then a job of the trainer. */
export const trainStage: Stage = {
  name: "train",
  version: 1,
  inputs: (scope) => ({
    samples: scope.upstream("gate").hash,
    earlier: scope.configuration.training.from === "base" ? "all earlier iterations" : null,
    training: scope.configuration.training,
    learningRate: scope.configuration.iterations[scope.iteration - 1]?.learningRate ?? null,
    trainer: scope.trainer?.identity ?? null,
    from: scope.configuration.training.from === "base" ? null : (scope.start?.hash ?? null),
    protocol: scope.configuration.protocol,
    seed: scope.configuration.seed,
  }),
  async run(scope, fingerprint) {
    const { run, iteration, configuration, decisions } = scope;
    if (configuration.review && !decisions.reviewFinished(run.id, iteration)) {
      throw new PersonNeeded(
        "review",
        `The samples of iteration ${iteration} wait for a review.`,
        `Review them with \`preceptor review --run ${run.id}\`, then \`preceptor resume ${run.id}\`.`,
      );
    }
    const store = run.stage(iteration, "train");
    const progress = await store.log("progress.jsonl", fingerprint, parseProgress);
    const set = buildTrainingSet(await samplesToTrain(scope), {
      families: new Map(scope.benchmarks.map(({ family }) => [family.name, family])),
      seed: configuration.seed + iteration,
      heldOutShare: configuration.training.heldOutShare,
      protocol: configuration.protocol,
      control: configuration.training.control,
    });
    const request: Omit<TrainingRequest, "parameters"> = {
      id: `${run.id}-${iteration}-${fingerprint.slice(0, 8)}`,
      folder: `${store.folder}/job-${fingerprint.slice(0, 8)}`,
      trainingSet: await store.writeFile("training-set.jsonl", jsonLines(set.rows)),
      heldOut: await store.writeFile("held-out.jsonl", jsonLines(set.heldOut)),
      from: configuration.training.from === "base" ? null : scope.start,
      seed: configuration.seed + iteration,
    };
    const trainer = trainerOf(scope, request.trainingSet);
    const parameters = trainingParametersOf(configuration, iteration - 1, trainer.defaults);
    const checkpoint = await train(scope, trainer, { ...request, parameters }, async (record) => {
      if (progress.records.some(({ step }) => step === record.step)) return;
      await progress.append(record);
    });
    await progress.close();
    const record: CheckpointRecord = {
      version: 1,
      hash: checkpoint.hash,
      path: relativeTo(run.folder, checkpoint.path),
    };
    await store.writeFile("checkpoint.jsonl", `${JSON.stringify(record)}\n`);
    return { rows: set.rows.length, "held out": set.heldOut.length, steps: progress.records.length };
  },
};

/** This iteration's samples; with `from: "base"` those of all iterations so far. */
async function samplesToTrain(scope: StageScope): Promise<Sample[]> {
  const first = scope.configuration.training.from === "base" ? 1 : scope.iteration;
  const samples: Sample[] = [];
  for (let iteration = first; iteration <= scope.iteration; iteration += 1) {
    for (const kept of (await keptSamples(scope, iteration)).values()) samples.push(...kept);
  }
  return samples;
}

function trainerOf({ trainer, run, iteration }: StageScope, trainingSet: string): Trainer {
  if (trainer !== null) return trainer;
  throw new PersonNeeded(
    "training",
    `The training set of iteration ${iteration} is ready at ${trainingSet}; this target is not trained by Preceptor.`,
    `Train it with your own script on that file, then set the new model in preceptor.json and start a new run; '${run.id}' keeps its results.`,
  );
}

async function train(
  scope: StageScope,
  trainer: Trainer,
  request: TrainingRequest,
  onRecord: (record: ReturnType<typeof parseProgress>) => Promise<void>,
): Promise<Checkpoint> {
  const { signal, iteration, watcher, run } = scope;
  const plan = await trainer.plan(request, signal);
  for (const warning of plan.warnings) await run.event("training-warning", { iteration, warning });
  await trainer.submit(request, signal);
  const pending: Promise<void>[] = [];
  const cancel = (): void => void trainer.cancel(request.id, request.folder).catch(() => undefined);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const status = await trainer.follow(
      request.id,
      request.folder,
      ({ step, steps, loss, heldOutLoss, learningRate }) => {
        watcher.progress({
          iteration,
          stage: "train",
          done: step,
          total: steps,
          note: loss === null ? "" : `loss ${loss.toFixed(3)}`,
        });
        const written = onRecord({ version: 1, step, steps, loss, heldOutLoss, learningRate });
        // Awaited when the job has ended; a disk that is full before then is told there, not as an unhandled rejection.
        written.catch(() => undefined);
        pending.push(written);
      },
      signal,
    );
    await Promise.all(pending);
    if (status.state !== "finished") {
      throw new Fault(
        "training",
        `The training job ${request.id} ended as ${status.state}: ${status.message ?? "no message"}`,
        {
          file: request.folder,
          remedy: `See the job's log in that folder, then \`preceptor resume ${run.id}\`.`,
        },
      );
    }
    return await trainer.collect(request.id, request.folder, signal);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function jsonLines(rows: readonly TrainingRow[]): string {
  return rows.map((row) => `${JSON.stringify({ version: 1, ...row })}\n`).join("");
}

/** Paths inside the run's folder are kept relative, so that a project can be moved. */
function relativeTo(folder: string, path: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
