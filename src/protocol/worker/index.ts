/** Everything that the extension host may ask its engine worker. One file a feature. */
import type { Contract } from "../rpc.js";
import { caseRequests } from "./cases.js";
import { projectRequests } from "./project.js";

export * from "./cases.js";
export * from "./project.js";

/** What the worker answers, and what it says unasked. */
export const workerContract = {
  requests: { ...projectRequests, ...caseRequests },
  events: {},
} as const satisfies Contract;
export type WorkerContract = typeof workerContract;

/** What the extension host answers its worker: nothing yet. */
export const hostContract = { requests: {}, events: {} } as const satisfies Contract;
export type HostContract = typeof hostContract;
