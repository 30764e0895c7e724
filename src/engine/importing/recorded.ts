/** One row of a file of recorded outputs: names as the file has them, or as its format is read here. */
export type RecordedFields = { readonly [field: string]: unknown };

/** Who wrote a file, as its content shows: lm-evaluation-harness, Inspect, or anybody. */
export type RecordedFormat = "lm-eval" | "inspect" | "rows";

/**
 * Why a row is not imported.
 * - `no-response`: the tool has no text for it, for example because the sample ended with an error;
 * - `epoch`, `repeat`, `filter`: further answers to a question, or the same answer under another filter of the tool;
 * - `duplicate`: an earlier row answered the same case; `already`: the run holds a response to it;
 * - `evaluated`: its case is in a target split and in an evaluation set, which is never taught;
 * - `other-options`: the question is known, but with other options or in another order, so that its letter means something else;
 * - `no-case`: no case of the benchmark has this question or id.
 */
export const leftOutReasons = [
  "no-response",
  "epoch",
  "repeat",
  "filter",
  "duplicate",
  "already",
  "evaluated",
  "other-options",
  "no-case",
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

/** A row that is not imported, with where it stands and why. */
export interface LeftOutRow {
  /** Row of the file, from 0; of an Inspect archive the number of the sample in its order. */
  readonly row: number;
  /** Line on which it begins, from 1; null where the format has no line for each row. */
  readonly line: number | null;
  readonly id: string | null;
  readonly reason: LeftOutReason;
  /** What the file says about it, such as the message of an error; null when there is nothing to add. */
  readonly detail: string | null;
}

export interface RecordedRow {
  readonly row: number;
  readonly line: number | null;
  readonly fields: RecordedFields;
}

/** What a file of recorded outputs holds. */
export interface RecordedContent {
  readonly format: RecordedFormat;
  /** Name of the task and of the model, as the tool calls them; null where the file does not say. */
  readonly task: string | null;
  readonly model: string | null;
  readonly rows: readonly RecordedRow[];
  /** Rows that hold nothing of their own to import, whatever the mapping. */
  readonly leftOut: readonly LeftOutRow[];
}

/** A text on one line, cut to a length, for lists and faults. */
export function shortText(text: string, length: number): string {
  const line = text
    .slice(0, length * 4)
    .replaceAll(/\s+/gu, " ")
    .trim();
  return line.length > length || text.length > length * 4 ? `${line.slice(0, length)}…` : line;
}

/** White space folded, as questions are compared. */
export function foldSpace(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}

export function isRecord(value: unknown): value is RecordedFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A published verdict as tools write it: booleans, 1 and 0, `C` and `I` of Inspect, words. Null for anything else. */
export function verdictOf(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== "string") return null;
  const text = value.trim().toLowerCase();
  if (/^(?:true|1|1\.0+|c|yes|right|correct|passed|pass)$/u.test(text)) return true;
  return /^(?:false|0|0\.0+|i|no|wrong|incorrect|failed|fail)$/u.test(text) ? false : null;
}
