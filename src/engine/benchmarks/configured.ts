import { splitList, type BenchmarkConfiguration } from "../configuration/index.js";
import type { Benchmark } from "./benchmark.js";
import { defineOwnBenchmark } from "./ownBenchmark.js";
import { findBenchmark } from "./table/table.js";

/** A benchmark of the configuration with its definition: known ones by name, own ones by mapping. */
export function definitionOf(name: string, entry: BenchmarkConfiguration): Benchmark {
  const definition =
    typeof entry.use === "string"
      ? findBenchmark(entry.use)
      : defineOwnBenchmark({
          ...entry.use,
          name,
          domain: entry.domain,
          target: entry.domain === "out" ? [] : splitList(entry.target),
          evaluation: splitList(entry.evaluation),
        });
  // Keys carry the name that the project gave, so that one upstream benchmark can play two parts.
  return { ...definition, name };
}

/** The splits of a benchmark whose errors a project teaches; none where it is evaluated only. */
export function targetSplitsOf(
  { domain, target }: Pick<BenchmarkConfiguration, "domain" | "target">,
  definition: Pick<Benchmark, "target">,
): readonly string[] {
  return domain === "out" ? [] : (splitList(target) ?? definition.target);
}
