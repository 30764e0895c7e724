import type { ChatMessage, ModelIdentity } from "./chatModel.js";

/**
 * Seam 3 of 5: a training job: plan, submit, follow, cancel, collect. Implementations: the built-in student's fit; the
 * GPUs of a host through `RemoteShell`.
 */

/** One row of a training set, as chat JSONL: loss is on the completion only. */
export interface TrainingRow {
  /** Sample id of the row; its lineage leads back to the error. */
  readonly id: string;
  readonly family: string;
  readonly prompt: readonly ChatMessage[];
  readonly completion: string;
}

export interface TrainingRequest {
  /** Names the job. Submitting the same id twice starts it once. */
  readonly id: string;
  /** Folder for the job's files, which the trainer alone writes. */
  readonly folder: string;
  /** Path of the training set, one `TrainingRow` a line. */
  readonly trainingSet: string;
  /** Path of the held-out rows for the training loss; may be an empty file. */
  readonly heldOut: string;
  /** The checkpoint to continue from; null starts from the base model. */
  readonly from: Checkpoint | null;
  readonly seed: number;
  readonly parameters: TrainingParameters;
}

export interface TrainingParameters {
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
}

export interface TrainingPlan {
  readonly rows: number;
  readonly steps: number;
  /** What the user should know before it starts; empty when all is well. */
  readonly warnings: readonly string[];
}

/** One line of progress. Missing figures are null. */
export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  readonly heldOutLoss: number | null;
  readonly learningRate: number | null;
}

export interface Checkpoint {
  /** SHA-256 of its content: the revision of the model it serves. */
  readonly hash: string;
  readonly path: string;
}

export type TrainingState = "queued" | "running" | "finished" | "failed" | "cancelled" | "lost";

export interface TrainingStatus {
  readonly state: TrainingState;
  readonly message: string | null;
}

export interface Trainer {
  readonly identity: string;
  /** Parameters where the project names none. */
  readonly defaults: TrainingParameters;
  plan(request: TrainingRequest, signal: AbortSignal): Promise<TrainingPlan>;
  submit(request: TrainingRequest, signal: AbortSignal): Promise<void>;
  /** Reports progress until the job ends, from the start of the job, also when called again after a crash. */
  follow(
    id: string,
    folder: string,
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<TrainingStatus>;
  cancel(id: string, folder: string): Promise<void>;
  collect(id: string, folder: string, signal: AbortSignal): Promise<Checkpoint>;
}

/** A served model: a resource that stages share and that the loop closes. */
export interface ServedModel {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly identity: ModelIdentity;
  close(): Promise<void>;
}

/** Serves the base model (`null`) or a checkpoint through the chat-completions protocol. */
export interface ModelServer {
  serve(checkpoint: Checkpoint | null, signal: AbortSignal): Promise<ServedModel>;
}
