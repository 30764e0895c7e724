import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Fault } from "../../engine/fault.js";
import type { Launch } from "./layers.js";

/** What a worker says when it is ready. */
export interface WorkerFacts {
  readonly python: string;
  /** ABI version of Landlock in force, 0 for none. */
  readonly landlock: number;
  readonly seccomp: boolean;
}

/** The part of a request that the supervisor reads; the rest is for the judge alone. */
export interface RequestHead {
  readonly id: number;
  readonly timeoutMs: number;
}

export type Answer = Readonly<Record<string, unknown>>;

// An answer holds a verdict or the values of an evaluation; more is a broken harness.
const LONGEST_ANSWER = 256 * 2 ** 20;
const STDERR_KEPT = 4000;
const START_MS = 30_000;

interface Waiting {
  resolve(answer: Answer): void;
  reject(fault: Fault): void;
}

/** One process of the harness, answering one request after the other. Frames are described in `python/wire.py`. */
export class Worker {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #stderr = "";
  #waiting: Waiting | null = null;
  #alive = true;

  private constructor(launch: Launch) {
    this.#process = spawn(launch.command, launch.arguments, { env: launch.environment, cwd: "/" });
    const { stdin, stdout, stderr } = this.#process;
    stdout.on("data", (piece: Buffer) => {
      this.#hear(piece);
    });
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    // A worker that ends while a request is written is told by `close`, not by the pipe.
    stdin.on("error", () => undefined);
    this.#ended = new Promise((resolve) => {
      const end = (message: string): void => {
        if (!this.#alive) return;
        this.#alive = false;
        this.#fail(message);
        void launch.dispose().finally(resolve);
      };
      this.#process.once("error", (error) => {
        end(`The sandbox could not be started: ${error.message}`);
      });
      this.#process.once("close", (code, signal) => {
        end(`The sandbox ended unexpectedly (${signal ?? `exit status ${code ?? "unknown"}`}).`);
      });
    });
  }

  /** Starts a worker. Rejects with a fault of kind `sandbox` when it does not become ready. */
  static async start(launch: Launch): Promise<{ worker: Worker; facts: WorkerFacts }> {
    const worker = new Worker(launch);
    const hello = await worker.#await(START_MS);
    return {
      worker,
      facts: {
        python: String(hello["python"]),
        landlock: Number(hello["landlock"]),
        seccomp: hello["seccomp"] === true,
      },
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Sends a request and waits at most `deadlineMs` for the answer; a worker that is late is killed. */
  ask(head: RequestHead, body: Answer, deadlineMs: number): Promise<Answer> {
    this.#process.stdin.write(Buffer.concat([frame(head), frame(body)]));
    return this.#await(deadlineMs);
  }

  /** Kills the worker and everything in it, and waits for its end. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  #await(deadlineMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) {
        reject(this.#fault("The sandbox has ended."));
        return;
      }
      const timer = setTimeout(() => {
        this.#fail(`The sandbox did not answer within ${deadlineMs} ms.`);
        this.#process.kill("SIGKILL");
      }, deadlineMs);
      this.#waiting = {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (fault) => {
          clearTimeout(timer);
          reject(fault);
        },
      };
    });
  }

  #hear(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes < 4) return;
    const first = this.#pieces[0];
    const data = first !== undefined && first.length >= 4 ? first : Buffer.concat(this.#pieces);
    const length = data.readUInt32BE(0);
    if (length > LONGEST_ANSWER) {
      this.#fail("The sandbox sent a frame that is too long.");
      this.#process.kill("SIGKILL");
      return;
    }
    if (this.#bytes < 4 + length) return;
    const body = Buffer.concat(this.#pieces).subarray(4, 4 + length);
    this.#pieces = [];
    this.#bytes = 0;
    this.#settle(body.toString("utf8"));
  }

  #settle(text: string): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    try {
      const answer: unknown = JSON.parse(text);
      if (!isAnswer(answer)) throw new SyntaxError("not an object");
      waiting?.resolve(answer);
    } catch (thrown) {
      waiting?.reject(this.#fault(`The sandbox sent an answer that is not JSON (${String(thrown)}).`));
      this.#process.kill("SIGKILL");
    }
  }

  #fail(message: string): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(this.#fault(message));
  }

  #fault(message: string): Fault {
    const said = this.#stderr.trim();
    return new Fault("sandbox", message, {
      ...(said === "" ? {} : { found: said }),
      remedy: "Run `preceptor doctor` to see which sandbox this machine offers.",
    });
  }
}

function frame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
