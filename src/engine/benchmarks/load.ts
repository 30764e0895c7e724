import { Fault } from "../fault.js";
import type { Benchmark, BenchmarkFile, DataFiles, LoadedFile, LoadedSplit, Row, Split } from "./benchmark.js";
import { countDuplicateQuestions, makeCases } from "./identity.js";

/**
 * Reads the cases of one split.
 *
 * @param folder data folder that the paths of the definition start from; absolute paths ignore it.
 * @throws Fault `usage` for an unknown split; `data` for a missing or malformed file, a row without a field, two cases
 * with one id, or no cases at all.
 */
export async function loadBenchmark(
  benchmark: Benchmark,
  split: string,
  data: DataFiles,
  folder: string,
): Promise<LoadedSplit> {
  const definition = splitOf(benchmark, split);
  const files: LoadedFile[] = [];
  for (const file of definition.files) files.push(await readFile(file, data, folder));
  const { drafts, canary } = definition.read(files);
  const cases = makeCases(benchmark, split, drafts);
  return {
    benchmark: benchmark.name,
    split,
    cases,
    // Few ask, and it takes a tenth of the time that loading does.
    get duplicateQuestions() {
      return countDuplicateQuestions(cases);
    },
    canary,
  };
}

/** The split of that name; a fault lists the names there are. */
export function splitOf(benchmark: Benchmark, split: string): Split {
  const found = Object.hasOwn(benchmark.splits, split) ? benchmark.splits[split] : undefined;
  if (found !== undefined) return found;
  throw new Fault("usage", `The benchmark ${benchmark.name} has no such split.`, {
    found: split,
    allowed: Object.keys(benchmark.splits).join(", "),
    remedy: "Name one of its splits.",
  });
}

/** Path of a benchmark's file on the disk. */
export function filePath(folder: string, file: Pick<BenchmarkFile, "path">): string {
  if (/^(?:[/\\]|[A-Za-z]:)/u.test(file.path) || folder === "") return file.path;
  return `${folder.replace(/[/\\]+$/u, "")}/${file.path}`;
}

async function readFile(file: BenchmarkFile, data: DataFiles, folder: string): Promise<LoadedFile> {
  const path = filePath(folder, file);
  const lineOf = (row: Row): number | null => data.lineOf?.(row) ?? null;
  if (file.kind === "text") return { file, path, rows: [], lineOf, text: await data.readText(path) };
  return { file, path, rows: await data.readRows(path, file.read), lineOf, text: "" };
}
