import { Worker } from "node:worker_threads";
import * as vscode from "vscode";
import type { FaultView } from "../../protocol/fault.js";
import {
  Peer,
  type CallOptions,
  type EventData,
  type EventName,
  type Params,
  RequestFault,
  type RequestName,
  type Result,
} from "../../protocol/rpc.js";
import type { HostContract, WorkerContract, WorkerStart } from "../../protocol/worker/index.js";
import { translated, translatedFault, type Translate } from "../language/index.js";

type Contracts = Readonly<Record<"workerContract", WorkerContract> & Record<"hostContract", HostContract>>;

/** A worker that was started, and what is said with it. */
interface Begun {
  readonly worker: Worker;
  readonly peer: Peer<WorkerContract, HostContract>;
  readonly contract: WorkerContract;
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
    const { peer, contract } = await this.#begun();
    const answer = peer.call(method, params, options);
    if (translate === null) return answer;
    try {
      return translated(contract.requests[method].result, await answer, translate);
    } catch (thrown) {
      throw thrown instanceof RequestFault ? new RequestFault(translatedFault(thrown.fault, translate)) : thrown;
    }
  }

  /** Listens to an event of the engine, also of workers that start later. */
  on<E extends EventName<WorkerContract>>(
    name: E,
    listener: (data: EventData<WorkerContract, E>) => void,
  ): vscode.Disposable {
    let stop: (() => void) | null = null;
    const translate = this.#translate;
    const attach = ({ peer, contract }: Begun): void => {
      stop = peer.on(name, (data) =>
        listener(translate === null ? data : translated(contract.events[name], data, translate)),
      );
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
    // To make all schemas takes longer than the rest of an activation, so they wait until the engine is first asked.
    const contracts = await import("../../protocol/worker/index.js");
    if (this.#disposed) throw new Error("The engine was asked after its window closed.");
    return this.#current ?? this.#begin(contracts);
  }

  #begin({ workerContract, hostContract }: Contracts): Begun {
    const worker = new Worker(this.#start.script, {
      name: "preceptor-engine",
      workerData: this.#start,
      stdout: true,
      stderr: true,
    });
    worker.stdout.on("data", (chunk: Buffer) => this.#log.debug(chunk.toString("utf8").trimEnd()));
    worker.stderr.on("data", (chunk: Buffer) => this.#log.warn(chunk.toString("utf8").trimEnd()));
    const peer: Begun["peer"] = new Peer(
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
    const current = { worker, peer, contract: workerContract };
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
    void current?.worker.terminate();
  }
}
