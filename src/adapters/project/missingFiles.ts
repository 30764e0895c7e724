import { stat } from "node:fs/promises";
import { filePath, filesOf, findBenchmark, targetSplitsOf, type Benchmark } from "../../engine/benchmarks/index.js";
import { splitList } from "../../engine/configuration/index.js";
import { unlessAbsent } from "../store/faults.js";
import { dataFolderOf } from "./benchmarks.js";
import type { Project } from "./project.js";

/** A known benchmark of a project some of whose upstream files are not there, with the folder where they belong. */
export interface MissingFiles {
  readonly benchmark: Benchmark;
  /** Absolute path. */
  readonly folder: string;
}

/** Known benchmarks of the project whose files must be downloaded before it can be used, in the project's order. */
export async function missingFiles({ folder, configuration }: Project): Promise<MissingFiles[]> {
  const missing = new Map<string, MissingFiles>();
  for (const entry of Object.values(configuration.benchmarks)) {
    if (typeof entry.use !== "string") continue;
    const benchmark = findBenchmark(entry.use);
    const splits = [...targetSplitsOf(entry, benchmark), ...(splitList(entry.evaluation) ?? benchmark.evaluation)];
    const data = dataFolderOf(folder, entry);
    if (!(await hasFiles(benchmark, splits, data))) missing.set(`${entry.use} ${data}`, { benchmark, folder: data });
  }
  return [...missing.values()];
}

/** Whether all files of these splits are in a folder. */
export async function hasFiles(benchmark: Benchmark, splits: readonly string[], folder: string): Promise<boolean> {
  for (const file of filesOf(benchmark, splits)) {
    const full = filePath(folder, file);
    if ((await unlessAbsent(full, null, async () => stat(full))) === null) return false;
  }
  return true;
}
