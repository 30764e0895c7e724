import path from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { fetchBenchmark } from "../../adapters/fetch/index.js";
import {
  benchmarksNamed,
  createImportProject,
  importResponses,
  openImport,
  previewMapping,
  RecordedFiles,
  unknownBenchmark,
  type ImportContext,
  type ImportSource,
  type RecordedFile,
} from "../../adapters/importing/index.js";
import { benchmarkFolder, openProject, requireNoProject, type Project } from "../../adapters/project/index.js";
import { findBenchmark } from "../../engine/benchmarks/index.js";
import { protocols, type Protocol } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { parseImportMapping } from "../../engine/importing/index.js";
import { contextOf, type CommandContext } from "../context.js";
import { commandLine as commandLineIn } from "../invocation.js";
import { importText, previewText, type FileSummary } from "../importText.js";
import { watchRun } from "../live.js";
import { collect, secretsOption } from "../options.js";
import { exitCodeOfState } from "../runLoop.js";

interface ImportOptions {
  readonly benchmark?: string;
  readonly map: readonly string[];
  readonly rows?: string;
  readonly run?: string;
  readonly verdicts: "judged" | "recorded";
  readonly verdict: readonly (readonly [file: string, verdict: boolean])[];
  readonly preview?: boolean;
  readonly again?: boolean;
  readonly create?: string;
  readonly data?: string;
  readonly protocol?: Protocol;
}

