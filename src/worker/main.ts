/** The engine worker of a window: a thread of the extension host in which everything that takes time happens. */
import { parentPort } from "node:worker_threads";
import { Peer } from "../protocol/rpc.js";
import { hostContract, workerContract, type HostContract, type WorkerContract } from "../protocol/worker/index.js";
import { toFaultView } from "./faultView.js";
import { handlersOf } from "./handlers.js";
import { Projects } from "./projects.js";

const port = parentPort;
if (port === null) throw new Error("The engine worker runs as a worker thread only.");

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
    handlers: handlersOf(new Projects(), (name, data) => peer.say(name, data)),
    describe: toFaultView,
    onStray: ({ message }) => process.stderr.write(`${message}\n`),
  },
);
