import { Peer, type Channel, type Params, type RequestName, type Result } from "../../src/protocol/rpc.js";
import { hostContract, workerContract, type CaseRef, type WorkerContract } from "../../src/protocol/worker/index.js";
import { toFaultView } from "../../src/worker/faultView.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { runHere, stageRecords } from "../loop/support.js";
import { makeProject, shortConfiguration } from "../support/project.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";

/** Asks a worker's handlers as the extension host does: copied messages, checked by schema on both sides. */
export interface WorkerClient {
  ask<M extends RequestName<WorkerContract>>(
    method: M,
    params: Params<WorkerContract, M>,
    signal?: AbortSignal,
  ): Promise<Result<WorkerContract, M>>;
}

export function startWorker(): WorkerClient {
  const [host, worker] = wire();
  const describe = toFaultView;
  const onStray = ({ message }: { message: string }): void => {
    throw new Error(message);
  };
  const handlers = handlersOf(new Projects());
  new Peer(worker, { remote: hostContract, own: workerContract, handlers, describe, onStray });
  const peer = new Peer(host, { remote: workerContract, own: hostContract, handlers: {}, describe, onStray });
  return { ask: (method, params, signal) => peer.call(method, params, signal === undefined ? {} : { signal }) };
}

function wire(): [Channel, Channel] {
  const listeners: [Set<(message: unknown) => void>, Set<(message: unknown) => void>] = [new Set(), new Set()];
  const end = (own: 0 | 1): Channel => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      setImmediate(() => listeners[own === 0 ? 1 : 0].forEach((listener) => listener(copy)));
    },
    listen: (listener) => {
      listeners[own].add(listener);
      return () => listeners[own].delete(listener);
    },
  });
  return [end(0), end(1)];
}

/** A project whose demo run has ended. */
export interface RunProject extends WorkerClient {
  readonly folder: string;
  /** References to the wrong answers of a stage, by benchmark; of the first collection when nothing else is said. */
  errors(benchmark: string, stage?: string): CaseRef[];
  remove(): void;
}

export async function runProject(change: Partial<ConfigurationInput> = {}): Promise<RunProject> {
  const made = makeProject(shortConfiguration(["math", "choice", "code"], change));
  const { folder } = made;
  await runHere(folder);
  return {
    ...startWorker(),
    folder,
    remove: () => made.remove(),
    errors(benchmark, stage = "1-collect") {
      const [iteration, name] = stage.split("-");
      return stageRecords(folder, stage, "responses.jsonl")
        .filter((record) => record["benchmark"] === benchmark && record["correct"] === false)
        .map((record) => ({
          run: "run-1",
          iteration: Number(iteration),
          stage: name as CaseRef["stage"],
          key: String(record["key"]),
        }));
    },
  };
}
