import { Worker } from "node:worker_threads";
import * as vscode from "vscode";
import type { FaultView } from "../../protocol/fault.js";
import { RequestFault } from "../../protocol/requestFault.js";
import type * as Wire from "../../protocol/rpc.js";
import type { CallOptions, EventData, EventName, Params, Peer, RequestName, Result } from "../../protocol/rpc.js";
import type * as Contracts from "../../protocol/worker/index.js";
import type { HostContract, WorkerContract, WorkerStart } from "../../protocol/worker/index.js";
import type { Translate } from "../language/index.js";
import type * as Language from "../language/translated.js";

/** What is needed to talk with a worker: to load it takes longer than the rest of an activation. */
interface Loaded {
  readonly wire: typeof Wire;
  readonly contracts: typeof Contracts;
  /** Null where the editor speaks as the engine does. */
  readonly language: typeof Language | null;
}

/**
 * Of the worker's heap, the part that new objects begin in: it is filled before anything is given back, and left to itself
 * it grows to 192 MB, which are then the extension host's. Heavy work takes no longer with this much.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

/** A worker that was started, and what is said with it. */
interface Begun extends Loaded {
  readonly worker: Worker;
  readonly peer: Peer<WorkerContract, HostContract>;
}

/**
 * The window's engine worker, started when something is first asked. When the thread dies, what was under way ends with a
 * fault and the next request starts a new one. What it says arrives in the person's language: it speaks English, and views,
 * notifications and panels show what comes from here.
 */
export class EngineClient implements vscode.Disposable {
  readonly #start: WorkerStart;
  readonly #log: vscode.LogOutputChannel;
  readonly #translate: Translate | null;
  readonly #started = new vscode.EventEmitter<void>();
  readonly #ended = new vscode.EventEmitter<void>();
  readonly #listeners = new Set<(begun: Begun) => void>();
  #current: Begun | null = null;
  /** Until the thread of the worker before has ended. */
  #ending: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(start: WorkerStart, log: vscode.LogOutputChannel, translate: Translate | null) {
    this.#start = start;
    this.#log = log;
    this.#translate = translate;
  }

  /** Fires each time that a worker started: what it must know is told to it again. */
  readonly onDidStart = this.#started.event;
  /** Fires when a worker died: what it watched is watched no more. */
  readonly onDidEnd = this.#ended.event;

  /** Asks the engine. Rejects with `RequestFault`. */
  async call<M extends RequestName<WorkerContract>>(
    method: M,
    params: Params<WorkerContract, M>,
    options: CallOptions & { readonly token?: vscode.CancellationToken } = {},
  ): Promise<Result<WorkerContract, M>> {
    const { token, ...rest } = options;
    if (token === undefined) return this.#ask(method, params, rest);
    const controller = new AbortController();
    const listening = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    try {
      return await this.#ask(method, params, { ...rest, signal: controller.signal });
    } finally {
      listening.dispose();
    }
  }

  async #ask<M extends RequestName<WorkerContract>>(
    method: M,
    params: Params<WorkerContract, M>,
    options: CallOptions,
  ): Promise<Result<WorkerContract, M>> {
    const translate = this.#translate;
    const { peer, contracts, language } = await this.#begun();
    const answer = peer.call(method, params, options);
    if (translate === null || language === null) return answer;
    try {
      return language.translated(contracts.workerContract.requests[method].result, await answer, translate);
    } catch (thrown) {
      if (!(thrown instanceof RequestFault)) throw thrown;
      throw new RequestFault(language.translatedFault(thrown.fault, translate));
    }
  }

  /** Listens to an event of the engine, also of workers that start later. */
  on<E extends EventName<WorkerContract>>(
    name: E,
    listener: (data: EventData<WorkerContract, E>) => void,
  ): vscode.Disposable {
    let stop: (() => void) | null = null;
    const translate = this.#translate;
    const attach = ({ peer, contracts: { workerContract }, language }: Begun): void => {
      stop = peer.on(name, (data) => {
        const shown =
          translate === null || language === null
            ? data
            : language.translated(workerContract.events[name], data, translate);
        listener(shown);
      });
    };
    this.#listeners.add(attach);
    if (this.#current !== null) attach(this.#current);
    return new vscode.Disposable(() => {
      this.#listeners.delete(attach);
      stop?.();
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#end({ kind: "cancelled", message: vscode.l10n.t("The window is closing.") });
    this.#started.dispose();
    this.#ended.dispose();
  }

  async #begun(): Promise<Begun> {
    const [wire, contracts, language] = await Promise.all([
      import("../../protocol/rpc.js"),
      import("../../protocol/worker/index.js"),
      this.#translate === null ? null : import("../language/translated.js"),
    ]);
    // What one worker has claimed, the next one takes for left behind: there is never more than one.
    await this.#ending;
    if (this.#disposed) throw new Error("The engine was asked after its window closed.");
    return this.#current ?? this.#begin({ wire, contracts, language });
  }

  #begin(loaded: Loaded): Begun {
    const { workerContract, hostContract } = loaded.contracts;
    const worker = new Worker(this.#start.script, {
      name: "preceptor-engine",
      workerData: this.#start,
      resourceLimits,
      stdout: true,
      stderr: true,
    });
    worker.stdout.on("data", (chunk: Buffer) => this.#log.debug(chunk.toString("utf8").trimEnd()));
    worker.stderr.on("data", (chunk: Buffer) => this.#log.warn(chunk.toString("utf8").trimEnd()));
    const peer: Begun["peer"] = new loaded.wire.Peer(
      {
        post: (message) => worker.postMessage(message),
        listen: (listener) => {
          worker.on("message", listener);
          return () => worker.off("message", listener);
        },
      },
      {
        remote: workerContract,
        own: hostContract,
        handlers: {},
        describe: (thrown) => ({
          kind: "internal",
          message: thrown instanceof Error ? thrown.message : String(thrown),
        }),
        onStray: ({ message }) => this.#log.warn(message),
      },
    );
    const current = { ...loaded, worker, peer };
    this.#current = current;
    const ended = (message: string): void => {
      if (this.#current !== current) return;
      this.#log.error(message);
      this.#end({ kind: "internal", message });
      this.#ended.fire();
    };
    worker.on("error", (error) => ended(vscode.l10n.t("The engine stopped: {0}", error.message)));
    worker.on("exit", (code) => ended(vscode.l10n.t("The engine stopped with code {0}.", code)));
    for (const attach of this.#listeners) attach(current);
    this.#started.fire();
    return current;
  }

  #end(fault: FaultView): void {
    const current = this.#current;
    this.#current = null;
    current?.peer.close(fault);
    if (current !== null) this.#ending = current.worker.terminate();
  }
}
