import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Fault, throwIfCancelled, toFault } from "../../engine/fault.js";
import { contentHash, sha256 } from "../../engine/hash.js";
import type {
  Checkpoint,
  Trainer,
  TrainingPlan,
  TrainingProgress,
  TrainingRequest,
  TrainingStatus,
} from "../../engine/seams/index.js";
import { builtinTrainingParameters } from "./baseStudent.js";
import { stepsOf } from "./fit.js";
import { lessonOf } from "./lesson.js";
import {
  jobFiles,
  markCancelled,
  prepareJob,
  readJobEnd,
  readJobProgress,
  readJobRequest,
  runJob,
  startOf,
  type JobEnd,
} from "./trainingJob.js";
import { readTrainingRows } from "./trainingRows.js";

/** How often a running job's progress is read, in milliseconds. */
const pollMs = 50;

export interface BuiltinTrainerOptions {
  /** The worker's bundle; left out, the one beside the program is used where there is one. */
  readonly worker?: string | null;
}

/**
 * Trains the built-in student: in a worker thread where its bundle is there, else in slices on this thread. Jobs live
 * in their folders, so that a job whose process was killed is simply run again by the next `submit` or `follow`.
 */
export function createBuiltinTrainer(options: BuiltinTrainerOptions = {}): Trainer {
  return new BuiltinTrainer(options.worker === undefined ? workerBeside() : options.worker);
}

function workerBeside(): string | null {
  const file = fileURLToPath(new URL("./trainWorker.js", import.meta.url));
  return existsSync(file) ? file : null;
}

class BuiltinTrainer implements Trainer {
  readonly identity = "builtin-student-1";
  readonly defaults = builtinTrainingParameters;
  readonly #worker: string | null;
  readonly #running = new Map<string, Promise<JobEnd>>();

  constructor(worker: string | null) {
    this.#worker = worker;
  }

  async plan(request: TrainingRequest, signal: AbortSignal): Promise<TrainingPlan> {
    checkParameters(request);
    const rows = await readTrainingRows(request.trainingSet);
    throwIfCancelled(signal);
    const start = await startOf(request.from);
    const understood = rows.filter((row) => lessonOf(row, (family, label) => start[family].has(label)) !== null).length;
    const warnings: string[] = [];
    if (rows.length === 0) warnings.push("The training set is empty.");
    if (understood < rows.length) {
      warnings.push(
        `${rows.length - understood} of ${rows.length} rows teach the built-in student nothing: their answers do not follow from their questions.`,
      );
    }
    return { rows: rows.length, steps: stepsOf(understood, start.memory.length, request.parameters), warnings };
  }

  async submit(request: TrainingRequest, signal: AbortSignal): Promise<void> {
    checkParameters(request);
    throwIfCancelled(signal);
    const before = await readJobRequest(request.folder);
    if (before !== null && before.id === request.id) {
      const end = await readJobEnd(request.folder);
      if (end?.state === "finished") return;
      if (end === null && before.folder === request.folder) {
        // Whoever submits a job wants it, also one that was asked to stop when its process was killed.
        await rm(join(request.folder, jobFiles.cancel), { force: true });
        void this.#start(before);
        return;
      }
    }
    // Files of another job, or of this one after it failed, was cancelled or was moved: then it begins anew.
    for (const name of Object.values(jobFiles)) await rm(join(request.folder, name), { force: true });
    await prepareJob(request);
    void this.#start(request);
  }

  async follow(
    id: string,
    folder: string,
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<TrainingStatus> {
    const request = await readJobRequest(folder);
    if (request === null || request.id !== id) {
      return { state: "lost", message: `There is no training job ${id} in ${folder}.` };
    }
    let shown = 0;
    const show = async (): Promise<void> => {
      const lines = await readJobProgress(folder);
      for (const progress of lines.slice(shown)) onProgress(progress);
      shown = Math.max(shown, lines.length);
    };
    let end = await readJobEnd(folder);
    if (end === null) {
      const running = this.#start(request);
      let over = false;
      const done = running.then(
        () => (over = true),
        () => (over = true),
      );
      while (!over) {
        throwIfCancelled(signal);
        await show();
        await Promise.race([done, wait(pollMs, signal)]);
      }
      end = await running;
    }
    await show();
    return { state: end.state, message: end.message };
  }

  async cancel(id: string, folder: string): Promise<void> {
    const request = await readJobRequest(folder);
    if (request === null || request.id !== id) return;
    await markCancelled(folder);
    const key = jobKey(request);
    await this.#running.get(key);
  }

  async collect(id: string, folder: string, signal: AbortSignal): Promise<Checkpoint> {
    throwIfCancelled(signal);
    const end = await readJobEnd(folder);
    if (end === null || end.id !== id || end.checkpoint === null) {
      throw new Fault("training", `The training job ${id} has no checkpoint.`, {
        file: folder,
        found: end === null ? "not ended" : `${end.state}${end.message === null ? "" : `: ${end.message}`}`,
        remedy: "Follow the job to its end, and train again if it failed.",
      });
    }
    const checkpoint = { hash: end.checkpoint.hash, path: join(folder, jobFiles.checkpoint) };
    const hash = sha256(await readFile(checkpoint.path, "utf8"));
    if (hash === checkpoint.hash) return checkpoint;
    throw new Fault("training", "The checkpoint was changed after the training.", {
      file: checkpoint.path,
      found: hash,
      allowed: checkpoint.hash,
      remedy: "Delete the job's folder and train again.",
    });
  }

  /** Starts a job unless it runs in this process already. */
  #start(request: TrainingRequest): Promise<JobEnd> {
    const key = jobKey(request);
    const before = this.#running.get(key);
    if (before !== undefined) return before;
    const running =
      this.#worker === null ? runJob(request, new AbortController().signal) : runInWorker(this.#worker, request);
    const kept = running.finally(() => this.#running.delete(key));
    this.#running.set(key, kept);
    // Whoever follows sees the failure; nobody has to.
    kept.catch(() => undefined);
    return kept;
  }
}

function jobKey({ id, folder }: TrainingRequest): string {
  return contentHash([id, folder]);
}

const trainAgain = "Resume the run: the training is done again from its beginning.";

function runInWorker(file: string, { folder }: TrainingRequest): Promise<JobEnd> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: { folder }, execArgv: [] });
    let failure: unknown = null;
    worker.once("error", (thrown) => (failure = thrown));
    worker.once("exit", () => {
      if (failure !== null) reject(toFault(failure, { kind: "training", remedy: trainAgain }));
      else {
        readJobEnd(folder).then((end) => {
          if (end === null)
            reject(new Fault("training", "The training ended without a result.", { file: folder, remedy: trainAgain }));
          else resolve(end);
        }, reject);
      }
    });
  });
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}

function checkParameters({ parameters }: TrainingRequest): void {
  const { learningRate, epochs, batchSize } = parameters;
  const bad = (field: string, found: number, allowed: string): Fault =>
    new Fault("configuration", "A training parameter cannot be used.", {
      field: `training.${field}`,
      found: String(found),
      allowed,
      remedy: "Correct it in preceptor.json.",
    });
  if (!(learningRate > 0 && learningRate <= 100))
    throw bad("learningRate", learningRate, "a number above 0 and up to 100");
  if (!Number.isInteger(epochs) || epochs < 1) throw bad("epochs", epochs, "a whole number from 1");
  if (!Number.isInteger(batchSize) || batchSize < 1) throw bad("batchSize", batchSize, "a whole number from 1");
}
