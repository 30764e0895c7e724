import { setMaxListeners } from "node:events";
import { Fault, throwIfCancelled } from "../../engine/fault.js";
import type {
  CodeEvaluation,
  CodeRunner,
  CodeTask,
  CodeValue,
  CodeVerdict,
  SandboxLayer,
} from "../../engine/seams/index.js";
import { readValues, readVerdict } from "./answers.js";
import type { Launch } from "./layers.js";
import { type Answer, Worker } from "./worker.js";

// A task may need two attempts (a test that has to run inside), and a busy machine is slow to say so.
const ATTEMPTS = 2;
const GRACE_MS = 10_000;

/**
 * A pool of workers behind one queue. A worker that ends, hangs or is cancelled is replaced; its task is rejected and
 * never repeated here.
 */
export class WorkerPool implements CodeRunner {
  readonly layer: SandboxLayer;
  readonly #launch: (index: number) => Promise<Launch>;
  readonly #idle: number[];
  readonly #workers = new Map<number, Worker>();
  readonly #queue: (() => void)[] = [];
  #tasks = 0;
  #closed = false;

  /** `launch` tells how to start worker `index`, from 0 to `workers` - 1. */
  constructor(layer: SandboxLayer, workers: number, launch: (index: number) => Promise<Launch>) {
    this.layer = layer;
    this.#launch = launch;
    this.#idle = Array.from({ length: workers }, (_, index) => workers - 1 - index);
  }

  async run(task: CodeTask, signal: AbortSignal): Promise<CodeVerdict> {
    return readVerdict(await this.#ask({ kind: "run", ...task }, task.timeoutMs, signal));
  }

  async evaluate(task: CodeEvaluation, signal: AbortSignal): Promise<CodeValue[]> {
    const answer = await this.#ask({ kind: "evaluate", ...task }, task.timeoutMs, signal);
    return readValues(answer, task.expressions.length);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#queue.splice(0)) wake();
    await Promise.all([...this.#workers.values()].map((worker) => worker.kill()));
    this.#workers.clear();
  }

  async #ask(request: Answer, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
    // One signal cancels a whole stage of many tasks, so that many listeners are no leak.
    setMaxListeners(0, signal);
    const index = await this.#take(signal);
    let worker: Worker | undefined;
    try {
      worker = await this.#worker(index);
      return await this.#watched(worker, request, timeoutMs, signal);
    } finally {
      if (worker?.alive === false) this.#workers.delete(index);
      this.#idle.push(index);
      this.#queue.shift()?.();
    }
  }

  async #watched(worker: Worker, request: Answer, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
    throwIfCancelled(signal);
    const cancel = (): void => {
      void worker.kill();
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      this.#tasks += 1;
      return await worker.ask({ id: this.#tasks, timeoutMs }, request, timeoutMs * ATTEMPTS + GRACE_MS);
    } catch (thrown) {
      throwIfCancelled(signal);
      this.#refuseWhenClosed();
      throw thrown;
    } finally {
      signal.removeEventListener("abort", cancel);
      // The next task must not meet a worker that is about to end.
      if (signal.aborted) await worker.kill();
    }
  }

  /** Waits for a free worker and takes it. */
  async #take(signal: AbortSignal): Promise<number> {
    for (;;) {
      throwIfCancelled(signal);
      this.#refuseWhenClosed();
      const index = this.#idle.pop();
      if (index !== undefined) return index;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener("abort", leave);
          resolve();
        };
        const leave = (): void => {
          this.#queue.splice(this.#queue.indexOf(wake), 1);
          resolve();
        };
        signal.addEventListener("abort", leave, { once: true });
        this.#queue.push(wake);
      });
    }
  }

  async #worker(index: number): Promise<Worker> {
    const running = this.#workers.get(index);
    if (running?.alive === true) return running;
    const { worker } = await Worker.start(await this.#launch(index));
    if (this.#closed) await worker.kill();
    this.#refuseWhenClosed();
    this.#workers.set(index, worker);
    return worker;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new Fault("sandbox", "The sandbox was closed.", { remedy: "Open a new one." });
  }
}
