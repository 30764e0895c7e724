import { SingleCalls } from "../adapters/project/index.js";
import type { Handlers, Peer } from "../protocol/rpc.js";
import type { HostContract, WorkerContract } from "../protocol/worker/index.js";
import { benchmarkHandlers } from "./benchmarks/index.js";
import { caseHandlers } from "./cases/index.js";
import { contrastHandlers } from "./contrast.js";
import { demoHandlers } from "./demo.js";
import { importHandlers } from "./importing/index.js";
import { projectHandlers } from "./project.js";
import { promptHandlers } from "./prompts/index.js";
import type { Projects } from "./projects.js";
import { reportHandlers } from "./report.js";
import { RunRecords } from "./runRecords.js";
import { runHandlers } from "./runs/index.js";

/** Says something to the extension host unasked. */
export type Say = Peer<HostContract, WorkerContract>["say"];

/** Who answers which request: one line a feature. */
export function handlersOf(projects: Projects, say: Say = () => undefined): Handlers<WorkerContract> {
  const records = new RunRecords();
  const contrast = contrastHandlers(projects, records);
  return {
    ...projectHandlers(projects),
    ...benchmarkHandlers(projects),
    ...caseHandlers(projects, records),
    ...contrast,
    ...promptHandlers(projects, records, { contrast: contrast["contrast/view"], calls: new SingleCalls() }),
    ...runHandlers(projects, (change) => say("runs/changed", change)),
    ...demoHandlers(),
    ...importHandlers(projects, (progress) => say("import/progress", progress)),
    ...reportHandlers(projects, records),
  };
}
