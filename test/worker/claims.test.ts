import { readdirSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { openProjectStore } from "../../src/adapters/store/index.js";
import { Peer } from "../../src/protocol/rpc.js";
import {
  hostContract,
  workerContract,
  type HostContract,
  type WorkerContract,
} from "../../src/protocol/worker/index.js";
import { remoteModel, runHere, stageRecords } from "../loop/support.js";
import { startFaultServer } from "../support/faultServer.js";
import { makeProject, root, shortConfiguration } from "../support/project.js";

/** The worker of a window as the extension host starts it: a thread of this process. */
function startWorker(): { readonly worker: Worker; readonly peer: Peer<WorkerContract, HostContract> } {
  const script = path.join(root, "dist", "engineWorker.js");
  const worker = new Worker(script, { workerData: { script, storage: null } });
  const channel = {
    post: (message: unknown) => worker.postMessage(message),
    listen: (listener: (message: unknown) => void) => {
      worker.on("message", listener);
      return () => worker.off("message", listener);
    },
  };
  const options = { remote: workerContract, own: hostContract, handlers: {}, onStray: () => undefined };
  const peer = new Peer(channel, { ...options, describe: (thrown) => ({ kind: "internal", message: String(thrown) }) });
  onTestFinished(async () => void (await worker.terminate()));
  return { worker, peer };
}

test("an answer that a worker was asking for when it died is free for others once its successor looks at the runs", async () => {
  // Nobody answers before the test is over.
  let answer: () => void = () => undefined;
  const answered = new Promise<string>((resolve) => (answer = () => resolve("4")));
  const server = await startFaultServer({ answer: async () => answered });
  onTestFinished(async () => {
    answer();
    await server.close();
  });
  const short = shortConfiguration(["math"]);
  const instructor = remoteModel(server, "instructor");
  const project = makeProject({ ...short, models: { ...short.models, instructor } });
  onTestFinished(() => project.remove());
  const { folder } = project;
  const { run } = await runHere(folder, { until: "evaluate", iterations: 0 });
  const key = String(stageRecords(folder, "0-evaluate", "responses.jsonl")[0]?.["key"]);
  const claims = await (await openProjectStore(folder)).claims();
  const claimed = (): string[] =>
    readdirSync(path.join(folder, ".preceptor", "claims")).filter((name) => !name.startsWith("process-"));

  const first = startWorker();
  const ref = { run, iteration: 0, stage: "evaluate" as const, key };
  const who = { kind: "model" as const, name: "instructor" };
  const asked = first.peer.call("case/ask", { folder, ref, who, temperature: null, sample: 0, cap: 1 });
  asked.catch(() => undefined);
  await expect.poll(() => server.received.length, { timeout: 30_000 }).toBe(1);
  const [address = ""] = claimed();
  expect(await claims.take(address)).toBeNull();
  await first.worker.terminate();
  // The process lives on, so nobody else can tell.
  expect(await claims.take(address)).toBeNull();

  await startWorker().peer.call("runs/watch", { folder });
  expect(claimed()).toEqual([]);
  expect(await claims.take(address)).not.toBeNull();
  await claims.close();
}, 60_000);
