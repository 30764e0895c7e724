import path from "node:path";
import {
  benchmarks as knownBenchmarks,
  filesOf,
  findBenchmark,
  loadBenchmark,
  withoutEvaluated,
  type Benchmark,
} from "../../engine/benchmarks/index.js";
import type { ConfigurationInput } from "../../engine/configuration/index.js";
import type { Case, Protocol } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import type { ImportBenchmark } from "../../engine/importing/index.js";
import {
  dataFiles,
  hasFiles,
  initialConfiguration,
  requireNoProject,
  usualModels,
  writeProject,
} from "../project/index.js";
import { ImportContext } from "./context.js";
import { RecordedFiles } from "./readRecorded.js";

export interface CreateRequest {
  readonly files: readonly string[];
  /** Folder of the new project. */
  readonly folder: string;
  /** Folder of benchmarks' files, laid out as `benchmarks fetch` does it. */
  readonly data: string;
  /** Name of the known benchmark that the files answer; null to find out. */
  readonly benchmark: string | null;
  /** Dotted path of the array in a JSON object. */
  readonly rows?: string | undefined;
  readonly protocol?: Protocol | undefined;
  /** Files that answer no benchmark or cannot be read stop it; else they are skipped, unless none is left. */
  readonly unfit?: "stop" | "skip" | undefined;
  readonly read?: RecordedFiles | undefined;
}

export interface CreatedProject {
  /** Path of the new `preceptor.json`. */
  readonly file: string;
  /** Names of the benchmarks that the files answer. */
  readonly benchmarks: readonly string[];
  /** Whether one of them has a target split; else the project evaluates and shows answers, and cannot be iterated. */
  readonly teaches: boolean;
  /** Files that were skipped, with the reason. */
  readonly skipped: readonly { readonly file: string; readonly fault: Fault }[];
}

/**
 * Makes a project for recorded outputs: its benchmarks are those known ones whose questions the files answer.
 *
 * @throws Fault `data` for a file that answers none of them, or when all are such files; `usage` when the folder is a project already.
 */
export async function createImportProject(request: CreateRequest): Promise<CreatedProject> {
  const { files, folder, data, benchmark, protocol, unfit = "stop" } = request;
  await requireNoProject(folder);
  const present = await presentBenchmarks(data, benchmark);
  const read = request.read ?? new RecordedFiles();
  const context = new ImportContext(present, { version: 1, mappings: [] }, read);
  const found = new Set<string>();
  const skipped: { readonly file: string; readonly fault: Fault }[] = [];
  let model: string | null = null;
  for (const file of files) {
    try {
      const recorded = await read.read(file, request.rows);
      const [best] = context.proposals(recorded);
      if (best === undefined) throw answersNone(file, data, present);
      found.add(best.benchmark);
      model ??= recorded.content.model;
    } catch (thrown) {
      if (unfit === "stop" || !isAboutData(thrown)) throw thrown;
      skipped.push({ file, fault: thrown });
    }
  }
  const [first] = skipped;
  if (found.size === 0 && first !== undefined) throw first.fault;
  const entries: ConfigurationInput["benchmarks"] = Object.fromEntries(
    [...found].map((name) => {
      // What has no target split is evaluated only, also where no other benchmark is taught.
      const domain = findBenchmark(name).target.length > 0 ? "in" : "out";
      return [name, { use: name, domain, folder: folderFrom(folder, data) }];
    }),
  );
  const target = { ...usualModels.target, ...(model === null ? {} : { name: model }) };
  const configuration = initialConfiguration({ benchmarks: entries, models: { ...usualModels, target }, protocol });
  const teaches = Object.values(entries).some(({ domain }) => domain === "in");
  return { file: await writeProject(folder, configuration), benchmarks: [...found], teaches, skipped };
}

function isAboutData(thrown: unknown): thrown is Fault {
  return thrown instanceof Fault && thrown.kind === "data";
}

/** Known benchmarks that files seem to be about by the task that they name, or by their own names; the likeliest only. */
export async function benchmarksNamed(
  files: readonly string[],
  rows: string | undefined,
  read: RecordedFiles,
): Promise<readonly Benchmark[]> {
  const found = new Set<Benchmark>();
  for (const file of files) {
    const task = await taskOf(file, rows, read);
    const names = [task ?? "", path.basename(file)].map(plain);
    const named = knownBenchmarks.filter(({ name }) => names.some((each) => each.includes(plain(name))));
    const [longest] = [...named].sort((a, b) => b.name.length - a.name.length);
    if (longest !== undefined) found.add(longest);
  }
  return [...found];
}

/** The task that a file names; null also for one that cannot be read: whoever imports it is told why. */
async function taskOf(file: string, rows: string | undefined, read: RecordedFiles): Promise<string | null> {
  try {
    return (await read.read(file, rows)).content.task;
  } catch (thrown) {
    if (isAboutData(thrown)) return null;
    throw thrown;
  }
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/gu, "");
}

/** Known benchmarks whose files are all there. */
async function presentBenchmarks(data: string, only: string | null): Promise<ImportBenchmark[]> {
  const present: ImportBenchmark[] = [];
  const wanted = only === null ? knownBenchmarks : [findBenchmark(only)];
  for (const definition of wanted) {
    if (!(await hasFiles(definition, [...definition.target, ...definition.evaluation], data))) continue;
    const { name } = definition;
    const target = await casesOf(definition, definition.target, data);
    const evaluation = await casesOf(definition, definition.evaluation, data);
    const { cases, removed } = withoutEvaluated(target, evaluation);
    present.push({ name, target: cases, evaluation, shared: removed.map((overlap) => overlap.evaluation) });
  }
  if (present.length > 0) return present;
  const [example] = wanted.flatMap((each) => filesOf(each));
  throw new Fault("data", "No known benchmark has all its files in this folder.", {
    file: data,
    allowed: `files as 'preceptor benchmarks fetch' puts them, for example ${example?.path ?? ""}`,
    remedy: "Name the folder that holds them, or name none: then the benchmark's files are downloaded.",
  });
}

async function casesOf(definition: Benchmark, splits: readonly string[], data: string): Promise<Case[]> {
  const cases: Case[] = [];
  for (const split of splits) cases.push(...(await loadBenchmark(definition, split, dataFiles, data)).cases);
  return cases;
}

/** A relative path where the data lies below or beside the project, so that both can be moved together. */
function folderFrom(project: string, data: string): string {
  const relative = path.relative(path.resolve(project), path.resolve(data));
  const apart = path.isAbsolute(relative) || relative.startsWith(`..${path.sep}..`);
  return apart ? path.resolve(data) : relative.split(path.sep).join("/");
}

function answersNone(file: string, data: string, present: readonly ImportBenchmark[]): Fault {
  const names = present.map(({ name }) => name).join(", ");
  return new Fault("data", "No row of this file belongs to a case of a known benchmark.", {
    file,
    found: `no question of ${names} (files in ${data})`,
    remedy:
      "Check that the folder holds the files of the right benchmark, or make a project for the benchmark first and then say where the file's fields are.",
  });
}
