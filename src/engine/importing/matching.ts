import type { Case } from "../families/index.js";
import { optionsOf, type CaseIndex } from "./caseIndex.js";
import { readMapped, type ImportMapping, type MappedRow } from "./mapping.js";
import { foldSpace, type LeftOutReason, type LeftOutRow, type RecordedRow } from "./recorded.js";

/** A recorded response with the case that it answers. */
export interface MatchedRow {
  readonly row: number;
  /** Line of the file, counted from 1; null where its form has none. */
  readonly line: number | null;
  readonly key: string;
  /** Whether the case is of an evaluation set: its response is evaluated and never taught. */
  readonly evaluated: boolean;
  readonly response: string;
  /** The tool's own verdict, where the mapping names one and the row has it. */
  readonly verdict: boolean | null;
  /** Why the model stopped, as the file says it; null where it does not. */
  readonly stop: string | null;
}

export interface Matching {
  readonly matched: readonly MatchedRow[];
  readonly leftOut: readonly LeftOutRow[];
}

/**
 * Finds the case of each row: by the question (white space folded), with its options where both have some, else by the
 * id unless ids only number the rows of upstream's file. Where upstream repeats a question, its repetitions take the
 * rows in order. A row about a case that target and evaluation share is about the split that most other rows are about; where
 * that is the target it is left out, for what is evaluated is never taught.
 *
 * @param taken keys that have a response already, from an earlier file or of the run; the function adds what it matches.
 */
export function matchRows(
  rows: readonly RecordedRow[],
  mapping: ImportMapping,
  index: CaseIndex,
  taken: Map<string, "duplicate" | "already">,
): Matching {
  const matched: MatchedRow[] = [];
  const leftOut: LeftOutRow[] = [];
  const ids = new Map<string, string | null>();
  for (const { row, line, fields } of rows) {
    const mapped = readMapped(fields, mapping);
    const found = caseOf(mapped, index, taken);
    if (mapped.response === null || typeof found === "string") {
      const reason = mapped.response === null ? "no-response" : (found as LeftOutReason);
      leftOut.push({ row, line, id: mapped.id, reason, detail: null });
      continue;
    }
    taken.set(found.key, "duplicate");
    const stop = typeof fields["stop"] === "string" ? fields["stop"] : null;
    const { key } = found;
    ids.set(key, mapped.id);
    const evaluated = index.isEvaluated(found);
    matched.push({ row, line, key, evaluated, response: mapped.response, verdict: mapped.verdict, stop });
  }
  const taught = matched.filter(({ evaluated }) => !evaluated).length;
  const shared = matched.filter((each) => index.isShared(each));
  if (shared.length === 0 || taught <= matched.length - taught - shared.length) return { matched, leftOut };
  for (const { row, line, key } of shared) {
    taken.delete(key);
    leftOut.push({ row, line, id: ids.get(key) ?? null, reason: "evaluated", detail: null });
  }
  return { matched: matched.filter((each) => !index.isShared(each)), leftOut };
}

/** How many of the rows are about cases that are taught, and how many about evaluated ones. */
export function countRoles(matched: readonly Pick<MatchedRow, "evaluated">[]): {
  readonly matched: number;
  readonly evaluated: number;
} {
  const evaluated = matched.filter((row) => row.evaluated).length;
  return { matched: matched.length - evaluated, evaluated };
}

function caseOf(
  { question, id, options }: MappedRow,
  index: CaseIndex,
  taken: ReadonlyMap<string, "duplicate" | "already">,
): Case | LeftOutReason {
  const same = question === null ? [] : index.byQuestion(question);
  const fitting = options === null ? same : same.filter((each) => sameOptions(options, optionsOf(each)));
  if (same.length > 0) {
    const free = fitting.find(({ key }) => !taken.has(key));
    if (free !== undefined) return free;
    const [first] = fitting;
    return first === undefined ? "other-options" : (taken.get(first.key) ?? "duplicate");
  }
  const named = id === null || (question !== null && index.numbered) ? null : index.byId(id);
  return named === null ? "no-case" : (taken.get(named.key) ?? named);
}

function sameOptions(options: readonly string[], own: readonly string[] | null): boolean {
  if (own === null) return true;
  return own.length === options.length && own.every((text, at) => foldSpace(text) === foldSpace(options[at] ?? ""));
}

/** How many rows were left out for each reason. */
export function countReasons(leftOut: readonly LeftOutRow[]): { readonly [reason in LeftOutReason]?: number } {
  const counts: { [reason in LeftOutReason]?: number } = {};
  for (const { reason } of leftOut) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
