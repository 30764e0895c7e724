import pLimit from "p-limit";
import { type ExtractorName, type Family, familyOf, type JudgeContext, type Protocol } from "../families/index.js";
import { Fault, throwIfCancelled, toFault } from "../fault.js";
import { wilson } from "./interval.js";
import { rememberingRunner } from "./rememberingRunner.js";
import { caseOfRow, missing, RowProblem, scoreBenchmark, shortened } from "./scoreCase.js";
import { FieldReader, scoreFields, type FieldPaths, type OutputRow, type ScoreField } from "./scoreFields.js";

/** One recorded output and where it was read. */
export interface RecordedOutput {
  readonly file: string;
  /** Row of its file, from 0. */
  readonly row: number;
  /** Line on which it begins, from 1; null where its format has no line for each row. */
  readonly line: number | null;
  readonly fields: OutputRow;
  /** Published verdict of the whole file; null where a field of the row has it, or nobody knows. */
  readonly verdict: boolean | null;
}

export interface ScoreOptions {
  readonly benchmark: string;
  readonly protocol: Protocol;
  /** Null leaves the choice to the protocol. */
  readonly extractor: ExtractorName | null;
  readonly paths: FieldPaths;
  readonly context: JudgeContext;
  /** Rows judged at once; matters for code only. */
  readonly concurrency: number;
  /** Told after each row. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A row that could not be judged. It counts neither as right nor as wrong. */
export interface ScoreFault {
  readonly file: string;
  readonly row: number;
  readonly line: number | null;
  readonly id: string;
  readonly field: ScoreField | null;
  readonly message: string;
}

/** What `score` prints. */
export interface ScoreResult {
  /** Rows judged. */
  readonly n: number;
  readonly correct: number;
  /** From 0 to 1. */
  readonly accuracy: number;
  /** Wilson's 95 % interval. */
  readonly interval: readonly [number, number];
  /** Rows whose verdicts under the two protocols differ. */
  readonly disputed: number;
  /** Wrong rows that triage proposes as artefacts of the harness. */
  readonly artefacts: number;
  readonly faults: readonly ScoreFault[];
  /** Comparison with published verdicts, where there are any; ids of the rows that differ. */
  readonly agreement: { readonly compared: number; readonly differ: number; readonly cases: readonly string[] };
}

interface RowVerdict {
  readonly id: string;
  readonly correct: boolean;
  readonly disputed: boolean;
  readonly artefact: boolean;
  readonly published: boolean | null;
}

/**
 * Judges recorded outputs of a model anew. Rows that cannot be judged become entries of `faults`; a field that is in no
 * row at all, or a harness that is not there, is a fault of the whole call.
 */
export async function score(outputs: readonly RecordedOutput[], options: ScoreOptions): Promise<ScoreResult> {
  const family = familyOf(scoreBenchmark(options.benchmark).family);
  const fields = new FieldReader(options.paths);
  const manyFiles = new Set(outputs.map(({ file }) => file)).size > 1;
  refuseAbsentFields(outputs, fields);
  const limit = pLimit(Math.max(1, options.concurrency));
  let done = 0;
  const results = await Promise.all(
    outputs.map((output) =>
      limit(async () => {
        const result = await scoreRow(output, idOf(output, fields, manyFiles), family, fields, options);
        done += 1;
        options.onProgress?.(done, outputs.length);
        return result;
      }),
    ),
  );
  return summarise(results);
}

function summarise(results: readonly (RowVerdict | ScoreFault)[]): ScoreResult {
  const judged = results.filter((result): result is RowVerdict => "correct" in result);
  const count = (test: (verdict: RowVerdict) => boolean): number => judged.filter(test).length;
  const correct = count((verdict) => verdict.correct);
  const compared = judged.filter(({ published }) => published !== null);
  const differ = compared.filter((verdict) => verdict.published !== verdict.correct);
  return {
    n: judged.length,
    correct,
    accuracy: judged.length === 0 ? 0 : correct / judged.length,
    interval: wilson(correct, judged.length),
    disputed: count((verdict) => verdict.disputed),
    artefacts: count((verdict) => verdict.artefact),
    faults: results.filter((result): result is ScoreFault => "message" in result),
    agreement: { compared: compared.length, differ: differ.length, cases: differ.map(({ id }) => id) },
  };
}

/** A mapping that fits no row is a mistake of the call. */
function refuseAbsentFields(outputs: readonly RecordedOutput[], fields: FieldReader): void {
  const [first] = outputs;
  if (first === undefined) return;
  for (const field of scoreFields) {
    const isNeeded = field === "response" || (fields.isMapped(field) && field !== "options");
    if (!isNeeded || outputs.some((output) => present(fields.value(output.fields, field)))) continue;
    throw new Fault("usage", `No row has the field for ${field}.`, {
      file: first.file,
      field: fields.isMapped(field) ? `--map ${field}` : field,
      found: `fields ${Object.keys(first.fields).join(", ")}`,
      allowed: fields.isMapped(field) ? "a dotted path that rows have" : `one of ${fields.describe(field)}`,
      remedy: `Name it with --map ${field}=PATH.`,
    });
  }
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The row's own id, else its number; with the file in front where there are several files. */
function idOf({ file, row, fields: values }: RecordedOutput, fields: FieldReader, manyFiles: boolean): string {
  const own = fields.text(values, "id") ?? String(row);
  return manyFiles ? `${file.split(/[/\\]/).at(-1) ?? file}#${own}` : own;
}

async function scoreRow(
  output: RecordedOutput,
  id: string,
  family: Family,
  fields: FieldReader,
  options: ScoreOptions,
): Promise<RowVerdict | ScoreFault> {
  const { file, row, line } = output;
  throwIfCancelled(options.context.signal);
  try {
    const testCase = caseOfRow(options.benchmark, id, output.fields, fields);
    const response = fields.text(output.fields, "response");
    if (response === null) throw missing(output.fields, fields, "response");
    const published = publishedVerdict(output, fields);
    const { runner } = options.context;
    const context = { ...options.context, runner: runner === null ? null : rememberingRunner(runner) };
    const { protocol } = options;
    const extractor = options.extractor ?? undefined;
    const verdict = await family.judge(testCase, response, protocol, context, extractor);
    const other = await family.judge(testCase, response, protocol === "paper" ? "clean" : "paper", context, extractor);
    const artefact = verdict.correct ? null : await family.triage(testCase, response, verdict, context);
    const { correct } = verdict;
    return { id, correct, disputed: correct !== other.correct, artefact: artefact !== null, published };
  } catch (thrown) {
    if (thrown instanceof RowProblem) return { file, row, line, id, field: thrown.field, message: thrown.message };
    const fault = toFault(thrown);
    // A harness that fails for one program must not hide the others; without any harness there is nothing to report.
    if (fault.kind !== "sandbox" || options.context.runner === null) throw fault;
    return { file, row, line, id, field: null, message: fault.message };
  }
}

/** The verdict that somebody published: the file's, else the row's; null when there is none. */
function publishedVerdict({ verdict, fields: row }: RecordedOutput, fields: FieldReader): boolean | null {
  if (verdict !== null) return verdict;
  const value = fields.value(row, "verdict");
  if (value === undefined || value === null) {
    if (fields.isMapped("verdict")) throw missing(row, fields, "verdict");
    return null;
  }
  const text = (typeof value === "string" ? value : JSON.stringify(value)).trim().toLowerCase();
  if (/^(?:true|1|1\.0|yes|right|correct|passed|pass)$/.test(text)) return true;
  if (/^(?:false|0|0\.0|no|wrong|incorrect|failed|fail)$/.test(text)) return false;
  if (!fields.isMapped("verdict")) return null;
  throw new RowProblem("verdict", `${shortened(text)} is no verdict; allowed are true and false`);
}
