import type { Handlers } from "../protocol/rpc.js";
import type { WorkerContract } from "../protocol/worker/index.js";
import { caseHandlers } from "./cases/index.js";
import { projectHandlers } from "./project.js";
import type { Projects } from "./projects.js";
import { RunRecords } from "./runRecords.js";

/** Who answers which request: one line a feature. */
export function handlersOf(projects: Projects): Handlers<WorkerContract> {
  const records = new RunRecords();
  return { ...projectHandlers(projects), ...caseHandlers(projects, records) };
}
