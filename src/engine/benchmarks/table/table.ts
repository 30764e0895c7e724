import { Fault } from "../../fault.js";
import type { Benchmark } from "../benchmark.js";
import { bbh } from "./bigBench.js";
import { arcChallenge, mmlu } from "./choice.js";
import { humanEval, mbpp, mbppPaper, mbppSanitized } from "./code.js";
import { gsm8k, gsmPlus, gsmPlusPaper, math, svamp } from "./math.js";

/** Every known benchmark: one line each. */
export const benchmarks: readonly Benchmark[] = [
  gsm8k,
  gsmPlus,
  gsmPlusPaper,
  math,
  svamp,
  mmlu,
  arcChallenge,
  mbpp,
  mbppSanitized,
  mbppPaper,
  humanEval,
  bbh,
];

/** The benchmark of that name; a fault of kind `usage` lists the names there are. */
export function findBenchmark(name: string): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (found !== undefined) return found;
  throw new Fault("usage", "There is no benchmark of this name.", {
    found: name,
    allowed: benchmarks.map((benchmark) => benchmark.name).join(", "),
    remedy: "Name one of them, or map the fields of your own files in preceptor.json.",
  });
}

/** The benchmark's upstream files without repetition, those of some splits or of all. */
export function filesOf(benchmark: Benchmark, splits: readonly string[] = Object.keys(benchmark.splits)) {
  const files = splits.flatMap((split) => benchmark.splits[split]?.files ?? []);
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/**
 * Whether an evaluated benchmark is in-domain: one of the targets is the same benchmark or another form of it
 * (section 3.1).
 */
export function domainOf(evaluated: Benchmark, targets: readonly Benchmark[]): "in" | "out" {
  return targets.some(({ origin }) => origin === evaluated.origin) ? "in" : "out";
}
