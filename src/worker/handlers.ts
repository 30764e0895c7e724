import type { Handlers, Peer } from "../protocol/rpc.js";
import type { HostContract, WorkerContract } from "../protocol/worker/index.js";
import { benchmarkHandlers } from "./benchmarks/index.js";
import { caseHandlers } from "./cases/index.js";
import { contrastHandlers } from "./contrast.js";
import { demoHandlers } from "./demo.js";
import { projectHandlers } from "./project.js";
import type { Projects } from "./projects.js";
import { RunRecords } from "./runRecords.js";
import { runHandlers } from "./runs/index.js";

/** Says something to the extension host unasked. */
export type Say = Peer<HostContract, WorkerContract>["say"];

/** Who answers which request: one line a feature. */
export function handlersOf(projects: Projects, say: Say = () => undefined): Handlers<WorkerContract> {
  const records = new RunRecords();
  return {
    ...projectHandlers(projects),
    ...benchmarkHandlers(projects),
    ...caseHandlers(projects, records),
    ...contrastHandlers(projects, records),
    ...runHandlers(projects, (change) => say("runs/changed", change)),
    ...demoHandlers(),
  };
}
