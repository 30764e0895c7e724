import { stat } from "node:fs/promises";
import path from "node:path";
import { parseCheckpoint, parseProgress } from "../../engine/iteration/index.js";
import type { RunView, StageView, TrainingJob } from "../../protocol/worker/index.js";
import type { RunFollower } from "./follower.js";

/** Training jobs of runs: every train stage that has begun, the newest first. */
export async function trainingJobs(followers: readonly RunFollower[]): Promise<TrainingJob[]> {
  const jobs: TrainingJob[] = [];
  for (const follower of followers) {
    const view = await follower.look();
    for (const { iteration, stages } of [...view.iterations].reverse()) {
      const train = stages.find(({ stage }) => stage === "train");
      if (train !== undefined && train.seconds !== null) jobs.push(await jobOf(follower, view, iteration, train));
    }
  }
  return jobs;
}

async function jobOf(
  { reader }: RunFollower,
  { id }: RunView,
  iteration: number,
  { state, seconds }: StageView,
): Promise<TrainingJob> {
  const store = reader.stage(iteration, "train");
  const steps = await store.readSoFar("progress.jsonl", parseProgress);
  // A full disk may have delayed lines, so the last step is not always the last line.
  const last = steps.reduce(
    (latest, step) => (latest === null || step.step >= latest.step ? step : latest),
    first(steps),
  );
  const [checkpoint] = await store.readSoFar("checkpoint.jsonl", parseCheckpoint);
  const file = checkpoint === undefined ? null : path.resolve(reader.folder, checkpoint.path);
  const log = path.join(store.folder, "progress.jsonl");
  return {
    run: id,
    iteration,
    state,
    step: last?.step ?? null,
    steps: last?.steps ?? null,
    loss: last?.loss ?? null,
    heldOutLoss: last?.heldOutLoss ?? null,
    seconds,
    checkpoint: file === null ? null : await sized(file),
    log: (await sized(log)) === null ? null : log,
  };
}

function first<T>([value]: readonly T[]): T | null {
  return value ?? null;
}

/** The file with its size; null when it is not there any more. */
async function sized(file: string): Promise<{ file: string; bytes: number } | null> {
  try {
    return { file, bytes: (await stat(file)).size };
  } catch {
    // Deleted by hand: the job is still told, without it.
    return null;
  }
}
