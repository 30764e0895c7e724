import type { Peer } from "../protocol/rpc.js";
import type { HostContract, WorkerContract } from "../protocol/worker/index.js";

/** Says something to the extension host unasked. */
export type Say = Peer<HostContract, WorkerContract>["say"];
