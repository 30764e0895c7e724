import type { Handlers } from "../protocol/rpc.js";
import type { WorkerContract } from "../protocol/worker/index.js";
import { projectHandlers } from "./project.js";
import type { Projects } from "./projects.js";

/** Who answers which request: one line a feature. */
export function handlersOf(projects: Projects): Handlers<WorkerContract> {
  return { ...projectHandlers(projects) };
}