export function registerImport(program: Command): void {
  program
    .command("import")
    .description("start a run from responses that another tool recorded, instead of asking the target again")
    .argument(
      "<files...>",
      "samples of lm-evaluation-harness, logs of Inspect (.eval, .json), or rows: .jsonl, .json, .csv, .parquet, each also .gz",
    )
    .option("--benchmark <name>", "benchmark of preceptor.json that was answered; without it found by the questions")
    .option("--map <field=path>", "where id, question, response, options or verdict is in a row (repeat)", collect, [])
    .option("--rows <path>", "dotted path of the array in a JSON object")
    .addOption(new Option("--preview", "show what would be imported, and import nothing").conflicts("create"))
    .addOption(new Option("--run <run>", "add to an imported run").conflicts("create"))
    .option("--again", "start a run even if an earlier one has the same responses")
    .addOption(
      new Option("--verdicts <whose>", "judged: verdicts are made here; recorded: those of the files count")
        .choices(["judged", "recorded"])
        .default("judged"),
    )
    .option("--verdict <file=true|false>", "the published verdict of all rows of a file (repeat)", fileVerdicts, [])
    .option("--create <folder>", "make a project there for the benchmarks that the files answer")
    .option("--data <folder>", "with --create: where benchmarks' files are; without it they are downloaded")
    .addOption(new Option("--protocol <name>", "with --create: rules of its verdicts").choices(protocols))
    .addOption(secretsOption())
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor import samples_gsm8k_2025-01-31T10-11-12.jsonl
  $ preceptor import logs/2025-01-31_mmlu.eval right.jsonl.gz wrong.jsonl.gz --preview
  $ preceptor import outputs.csv --benchmark mbpp --map id=task_id --map response=text
  $ preceptor import outputs/*.jsonl --create my-project --data benchmarks`,
    )
    .action(async (files: string[], options: ImportOptions, command: Command) => {
      const context = contextOf(command);
      requireCreate(options);
      const read = new RecordedFiles();
      const project =
        options.create === undefined
          ? await context.openProject()
          : await createdProject(context, files, options.create, options, read);
      await importFiles(context, project, files, options, read);
    });
}

/** Options about the project that is made mean nothing where none is made. */
function requireCreate({ create, data, protocol }: ImportOptions): void {
  if (create !== undefined) return;
  const option = data !== undefined ? "--data" : protocol !== undefined ? "--protocol" : null;
  if (option === null) return;
  throw new Fault("usage", `${option} is about the project that --create makes.`, {
    field: option,
    found: "no --create",
    remedy: "Add --create FOLDER; for a project that is there, set it in its preceptor.json.",
  });
}

async function importFiles(
  { terminal, signal, commandLine }: CommandContext,
  project: Project,
  files: readonly string[],
  options: ImportOptions,
  read: RecordedFiles,
): Promise<void> {
  const { context, benchmarks } = await openImport(project, read);
  const sources: (ImportSource & { read: RecordedFile; remembered: boolean })[] = [];
  for (const file of files) sources.push(await sourceOf(file, options, context));
  const described: FileSummary[] = sources.map(({ file, benchmark, mapping, remembered, read: { content } }) => ({
    file,
    format: content.format,
    task: content.task,
    model: content.model,
    rows: content.rows.length,
    benchmark,
    mapping,
    remembered,
  }));
  if (options.preview === true) {
    const previews: Parameters<typeof previewText>[0][] = [];
    for (const source of described) {
      const request = { ...source, rows: options.rows, show: 5 };
      const { rows: shown, ...counts } = await previewMapping(request, context);
      previews.push({ ...source, ...counts, shown });
    }
    terminal.result({ sources: previews }, () => previews.map(previewText).join("\n\n"));
    return;
  }
  const watcher = watchRun(terminal, [], () => performance.now());
  try {
    const result = await importResponses(
      project,
      {
        sources,
        rows: options.rows,
        run: options.run ?? null,
        verdicts: options.verdicts,
        again: options.again === true,
      },
      { context, benchmarks, watcher, signal },
    );
    watcher.end();
    const matched = Object.values(result.matched).reduce((sum, count) => sum + count, 0);
    const { run, already, evaluated, leftOut, state } = result;
    const command = (args: string): string =>
      options.create === undefined ? commandLine(args) : commandLineIn(args, options.create);
    terminal.result(
      { run, already, matched, benchmarks: result.matched, evaluated, sources: described, leftOut, state },
      () => importText(result, described, options.verdicts === "recorded", command),
    );
    process.exitCode = exitCodeOfState(state);
  } finally {
    watcher.end();
  }
}

/** The benchmark that a file answers and where its fields are: as named, else as found. */
async function sourceOf(
  file: string,
  options: ImportOptions,
  context: ImportContext,
): Promise<ImportSource & { read: RecordedFile; remembered: boolean }> {
  const { benchmark } = options;
  if (benchmark !== undefined && context.index(benchmark) === null) throw unknownBenchmark(benchmark, context);
  const read = await context.files.read(file, options.rows);
  const fixed = parseImportMapping(options.map);
  const proposals = context.proposals(read, fixed, benchmark ?? null);
  const found = proposals.find((each) => benchmark === undefined || each.benchmark === benchmark);
  const name = benchmark ?? found?.benchmark;
  if (name === undefined) throw belongsNowhere(read, context);
  const mapping = found?.mapping ?? fixed;
  if (mapping.response === undefined) throw noResponse(read);
  const verdict = options.verdict.find(([named]) => isSameFile(named, file))?.[1] ?? null;
  return { file: read.file, benchmark: name, mapping, verdict, read, remembered: found?.remembered ?? false };
}

function isSameFile(named: string, file: string): boolean {
  return path.resolve(named) === path.resolve(file) || named === path.basename(file);
}

function fileVerdicts(
  pair: string,
  before: readonly (readonly [string, boolean])[],
): readonly (readonly [string, boolean])[] {
  const [, file, verdict] = /^(.+)=(true|false)$/u.exec(pair) ?? [];
  if (file === undefined) throw new InvalidArgumentError("Allowed: FILE=true or FILE=false.");
  return [...before, [file, verdict === "true"]];
}

function belongsNowhere({ file, columns, content }: RecordedFile, { indexes }: ImportContext): Fault {
  const names = indexes.map(({ name }) => name);
  return new Fault("data", "No row of this file belongs to a case of this project.", {
    file,
    found: `${content.rows.length} rows with ${columns
      .slice(0, 12)
      .map((column) => column.path)
      .join(", ")}`,
    allowed: `questions or ids of ${names.join(", ")}`,
    remedy: "Name the benchmark with --benchmark and the fields with --map question=PATH, or --map id=PATH.",
  });
}

function noResponse({ file, columns }: RecordedFile): Fault {
  const texts = columns.filter(({ kind }) => kind === "text");
  return new Fault("data", "It is not clear which field holds the response.", {
    file,
    field: "response",
    found: texts.map((column) => column.path).join(", ") || "no field with text",
    remedy: "Name it with --map response=PATH.",
  });
}

/** Makes the project that `--create` asks for; without `--data` the benchmarks that the files name are downloaded. */
async function createdProject(
  { terminal, signal, secrets }: CommandContext,
  files: readonly string[],
  folder: string,
  { benchmark, data, rows, protocol }: ImportOptions,
  read: RecordedFiles,
): Promise<Project> {
  await requireNoProject(folder);
  const lookup = await secrets();
  const fetched = benchmarkFolder(path.resolve(folder));
  if (data === undefined) {
    const wanted = benchmark === undefined ? await benchmarksNamed(files, rows, read) : [findBenchmark(benchmark)];
    for (const definition of wanted) {
      const { name, holder } = definition.licence;
      terminal.note(`Downloading ${definition.name}. Licence: ${name} (${holder})`);
      await fetchBenchmark(definition, fetched, { signal });
    }
  }
  const request = { files, folder, data: data ?? fetched, benchmark: benchmark ?? null, rows, protocol, read };
  const created = await createImportProject(request);
  terminal.note(`Written: ${created.file}, with ${created.benchmarks.join(", ")}`);
  if (!created.teaches)
    terminal.note("No target split is in it: answers are shown and counted, and nothing is taught.");
  return openProject(folder, lookup);
}
