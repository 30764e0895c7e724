import { afterEach } from "vitest";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { Fault } from "../../src/engine/fault.js";
import { makeProject } from "../support/project.js";

/** What the tests of a file leave is taken away after each of them, the newest first. */
export function leftovers(): {
  /** Takes what takes something away. */
  readonly cleanups: (() => void | Promise<void>)[];
  /** Makes a project that is taken away, and returns its folder. */
  readonly projectOf: (configuration: ConfigurationInput) => string;
} {
  const cleanups: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });
  return {
    cleanups,
    projectOf: (configuration) => {
      const project = makeProject(configuration);
      cleanups.push(() => project.remove());
      return project.folder;
    },
  };
}

/** The fault with which a run ends. */
export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const outcome: unknown = await work.catch((thrown: unknown) => thrown);
  if (outcome instanceof Fault) return outcome;
  throw new Error("The run ended without a fault.");
}
