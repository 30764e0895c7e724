import { environmentSecrets, openProject, openRun } from "../../src/adapters/project/index.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { parseResponse, runLoop, type StageName } from "../../src/engine/iteration/index.js";
import { makeProject, shortConfiguration } from "./project.js";
import { silent } from "./watcher.js";

/** A small project whose first run went as far as it was asked to, by the real loop with the built-in models. */
export interface StartedRun {
  readonly folder: string;
  readonly run: string;
  /** Keys of the wrong answers of the first iteration, in the order of the cases. */
  readonly errors: readonly string[];
  remove(): void;
}

export async function startedRun(options: {
  readonly families: readonly ("math" | "choice" | "code")[];
  readonly until: StageName | null;
  readonly change?: Partial<ConfigurationInput>;
}): Promise<StartedRun> {
  const made = makeProject(shortConfiguration(options.families, options.change));
  const { folder } = made;
  const project = await openProject(folder, environmentSecrets({}));
  const open = await openRun(project, {
    run: null,
    filter: null,
    fresh: false,
    watcher: silent,
    signal: new AbortController().signal,
  });
  try {
    const { run } = open.services;
    await runLoop(open.services, { until: options.until, iterations: options.until === null ? null : 1 });
    const responses = await run.stage(1, "collect").readSoFar("responses.jsonl", parseResponse);
    return {
      folder,
      run: run.id,
      errors: responses.filter(({ correct }) => !correct).map(({ key }) => key),
      remove: () => made.remove(),
    };
  } finally {
    await open.close();
  }
}
