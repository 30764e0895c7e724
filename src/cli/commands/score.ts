import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { collect } from "../options.js";
import { lineOf, readRows } from "../../adapters/rows/index.js";
import { createCodeRunner } from "../../adapters/sandbox/index.js";
import {
  parseFieldPaths,
  type RecordedOutput,
  score,
  scoreBenchmark,
  scoreBenchmarks,
  scoreFields,
  type ScoreResult,
} from "../../engine/evaluation/index.js";
import { type ExtractorName, extractorNames, protocols } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import type { CodeRunner } from "../../engine/seams/index.js";
import { contextOf } from "../context.js";
import { exitCodes } from "../exit.js";

/** What the user asked for, as text. */
export interface ScoreRequest {
  readonly files: readonly string[];
  readonly benchmark: string;
  readonly protocol: string;
  readonly extractor?: string | undefined;
  /** `FIELD=PATH` pairs. */
  readonly map?: readonly string[] | undefined;
  /** Path of the array in a JSON object. */
  readonly rows?: string | undefined;
  /** `FILE=true|false` pairs. */
  readonly verdict?: readonly string[] | undefined;
  /** Seconds that the tests of one program may take. */
  readonly seconds?: number | undefined;
}

/** What the command needs of the machine. */
export interface ScoreServices {
  /** Called once, and only for benchmarks whose answers are programs. */
  readonly createRunner: () => Promise<CodeRunner>;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/** Judges the recorded outputs of the named files anew. Faults of kind `usage` or `data` end with exit code 2. */
export async function scoreCommand(request: ScoreRequest, services: ScoreServices): Promise<ScoreResult> {
  const { family } = scoreBenchmark(request.benchmark);
  const protocol = oneOf("--protocol", request.protocol, protocols);
  const extractor = request.extractor === undefined ? null : extractorFor(request.extractor, family);
  const paths = parseFieldPaths(request.map ?? []);
  const outputs = await readOutputs(request);
  const runner = family === "code" ? await services.createRunner() : null;
  try {
    return await score(outputs, {
      benchmark: request.benchmark,
      protocol,
      extractor,
      paths,
      context: { runner, timeoutMs: (request.seconds ?? 20) * 1000, judge: null, signal: services.signal },
      concurrency: runner === null ? 1 : availableParallelism(),
      onProgress: progress(services.note),
    });
  } finally {
    await runner?.close();
  }
}

/** A line at the start of each further tenth, for files long enough that somebody waits. */
function progress(note: (line: string) => void): (done: number, total: number) => void {
  let shown = Date.now();
  return (done, total) => {
    if (Date.now() - shown < 2000 && !(done === total && total >= 1000)) return;
    shown = Date.now();
    note(`${done} of ${total} rows judged`);
  };
}

async function readOutputs({ files, rows, verdict = [] }: ScoreRequest): Promise<RecordedOutput[]> {
  if (files.length === 0) {
    throw new Fault("usage", "No file to score was named.", { remedy: "Name at least one file of recorded outputs." });
  }
  const verdicts = fileVerdicts(verdict, files);
  const outputs: RecordedOutput[] = [];
  for (const file of files) {
    const found = await readRows(file, { rows });
    for (const [row, fields] of found.entries()) {
      outputs.push({ file, row, line: lineOf(fields), fields, verdict: verdicts.get(resolve(file)) ?? null });
    }
  }
  return outputs;
}

/** The published verdict of each file that `--verdict` names, by path or by its bare name. */
function fileVerdicts(pairs: readonly string[], files: readonly string[]): Map<string, boolean> {
  const verdicts = new Map<string, boolean>();
  for (const pair of pairs) {
    const at = pair.lastIndexOf("=");
    const name = pair.slice(0, Math.max(0, at));
    const value = pair.slice(at + 1);
    const named = files.filter((file) => resolve(file) === resolve(name));
    const matching = named.length > 0 ? named : files.filter((file) => basename(file) === name);
    if (at === -1 || matching.length === 0 || (value !== "true" && value !== "false")) {
      throw new Fault("usage", "A file's verdict cannot be read.", {
        field: "--verdict",
        found: pair,
        allowed: "FILE=true or FILE=false, with one of the files to score",
        remedy: `Name one of: ${files.join(", ")}.`,
      });
    }
    for (const file of matching) verdicts.set(resolve(file), value === "true");
  }
  return verdicts;
}

function oneOf<T extends string>(field: string, found: string, allowed: readonly T[]): T {
  const value = allowed.find((name) => name === found);
  if (value !== undefined) return value;
  throw new Fault("usage", `${field} has a value that does not exist.`, {
    field,
    found,
    allowed: allowed.join(", "),
    remedy: "Choose one of the allowed values.",
  });
}

/** `option-letter` needs options and `code` an entry point: other families have neither. */
function extractorFor(name: string, family: string): ExtractorName {
  const special: { readonly [extractor: string]: string } = { "option-letter": "choice", code: "code" };
  const usable = extractorNames.filter((extractor) => (special[extractor] ?? family) === family);
  return oneOf("--extractor", name, usable);
}

interface ScoreFlags {
  readonly benchmark: string;
  readonly protocol: string;
  readonly extractor?: string;
  readonly map: string[];
  readonly rows?: string;
  readonly verdict: string[];
  readonly seconds?: number;
  readonly plainProcess?: boolean;
}

export function registerScore(program: Command): void {
  program
    .command("score")
    .description("judge recorded outputs of a model anew and compare with published verdicts")
    .argument("<file...>", "recorded outputs: .jsonl, .json, .csv or .parquet, each also with .gz")
    .requiredOption("--benchmark <name>", `form of the gold answers: ${Object.keys(scoreBenchmarks).join(", ")}`)
    .option("--protocol <name>", "paper: as the published systems judged; clean: the careful version", "clean")
    .option(
      "--extractor <name>",
      `how an answer is read: ${extractorNames.join(", ")}; the protocol picks one if none is given`,
    )
    .option(
      "--map <field=path>",
      `where a field stands, as a dotted path: ${scoreFields.join(", ")} (repeat)`,
      collect,
      [],
    )
    .option("--rows <path>", "the array of rows inside a JSON object, as a dotted path")
    .option("--verdict <file=true|false>", "the published verdict of all rows of a file (repeat)", collect, [])
    .option("--seconds <n>", "time that the tests of one program may take", positive, 20)
    .option("--plain-process", "run programs without a sandbox where none is available; only for programs you trust")
    .addHelpText(
      "after",
      `
Examples:
  $ preceptor score outputs.jsonl --benchmark gsm8k --protocol paper --map response=model.text
  $ preceptor score right.jsonl.gz wrong.jsonl.gz --benchmark mmlu --verdict right.jsonl.gz=true --verdict wrong.jsonl.gz=false
  $ preceptor score results.json --rows outputs --benchmark bbh --extractor last-answer-is --json`,
    )
    .action(async (files: string[], flags: ScoreFlags, command: Command) => {
      const { terminal, signal } = contextOf(command);
      const result = await scoreCommand(
        { files, ...flags },
        {
          createRunner: () =>
            createCodeRunner(flags.plainProcess === true ? { allow: ["bubblewrap", "landlock", "process"] } : {}),
          signal,
          note: (line) => {
            terminal.note(line);
          },
        },
      );
      terminal.result(result, () => scoreText(result));
      if (result.n === 0 && result.faults.length > 0) process.exitCode = exitCodes.usage;
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Fault("usage", "A number of seconds is above 0.", {
    field: "--seconds",
    found: text,
    allowed: "a number above 0",
    remedy: "Write for example --seconds 3.",
  });
}

/** The result for people. */
export function scoreText(result: ScoreResult): string {
  const { n, correct, accuracy, interval, disputed, artefacts, faults, agreement } = result;
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const lines = [
    `${correct} of ${n} right: ${percent(accuracy)} (95 % interval ${percent(interval[0])} to ${percent(interval[1])})`,
    `${disputed} disputed between the protocols, ${artefacts} wrong ones proposed as artefacts`,
  ];
  if (n === 0 && faults.length > 0) lines.push("No row could be judged: name the fields with --map FIELD=PATH.");
  if (agreement.compared > 0) {
    const cases = agreement.cases.length === 0 ? "" : `: ${agreement.cases.slice(0, 20).join(", ")}`;
    const more = agreement.cases.length > 20 ? ` and ${agreement.cases.length - 20} more` : "";
    lines.push(`${agreement.compared} compared with published verdicts, ${agreement.differ} differ${cases}${more}`);
  }
  for (const { file, row, line, message } of faults.slice(0, 20)) {
    lines.push(`not judged: ${file}${line === null ? `, row ${row}` : `:${line}`}: ${message}`);
  }
  if (faults.length > 20) lines.push(`… and ${faults.length - 20} more that could not be judged`);
  return lines.join("\n");
}
