import path from "node:path";
import type { Command } from "commander";
import { allCases, loadProjectBenchmarks, openRun, type Project } from "../../adapters/project/index.js";
import { lineOf, readRows } from "../../adapters/rows/index.js";
import { FieldReader, parseFieldPaths, type FieldPaths } from "../../engine/evaluation/index.js";
import { Fault } from "../../engine/fault.js";
import {
  matchResponses,
  runLoop,
  withRecordedTarget,
  type LoopBenchmark,
  type RecordedResponse,
} from "../../engine/iteration/index.js";
import { contextOf, type CommandContext } from "../context.js";
import { watchRun } from "../live.js";
import { exitCodeOfState } from "../runLoop.js";
import { oneLine } from "../../protocol/safeText.js";
import { collect } from "../options.js";

interface ImportOptions {
  readonly benchmark: string;
  readonly map: readonly string[];
  readonly rows?: string;
}

export function registerImport(program: Command): void {
  program
    .command("import")
    .description("start a run from responses that another tool recorded, instead of asking the target again")
    .argument("<files...>", "recorded outputs: .jsonl, .json, .csv, .parquet, each also .gz")
    .requiredOption("--benchmark <name>", "benchmark of preceptor.json whose target split was answered")
    .option("--map <field=path>", "where id, question and response are in a row (repeat)", collect, [])
    .option("--rows <path>", "dotted path of the array in a JSON object")
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor import samples_gsm8k.jsonl --benchmark gsm8k --map question=doc.question --map response=resps.0.0
  $ preceptor import right.jsonl.gz wrong.jsonl.gz --benchmark mbpp --map id=task_id`,
    )
    .action(async (files: string[], options: ImportOptions, command: Command) => {
      const context = contextOf(command);
      await importResponses(context, await context.openProject(), files, options);
    });
}

async function importResponses(
  { terminal, signal, commandLine }: CommandContext,
  project: Project,
  files: readonly string[],
  options: ImportOptions,
): Promise<void> {
  const { benchmarks } = await loadProjectBenchmarks(project);
  const benchmark = benchmarkOf(benchmarks, options.benchmark);
  const recorded = await readRecorded(files, parseFieldPaths(options.map), options.rows);
  const { responses, unmatched } = matchResponses(benchmark, recorded);
  if (responses.size === 0) {
    throw new Fault("data", `No row of these files belongs to a case of ${benchmark.name}.`, {
      found: `${recorded.length} rows, the first with id ${recorded[0]?.id ?? "none"}`,
      allowed: `ids such as ${benchmark.target[0]?.id ?? "none"}, or the question itself`,
      remedy: "Map the fields: --map question=PATH, or --map id=PATH.",
    });
  }
  const watcher = watchRun(terminal, [], () => performance.now());
  // The recorded cases are all that is taught in this run; what is evaluated stays whole.
  const evaluated = benchmarks.flatMap(({ evaluation }) => evaluation.map(({ key }) => key));
  const filter = { ...allCases, cases: [...responses.keys(), ...evaluated] };
  const open = await openRun(project, { run: null, filter, fresh: false, watcher, signal });
  try {
    const texts = new Map([...responses].map(([key, { response }]) => [key, response]));
    const models = withRecordedTarget(open.services.models, open.services.benchmarks, texts);
    const state = await runLoop({ ...open.services, models }, { until: "collect", iterations: 1 });
    watcher.end();
    const run = open.services.run.id;
    const rows = unmatched.map(({ file, row, line, id }) => ({ file, row, line, id }));
    terminal.result({ run, matched: responses.size, unmatched: rows, state }, () =>
      [
        `Run ${run}: ${responses.size} responses matched, ${unmatched.length} rows belong to no case.`,
        ...rows
          .slice(0, 10)
          .map(
            ({ file, row, line, id }) =>
              `  not matched: ${file}${line === null ? ` row ${row + 1}` : `:${line}`}${id === null ? "" : ` (id ${oneLine(id, 60)})`}`,
          ),
        `Next: ${commandLine(`errors --run ${run}`)}`,
        `Then: ${commandLine(`iterate --run ${run}`)}`,
      ].join("\n"),
    );
    process.exitCode = exitCodeOfState(state);
  } finally {
    watcher.end();
    await open.close();
  }
}

function benchmarkOf(benchmarks: readonly LoopBenchmark[], name: string): LoopBenchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name && benchmark.target.length > 0);
  if (found !== undefined) return found;
  throw new Fault("usage", "The project teaches no benchmark of this name.", {
    found: name,
    allowed: benchmarks
      .filter(({ target }) => target.length > 0)
      .map((benchmark) => benchmark.name)
      .join(", "),
  });
}

async function readRecorded(
  files: readonly string[],
  map: FieldPaths,
  rows: string | undefined,
): Promise<RecordedResponse[]> {
  const fields = new FieldReader(map);
  const recorded: RecordedResponse[] = [];
  for (const file of files) {
    for (const [row, values] of (await readRows(file, rows === undefined ? {} : { rows })).entries()) {
      const line = lineOf(values);
      const response = fields.text(values, "response");
      if (response === null) {
        throw new Fault("data", "This row has no response.", {
          file: path.resolve(file),
          ...(line === null ? {} : { line }),
          field: `${line === null ? `[${row}].` : ""}${fields.describe("response")}`,
          found: Object.keys(values).slice(0, 12).join(", "),
          remedy: "Name the field with --map response=PATH.",
        });
      }
      const question = fields.text(values, "question") ?? fields.text(values, "prompt");
      recorded.push({ file, row, line, id: fields.text(values, "id"), question, response });
    }
  }
  return recorded;
}
