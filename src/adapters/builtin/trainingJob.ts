import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { Fault, throwIfCancelled } from "../../engine/fault.js";
import type { Checkpoint, TrainingProgress, TrainingRequest } from "../../engine/seams/index.js";
import { storageFault, writeAtomic } from "../store/index.js";
import { baseStudent } from "./baseStudent.js";
import { loadStudent, saveStudent } from "./checkpointFile.js";
import { fitStudent, type FamilyReport } from "./fit.js";
import type { Student } from "./student.js";
import { readTrainingRows } from "./trainingRows.js";

/** Files of a job, in its folder. */
export const jobFiles = {
  /** The request as it was submitted: enough to start again after a crash. */
  request: "request.json",
  /** One line of progress a step, written anew from the first step when the job is started again. */
  progress: "progress.jsonl",
  /** Where the job ended; written last. */
  status: "status.json",
  checkpoint: "checkpoint.json",
  /** There once somebody cancelled the job. */
  cancel: "cancel",
} as const;

const checkpointSchema = z.object({ hash: z.string(), path: z.string() });

const requestSchema = z.object({
  id: z.string(),
  folder: z.string(),
  trainingSet: z.string(),
  heldOut: z.string(),
  from: checkpointSchema.nullable(),
  seed: z.number(),
  parameters: z.object({ learningRate: z.number(), epochs: z.number(), batchSize: z.number() }),
});

const statusSchema = z.object({
  id: z.string(),
  state: z.enum(["finished", "failed", "cancelled"]),
  message: z.string().nullable(),
  checkpoint: checkpointSchema.nullable(),
});

const progressSchema = z.object({
  step: z.number(),
  steps: z.number(),
  loss: z.number().nullable(),
  heldOutLoss: z.number().nullable(),
  learningRate: z.number().nullable(),
});

export type JobEnd = z.infer<typeof statusSchema>;

/** Null when the file is not there; a fault when it is there and cannot be understood. */
async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new Fault("training", "A file of the training job cannot be read.", {
      file,
      remedy: "Check the permissions of the folder.",
      cause,
    });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Fault("training", "A file of the training job is damaged.", {
      file,
      found: text.slice(0, 80),
      remedy: "Delete the job's folder and train again.",
      cause,
    });
  }
}

export async function readJobRequest(folder: string): Promise<TrainingRequest | null> {
  return readJson(join(folder, jobFiles.request), requestSchema);
}

export async function readJobEnd(folder: string): Promise<JobEnd | null> {
  return readJson(join(folder, jobFiles.status), statusSchema);
}

/** Progress lines so far; a torn last line, as a crash leaves it, is left out. */
export async function readJobProgress(folder: string): Promise<TrainingProgress[]> {
  let text: string;
  try {
    text = await readFile(join(folder, jobFiles.progress), "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
    throw cause;
  }
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => progressSchema.parse(JSON.parse(line)));
}

export async function prepareJob(request: TrainingRequest): Promise<void> {
  await mkdir(request.folder, { recursive: true });
  await writeAtomic(join(request.folder, jobFiles.request), JSON.stringify(request, null, 1));
}

export async function markCancelled(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, jobFiles.cancel), "");
}

async function isCancelled(folder: string): Promise<boolean> {
  try {
    await readFile(join(folder, jobFiles.cancel));
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return false;
    throw cause;
  }
}

/** The student that a job continues from. */
export async function startOf(from: Checkpoint | null): Promise<Student> {
  return from === null ? (await baseStudent()).student : loadStudent(from.path);
}

/** How long the fit computes before others may work and progress is written, in milliseconds. */
const slice = 25;

/**
 * Runs a job from its first step to its end and writes its files. A job that was killed is run again from the start and
 * gives the same checkpoint, because nothing but the request decides.
 */
export async function runJob(request: TrainingRequest, signal: AbortSignal): Promise<JobEnd> {
  const { id, folder } = request;
  let end: JobEnd;
  try {
    const { checkpoint, families } = await fitJob(request, signal);
    end = { id, state: "finished", message: messageOf(families), checkpoint };
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.kind === "cancelled") {
      // Being told to stop with the whole program is no cancellation: the job may be started again.
      if (!(await isCancelled(folder))) throw thrown;
      end = { id, state: "cancelled", message: "The training was cancelled.", checkpoint: null };
    } else {
      end = { id, state: "failed", message: reasonOf(thrown, folder), checkpoint: null };
    }
  }
  await writeAtomic(join(folder, jobFiles.status), JSON.stringify(end, null, 1));
  return end;
}

function reasonOf(thrown: unknown, folder: string): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const refused = !(thrown instanceof Fault) && "syscall" in thrown;
  const reason = refused ? storageFault(thrown, folder) : thrown;
  return reason instanceof Fault ? reason.describe() : reason.message;
}

async function fitJob(
  request: TrainingRequest,
  signal: AbortSignal,
): Promise<{ checkpoint: Checkpoint; families: readonly FamilyReport[] }> {
  const { folder, from, seed, parameters } = request;
  const progressFile = join(folder, jobFiles.progress);
  await rm(progressFile, { force: true });
  await writeFile(progressFile, "");
  const [rows, heldOut, start] = [
    await readTrainingRows(request.trainingSet),
    await readTrainingRows(request.heldOut),
    await startOf(from),
  ];
  const fit = fitStudent({ start, rows, heldOut, seed, parameters });
  let lines: string[] = [];
  let since = performance.now();
  for (;;) {
    const turn = fit.next();
    if (turn.done === true) {
      await appendFile(progressFile, lines.join(""));
      const checkpoint = await saveStudent(turn.value.student, from?.hash ?? null, join(folder, jobFiles.checkpoint));
      return { checkpoint, families: turn.value.families };
    }
    if (turn.value !== null) lines.push(`${JSON.stringify(turn.value)}\n`);
    if (performance.now() - since < slice) continue;
    await appendFile(progressFile, lines.join(""));
    lines = [];
    await new Promise((resolve) => setImmediate(resolve));
    throwIfCancelled(signal);
    if (await isCancelled(folder)) throw new Fault("cancelled", "The training was cancelled.");
    since = performance.now();
  }
}

/** What became of each family that had rows, in one line. */
function messageOf(families: readonly FamilyReport[]): string {
  const parts = families
    .filter((report) => report.rows > 0)
    .map(({ family, rows, lessons, better, worse, kept }) => {
      const tried = `${better} withheld rows better, ${worse} worse`;
      return `${family}: ${lessons} of ${rows} rows understood, ${kept ? "update kept" : "update dropped"} (${tried})`;
    });
  return parts.length === 0 ? "There were no rows to learn from." : parts.join("; ");
}
