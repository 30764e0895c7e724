/** The engine worker of a window: a thread of the extension host in which everything that takes time happens. */
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { KeptCases } from "../adapters/project/index.js";
import { Peer } from "../protocol/rpc.js";
import {
  hostContract,
  workerContract,
  workerStart,
  type HostContract,
  type WorkerContract,
} from "../protocol/worker/index.js";
import { toFaultView } from "./faultView.js";
import { handlersOf } from "./handlers.js";
import { stampOf } from "./kept.js";
import { Projects } from "./projects.js";

const port = parentPort;
if (port === null) throw new Error("The engine worker runs as a worker thread only.");

const { storage, script } = workerStart.parse(workerData);
// What the code makes of files may change with the code.
const projects =
  storage === null
    ? new Projects()
    : new Projects(new KeptCases(path.join(storage, "cases"), await stampOf([script])).read);

const peer: Peer<HostContract, WorkerContract> = new Peer(
  {
    post: (message) => port.postMessage(message),
    listen: (listener) => {
      port.on("message", listener);
      return () => port.off("message", listener);
    },
  },
  {
    remote: hostContract,
    own: workerContract,
    handlers: handlersOf(projects, (name, data) => peer.say(name, data)),
    describe: toFaultView,
    onStray: ({ message }) => process.stderr.write(`${message}\n`),
  },
);
