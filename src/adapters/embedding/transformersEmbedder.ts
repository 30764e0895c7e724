import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { Fault, throwIfCancelled } from "../../engine/fault.js";
import type { Embedder } from "../../engine/seams/index.js";
import type { EncoderOptions } from "./encoder.js";
import { fromMessage, type EncodeReply, type EncodeRequest } from "./messages.js";

/** Options of the encoder; what is left out has the default of `contrast.embedder` in docs/configuration.md. */
export interface TransformersOptions {
  /** Id of a model of the Hub (`Xenova/bert-base-uncased`), or an absolute path of a folder with the model's files. */
  readonly model: string;
  readonly cacheFolder: string;
  readonly maxTokens?: number;
  readonly allowRemote?: boolean;
  readonly threads?: number;
  readonly batchSize?: number;
}

/** Texts of one message to the worker: enough to sort by length, few enough to be cancelled between. */
const requestBatches = 8;

/** Files of a local model, relative to its folder. */
const modelFiles = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"] as const;

/**
 * Embeds by a BERT-like encoder with transformers.js, in a worker thread: the mean of the last hidden states with special
 * tokens, texts cut at 512 tokens, L2-normalised (Eq. 2 as the published code computes it). The bundle of the worker lies
 * beside the program's; run from sources, where there is no bundle, the encoder works in this thread.
 */
export function createTransformersEmbedder(options: TransformersOptions): Embedder {
  const { model, cacheFolder, maxTokens = 512, allowRemote = true, threads = 1, batchSize = 32 } = options;
  const encoderOptions: EncoderOptions = { model, cacheFolder, maxTokens, allowRemote, threads, batchSize };
  const local = path.isAbsolute(model);
  let identity: string | null = null;
  let backend: Backend | null = null;
  return {
    get identity() {
      // A folder is named by its content, so that it may be moved and a changed model is another one.
      identity ??= `transformers/1/mean/${maxTokens}/${local ? hashOfFolder(model) : model}`;
      return identity;
    },
    async embed(texts, signal) {
      if (local) checkFolder(model);
      backend ??= await createBackend(encoderOptions);
      const vectors: Float32Array[] = [];
      const step = batchSize * requestBatches;
      for (let start = 0; start < texts.length; start += step) {
        throwIfCancelled(signal);
        vectors.push(...(await unlessCancelled(backend.encode(texts.slice(start, start + step)), signal)));
      }
      return vectors;
    },
    async close() {
      await backend?.close();
      backend = null;
    },
  };
}

interface Backend {
  encode(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

async function createBackend(options: EncoderOptions): Promise<Backend> {
  const bundle = fileURLToPath(new URL(`./${encoderBundle()}`, import.meta.url));
  if (existsSync(bundle)) return new WorkerBackend(bundle, options);
  const { Encoder } = await import("./encoder.js");
  return Encoder.load(options);
}

/** The packaged extension brings WebAssembly for all platforms; beside installed packages the native runtime is faster. */
function encoderBundle(): string {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return "encoderWorker.js";
  } catch {
    // Resolving fails where the package is not installed, which is what is asked here.
    return "portableEncoderWorker.js";
  }
}

interface Waiting {
  readonly resolve: (vectors: Float32Array[]) => void;
  readonly reject: (fault: Fault) => void;
}

/** A thread that is started at the first request and again after a crash; it keeps the program alive only while asked. */
class WorkerBackend implements Backend {
  readonly #bundle: string;
  readonly #options: EncoderOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #next = 0;

  constructor(bundle: string, options: EncoderOptions) {
    this.#bundle = bundle;
    this.#options = options;
  }

  encode(texts: readonly string[]): Promise<Float32Array[]> {
    const worker = (this.#worker ??= this.#start());
    const request: EncodeRequest = { id: this.#next, texts };
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      worker.ref();
      worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
  }

  #start(): Worker {
    const worker = new Worker(this.#bundle, { workerData: this.#options });
    worker.on("message", (reply: EncodeReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (this.#waiting.size === 0) worker.unref();
      if ("fault" in reply) waiting?.reject(fromMessage(reply.fault));
      else waiting?.resolve(reply.vectors);
    });
    worker.on("error", (error) => this.#ended(worker, error.message, error));
    worker.on("exit", (code) => this.#ended(worker, `it ended with code ${code}`, undefined));
    return worker;
  }

  #ended(worker: Worker, why: string, cause: unknown): void {
    if (this.#worker === worker) this.#worker = null;
    const fault = new Fault("internal", `The encoder's thread failed: ${why}`, {
      remedy: "Lower `contrast.embedder.batchSize` if memory was short, then resume.",
      cause,
    });
    for (const waiting of this.#waiting.values()) waiting.reject(fault);
    this.#waiting.clear();
  }
}

/** The result, or the `cancelled` fault as soon as the signal is aborted; the worker ends its batch unheard. */
async function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const cancelled = new Promise<never>((_, reject) => {
    stop = () => reject(new Fault("cancelled", "The work was cancelled."));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function checkFolder(folder: string): void {
  const missing = modelFiles.filter((file) => !existsSync(path.join(folder, file)));
  if (missing.length === 0) return;
  const isFolder = existsSync(folder) && statSync(folder).isDirectory();
  throw new Fault("configuration", isFolder ? "The folder holds no ONNX encoder." : "There is no such model folder.", {
    file: folder,
    field: "contrast.embedder.model",
    found: isFolder ? `no ${missing.join(", no ")}` : folder,
    allowed: `a folder with ${modelFiles.join(", ")}`,
    remedy: "Export the model to ONNX, or name a model of the Hub.",
  });
}

/** SHA-256 over the model's files, read piece by piece: they are hundreds of megabytes. */
function hashOfFolder(folder: string): string {
  checkFolder(folder);
  const hash = createHash("sha256");
  const piece = new Uint8Array(1 << 22);
  for (const file of modelFiles) {
    const descriptor = openSync(path.join(folder, file), "r");
    try {
      for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) {
        hash.update(piece.subarray(0, read));
      }
    } finally {
      closeSync(descriptor);
    }
  }
  return hash.digest("hex").slice(0, 32);
}
