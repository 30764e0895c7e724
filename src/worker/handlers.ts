import { SingleCalls } from "../adapters/project/index.js";
import type { Handlers } from "../protocol/rpc.js";
import type { WorkerContract } from "../protocol/worker/index.js";
import { benchmarkHandlers } from "./benchmarks/index.js";
import { Indexes } from "./benchmarks/indexes.js";
import { caseHandlers } from "./cases/index.js";
import { configurationHandlers } from "./configuration.js";
import { contrastHandlers } from "./contrast/index.js";
import { demoHandlers } from "./demo.js";
import { importHandlers } from "./importing/index.js";
import { projectHandlers } from "./project.js";
import { promptHandlers } from "./prompts/index.js";
import type { Projects } from "./projects.js";
import { reportHandlers } from "./report.js";
import { RunRecords } from "./runRecords.js";
import { runHandlers } from "./runs/index.js";
import { sampleHandlers } from "./samples/index.js";
import type { Say } from "./say.js";

/** Who answers which request: one line a feature. */
export function handlersOf(projects: Projects, say: Say = () => undefined): Handlers<WorkerContract> {
  const records = new RunRecords();
  const calls = new SingleCalls();
  const indexes = new Indexes(projects);
  const contrast = contrastHandlers(projects, records);
  return {
    ...projectHandlers(projects),
    ...configurationHandlers(projects),
    ...benchmarkHandlers(projects, indexes),
    ...caseHandlers(projects, records, calls, indexes),
    ...contrast,
    ...promptHandlers(projects, records, { contrast: contrast["contrast/view"], calls }),
    ...sampleHandlers(projects, records, { calls, say }),
    ...runHandlers(projects, (change) => say("runs/changed", change)),
    ...demoHandlers(),
    ...importHandlers(projects, (progress) => say("import/progress", progress)),
    ...reportHandlers(projects, records),
  };
}
