import path from "node:path";
import {
  assertRoles,
  assertSplitRole,
  definitionOf,
  loadBenchmark,
  select,
  targetSplitsOf,
  withoutEvaluated,
  type Benchmark,
  type DataFiles,
  type Overlap,
} from "../../engine/benchmarks/index.js";
import { splitList, type BenchmarkConfiguration } from "../../engine/configuration/index.js";
import { familyOf, type Case, type JudgedData } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import type { LoopBenchmark } from "../../engine/iteration/index.js";
import { lineOf, readRows, readText } from "../rows/index.js";
import type { Project } from "./project.js";

/** Reads data files from the disk. */
export const dataFiles: DataFiles = { readRows, readText, lineOf };

/** Where `benchmarks fetch` puts upstream files: inside the store, so that third-party data is never committed. */
export function benchmarkFolder(project: string): string {
  return path.join(project, ".preceptor", "benchmarks");
}

/**
 * Folder of a benchmark's files: the one that the project names, the project's own for mapped files, else the one of
 * known benchmarks.
 */
export function dataFolderOf(
  project: string,
  { folder, use }: BenchmarkConfiguration,
  known: string = benchmarkFolder(project),
): string {
  if (folder !== undefined) return path.resolve(project, folder);
  return typeof use === "string" ? known : project;
}

export interface CaseFilter {
  /** Only these keys; null for all. */
  readonly cases: readonly string[] | null;
  /** At most so many cases of each split; null for all. */
  readonly limit: number | null;
}

export const allCases: CaseFilter = { cases: null, limit: null };

/** The target cases of a run: all, the first so many of the selected ones, or those that are named and not left out. */
function narrowed(
  target: readonly Case[],
  selected: readonly Case[],
  exclude: readonly string[],
  filter: CaseFilter,
): readonly Case[] {
  if (filter.cases === null) return filter.limit === null ? target : limited(selected, filter);
  const named = limited(target, filter);
  return named.every(({ id, key }) => exclude.includes(id) || exclude.includes(key)) ? [] : named;
}

/** What was left out because it is in an evaluation set, too. */
export interface LeftOut {
  readonly benchmark: string;
  readonly overlaps: readonly Overlap[];
}

/** One split of a benchmark, as a project names it. */
export interface SplitSource {
  readonly entry: BenchmarkConfiguration;
  readonly definition: Benchmark;
  readonly split: string;
  /** Where its files are. */
  readonly folder: string;
}

/** Reads the cases of a split. */
export type ReadSplit = (source: SplitSource) => Promise<readonly Case[]>;

export const readSplit: ReadSplit = async ({ definition, split, folder }) =>
  (await loadBenchmark(definition, split, dataFiles, folder)).cases;

/**
 * Loads the cases of every benchmark of the project by role. A case of a target split that is also evaluated (upstream
 * MMLU has some, word for word) is left out of the target and listed; the same case in both roles is a fault.
 */
export async function loadProjectBenchmarks(
  project: Project,
  filter: CaseFilter = allCases,
  read: ReadSplit = readSplit,
): Promise<{ readonly benchmarks: LoopBenchmark[]; readonly leftOut: LeftOut[] }> {
  const { configuration } = project;
  const loaded: LoopBenchmark[] = [];
  // Whole evaluation splits, also what a selection or a limit leaves out: none of it may be taught.
  const evaluated: Case[] = [];
  for (const [name, entry] of Object.entries(configuration.benchmarks)) {
    const definition = definitionOf(name, entry);
    const targetSplits = targetSplitsOf(entry, definition);
    const evaluationSplits = splitList(entry.evaluation) ?? definition.evaluation;
    for (const split of targetSplits) assertSplitRole(definition, split, "target");
    const evaluation = await casesOf(project, { entry, definition }, evaluationSplits, read);
    evaluated.push(...evaluation);
    const target = await casesOf(project, { entry, definition }, targetSplits, read);
    // A selection that cannot be made is told before a run begins; the run's first stage makes it.
    const selected = selectFrom(project, entry.selection, target);
    const { passAtK } = configuration.evaluation;
    const family = familyOf(entry.judged ? "judged" : definition.family);
    loaded.push({
      name,
      family,
      domain: entry.domain,
      protocol: entry.protocol ?? configuration.protocol,
      extractor: entry.extractor ?? null,
      samples: passAtK !== null && definition.family === "code" ? passAtK.n : 1,
      target: narrowed(target, selected, entry.selection.exclude, filter),
      evaluation: limited(selectFrom(project, entry.evaluationSelection, evaluation), filter),
    });
  }
  requireCases(loaded, filter);
  return separate(loaded, evaluated);
}

async function casesOf(
  project: Project,
  { entry, definition }: Pick<SplitSource, "entry" | "definition">,
  splits: readonly string[],
  read: ReadSplit,
): Promise<Case[]> {
  const folder = dataFolderOf(project.folder, entry);
  const cases: Case[] = [];
  for (const split of splits) cases.push(...(await read({ entry, definition, split, folder })));
  return entry.judged ? cases.map(judgedCase) : cases;
}

/** A case as the judge's family has it: the question as it is shown, and the reference in words. */
function judgedCase(testCase: Case): Case<JudgedData> {
  const family = familyOf(testCase.family);
  const reference = family.reference(testCase) ?? "";
  return { ...testCase, family: "judged", question: family.questionText(testCase), data: { reference } };
}

function selectFrom(
  { configuration }: Project,
  { seed, size, stratify, exclude }: BenchmarkConfiguration["selection"],
  cases: readonly Case[],
): readonly Case[] {
  if (cases.length === 0) return cases;
  return select(cases, { seed: seed ?? configuration.seed, size, stratify: stratify ? "group" : null, exclude });
}

function limited(cases: readonly Case[], { cases: keys, limit }: CaseFilter): readonly Case[] {
  const wanted = keys === null ? null : new Set(keys);
  return cases.filter(({ key }) => wanted === null || wanted.has(key)).slice(0, limit ?? undefined);
}

function requireCases(benchmarks: readonly LoopBenchmark[], { cases }: CaseFilter): void {
  const found = new Set(
    benchmarks.flatMap(({ target, evaluation }) => [...target, ...evaluation].map(({ key }) => key)),
  );
  const missing = (cases ?? []).filter((key) => !found.has(key));
  if (missing.length === 0 && found.size > 0) return;
  throw new Fault(
    "usage",
    missing.length > 0 ? "No case that this project selects has this key." : "The benchmarks have no case.",
    {
      ...(missing.length > 0 ? { found: missing.slice(0, 5).join(", ") } : {}),
      allowed: "keys such as benchmark/split/id",
      remedy: "`preceptor errors` lists the keys of wrong answers, `preceptor benchmarks check` the files.",
    },
  );
}

function separate(
  benchmarks: readonly LoopBenchmark[],
  evaluated: readonly Case[],
): { benchmarks: LoopBenchmark[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const separated = benchmarks.map((benchmark) => {
    const { cases, removed } = withoutEvaluated(benchmark.target, evaluated);
    if (removed.length > 0) leftOut.push({ benchmark: benchmark.name, overlaps: removed });
    return { ...benchmark, target: cases };
  });
  assertRoles(
    separated.flatMap(({ target }) => target),
    evaluated,
  );
  return { benchmarks: separated, leftOut };
}
