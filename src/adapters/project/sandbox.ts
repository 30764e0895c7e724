import type { CodeRunner, SandboxLayer } from "../../engine/seams/index.js";
import { createCodeRunner } from "../sandbox/index.js";
import type { Project } from "./project.js";

/** The sandbox that the project allows: an isolating one, or with its consent a plain process. */
export async function codeRunnerOf({ configuration }: Pick<Project, "configuration">): Promise<CodeRunner> {
  const isolated: readonly SandboxLayer[] = ["bubblewrap", "landlock"];
  return createCodeRunner({ allow: configuration.sandbox.consent === null ? isolated : [...isolated, "process"] });
}
