/** Everything that the extension host may ask its engine worker. One file a feature. */
import * as z from "zod/mini";
import type { Contract } from "../rpc.js";
import { benchmarkRequests } from "./benchmarks.js";
import { caseRequests } from "./cases.js";
import { configurationRequests } from "./configuration.js";
import { contrastRequests } from "./contrast.js";
import { demoRequests } from "./demo.js";
import { importEvents, importRequests } from "./importing.js";
import { projectRequests } from "./project.js";
import { promptRequests } from "./prompts.js";
import { reportRequests } from "./report.js";
import { runEvents, runRequests } from "./runs.js";
import { sampleEvents, sampleRequests } from "./samples.js";

export * from "./benchmarks.js";
export * from "./caseFilter.js";
export * from "./caseRef.js";
export * from "./cases.js";
export * from "./configuration.js";
export * from "./contrast.js";
export * from "./demo.js";
export * from "./importing.js";
export * from "./project.js";
export * from "./prompts.js";
export * from "./report.js";
export * from "./runs.js";
export * from "./sampleFilter.js";
export * from "./samples.js";

/** What a worker is started with. */
export const workerStart = z.object({
  /** Its own script. */
  script: z.string(),
  /** A folder in which it may keep what it can make again; null for none. */
  storage: z.nullable(z.string()),
});
export type WorkerStart = z.output<typeof workerStart>;

/** What the worker answers, and what it says unasked. */
export const workerContract = {
  requests: {
    ...projectRequests,
    ...benchmarkRequests,
    ...promptRequests,
    ...caseRequests,
    ...contrastRequests,
    ...runRequests,
    ...reportRequests,
    ...sampleRequests,
    ...demoRequests,
    ...importRequests,
    ...configurationRequests,
  },
  events: { ...runEvents, ...importEvents, ...sampleEvents },
} as const satisfies Contract;
export type WorkerContract = typeof workerContract;

/** What the extension host answers its worker: nothing yet. */
export const hostContract = { requests: {}, events: {} } as const satisfies Contract;
export type HostContract = typeof hostContract;
