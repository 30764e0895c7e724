import { contentHash } from "../../hash.js";
import { definitionOf, select, targetSplitsOf } from "../../benchmarks/index.js";
import type { Configuration } from "../../configuration/index.js";
import type { Case } from "../../families/index.js";
import { Fault } from "../../fault.js";
import { parseSelected } from "../records.js";
import type { LoopBenchmark, Stage, StageFacts, StageScope } from "../scope.js";

/** Data selection (section 2.2): the whole target split by default, or a seeded part of it. */
export const selectStage: Stage = {
  name: "select",
  version: 1,
  inputs: ({ benchmarks, configuration }) => ({
    seed: configuration.seed,
    ...Object.fromEntries(
      taught(benchmarks).map(({ name, target }) => [
        `selection of ${name}`,
        {
          cases: contentHash(target.map(({ key, hash }) => [key, hash])),
          selection: configuration.benchmarks[name]?.selection,
        },
      ]),
    ),
  }),
  async run(scope, fingerprint) {
    const store = scope.run.stage(scope.iteration, "select");
    const log = await store.log("selected.jsonl", fingerprint, parseSelected);
    const counts: Record<string, number> = {};
    try {
      const there = new Set(log.records.map(({ key }) => key));
      for (const benchmark of taught(scope.benchmarks)) {
        const chosen = selectedOf(scope, benchmark);
        counts[benchmark.name] = chosen.length;
        const missing = chosen.filter(({ key }) => !there.has(key));
        await Promise.all(
          missing.map(({ key, hash }) => log.append({ version: 1, benchmark: benchmark.name, key, hash })),
        );
      }
    } finally {
      await log.close();
    }
    return counts;
  },
};

/** Benchmarks that errors are taught from. */
export function taught<B extends { readonly target: { readonly length: number } }>(benchmarks: readonly B[]): B[] {
  return benchmarks.filter(({ target }) => target.length > 0);
}

/** Whether a project has a benchmark with a target split; without one it evaluates, and looks at answers of others. */
export function teaches({ benchmarks }: Pick<Configuration, "benchmarks">): boolean {
  return Object.entries(benchmarks).some(
    ([name, entry]) => targetSplitsOf(entry, definitionOf(name, entry)).length > 0,
  );
}

/**
 * Faults when iterations are to run and no benchmark has a case that may be taught, as in a project that only evaluates, or in
 * a run that began with answers to evaluation splits only.
 *
 * @param iterations how many are to run; null is all that the configuration names.
 */
export function requireTaught(
  { benchmarks, configuration }: Pick<StageFacts, "benchmarks" | "configuration">,
  iterations: number | null,
): void {
  if ((iterations ?? configuration.iterations.length) === 0 || taught(benchmarks).length > 0) return;
  if (!teaches(configuration)) {
    throw new Fault("usage", "No benchmark of this project has a target split, so there are no errors to learn from.", {
      found: `evaluated only: ${Object.keys(configuration.benchmarks).join(", ")}`,
      allowed: "a project with a target split, whose errors are taught",
      remedy:
        "Add a benchmark that has one, such as gsm8k, to preceptor.json. What is there can still be evaluated, and answers to it imported and looked at.",
    });
  }
  throw new Fault("usage", "This run has cases of evaluation splits only, and those are never taught.", {
    found: `${benchmarks.reduce((sum, { evaluation }) => sum + evaluation.length, 0)} evaluated cases`,
    allowed: "a run with cases of a target split, whose errors are taught",
    remedy: "Start a new run, which asks the target itself, or import answers to the target split.",
  });
}

/** The cases of a benchmark's target splits that a run selects. */
export function selectedOf(
  { configuration }: Pick<StageFacts, "configuration">,
  { name, target }: LoopBenchmark,
): readonly Case[] {
  const selection = configuration.benchmarks[name]?.selection;
  // A run of a part of the cases does not have all that are left out; that they exist was checked with the whole split.
  const there = new Set(target.flatMap(({ id, key }) => [id, key]));
  return select(target, {
    seed: selection?.seed ?? configuration.seed,
    size: selection?.size ?? null,
    stratify: selection?.stratify === true ? "group" : null,
    exclude: (selection?.exclude ?? []).filter((excluded) => there.has(excluded)),
  });
}

/** The selected cases of every taught benchmark, in their order. */
export async function selectedCases(scope: StageScope): Promise<Map<string, readonly Case[]>> {
  const records = await scope.run.stage(scope.iteration, "select").read("selected.jsonl", parseSelected);
  const chosen = new Set(records.map(({ key }) => key));
  return new Map(
    taught(scope.benchmarks).map(({ name, target }) => [name, target.filter(({ key }) => chosen.has(key))]),
  );
}
