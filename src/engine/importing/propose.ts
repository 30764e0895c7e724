import { valueAt } from "../evaluation/index.js";
import type { CaseIndex } from "./caseIndex.js";
import type { Column } from "./columns.js";
import { lmEvalVerdict } from "./lmEval.js";
import type { ImportMapping } from "./mapping.js";
import { countRoles, matchRows } from "./matching.js";
import { verdictOf, type RecordedContent, type RecordedRow } from "./recorded.js";

/** How well a file fits a benchmark, and where its fields seem to be. */
export interface Proposal {
  readonly benchmark: string;
  readonly mapping: ImportMapping;
  /** Rows that belong to a case whose errors are taught. */
  readonly matched: number;
  /** Rows about a case of an evaluation set: they are evaluated and never taught. */
  readonly evaluated: number;
}

/** Names that tools and people give to a model's answer, the likeliest first; the last part of a path is compared. */
const responseNames = [
  "response",
  "raw_response",
  "generation",
  "model_output",
  "completion",
  "output",
  "prediction",
  "generated_text",
  "solution",
  "generated_solution",
  "model_answer",
  "text",
];
const idNames = ["id", "task_id", "question_id", "unique_id", "case_id", "key"];
const optionNames = ["choices", "options", "choices.text", "endings"];
const verdictNames = ["is_correct", "passed", "correct", "is_solved", "verdict", "score", "exact_match", "acc"];
/** A response is not looked for among what the tool was given. */
const givenNames =
  /(?:^|\.)(?:doc|arguments|metadata|target|gold|answer|reference|canonical_solution|ground_truth)(?:\.|$)/u;
const lookedAt = 400;

/**
 * Proposes a mapping for every benchmark that some rows belong to, the best first: the question is the column whose
 * texts are questions of the benchmark, an id counts where ids say more than a row's number. `matched` and `evaluated`
 * count all rows.
 *
 * @param named benchmark that a person named: there ids that only number its rows are taken for what they say.
 */
export function proposeMappings(
  content: RecordedContent,
  columns: readonly Column[],
  indexes: readonly CaseIndex[],
  named: string | null = null,
): Proposal[] {
  const some = spread(content.rows, lookedAt);
  const proposals = indexes.flatMap((index): Proposal[] => {
    const mapping = proposeFor(content, columns, index, some, index.name === named);
    if (mapping === null) return [];
    return [{ benchmark: index.name, mapping, ...fitOf(content.rows, mapping, index) }];
  });
  // Forms of one benchmark share their ids; the one whose questions the file has is meant.
  const byQuestion = new Map(
    proposals.map((each) => [each, questionsIn(some, each.mapping.question, each.benchmark, indexes)]),
  );
  const asked = (each: Proposal): number => byQuestion.get(each) ?? 0;
  return proposals
    .filter(({ matched, evaluated }) => matched + evaluated > 0)
    .sort((a, b) => byFit(a, b) || asked(b) - asked(a));
}

/** Orders proposals: the more rows have a case the better, and of as many those that can be taught. */
export function byFit(a: Pick<Proposal, "matched" | "evaluated">, b: Pick<Proposal, "matched" | "evaluated">): number {
  return b.matched + b.evaluated - a.matched - a.evaluated || b.matched - a.matched;
}

/** How many rows a mapping brings to cases of a benchmark. */
export function fitOf(
  rows: readonly RecordedRow[],
  mapping: ImportMapping,
  index: CaseIndex,
): { readonly matched: number; readonly evaluated: number } {
  // Where nobody knows yet which field is the response, the rows still belong to their cases.
  const read = { ...mapping, response: mapping.response ?? mapping.question ?? mapping.id };
  return countRoles(matchRows(rows, read, index, new Map()).matched);
}

function questionsIn(
  rows: readonly RecordedRow[],
  path: string | undefined,
  benchmark: string,
  indexes: readonly CaseIndex[],
): number {
  const index = indexes.find(({ name }) => name === benchmark);
  return path === undefined || index === undefined ? 0 : count(rows, path, (text) => index.byQuestion(text).length > 0);
}

function proposeFor(
  content: RecordedContent,
  columns: readonly Column[],
  index: CaseIndex,
  rows: readonly RecordedRow[],
  isNamed: boolean,
): ImportMapping | null {
  const texts = columns.filter(({ kind }) => kind === "text");
  const question = best(texts, (path) => count(rows, path, (text) => index.byQuestion(text).length > 0));
  const ids = columns.filter(
    ({ path, kind }) => idNames.includes(lastName(path)) && (kind === "text" || kind === "number"),
  );
  // A row's number says which case it is only if somebody said which benchmark, and there is no question to ask.
  const id =
    index.numbered && (!isNamed || question !== null)
      ? null
      : best(ids, (path) => count(rows, path, (text) => index.byId(text) !== null));
  if (question === null && id === null) return null;
  const response = responsePath(content, columns, question, rows);
  const options = index.hasOptions ? optionsPath(columns) : null;
  const verdict = verdictPath(content, columns, rows);
  return {
    ...(id === null ? {} : { id }),
    ...(question === null ? {} : { question }),
    ...(response === null ? {} : { response }),
    ...(options === null ? {} : { options }),
    ...(verdict === null ? {} : { verdict }),
  };
}

function responsePath(
  { format }: RecordedContent,
  columns: readonly Column[],
  question: string | null,
  rows: readonly RecordedRow[],
): string | null {
  if (format === "lm-eval") return "resps.0.0";
  if (format === "inspect") return "output";
  const texts = columns.filter(({ path, kind }) => kind === "text" && path !== question && !givenNames.test(path));
  for (const name of responseNames) {
    const named = texts.filter(({ path }) => lastName(path).toLowerCase() === name);
    const fullest = best(named, (path) => count(rows, path, () => true));
    if (fullest !== null) return fullest;
  }
  return null;
}

function optionsPath(columns: readonly Column[]): string | null {
  const paths = new Map(columns.map(({ path, kind }) => [path, kind]));
  const list = columns.find(
    ({ path, kind }) =>
      (kind === "list" || kind === "object") && optionNames.some((name) => path === name || path.endsWith(`.${name}`)),
  );
  if (list !== undefined) return list.path;
  const first = columns.find(({ path }) => lastName(path) === "A");
  if (first === undefined) return null;
  const prefix = first.path.slice(0, -1);
  const letters = [..."ABCDEFGHIJ"].map((letter) => `${prefix}${letter}`);
  const end = letters.findIndex((path) => !paths.has(path));
  return end < 2 ? null : letters.slice(0, end).join(",");
}

function verdictPath(
  { format }: RecordedContent,
  columns: readonly Column[],
  rows: readonly RecordedRow[],
): string | null {
  const [first] = rows;
  if (format === "lm-eval") return first === undefined ? null : lmEvalVerdict(first.fields);
  const named = verdictNames.flatMap((name) => columns.filter(({ path }) => path === name));
  return named.find(({ path }) => rows.some(({ fields }) => verdictOf(valueAt(fields, path)) !== null))?.path ?? null;
}

/** The column with the highest count; the first of equals, none when all are 0. */
function best(columns: readonly Column[], counted: (path: string) => number): string | null {
  let found: string | null = null;
  let most = 0;
  for (const { path } of columns) {
    const matches = counted(path);
    if (matches > most) [found, most] = [path, matches];
  }
  return found;
}

function count(rows: readonly RecordedRow[], path: string, test: (text: string) => boolean): number {
  let sum = 0;
  for (const { fields } of rows) {
    const value = valueAt(fields, path);
    if ((typeof value === "string" || typeof value === "number") && test(String(value))) sum += 1;
  }
  return sum;
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** At most so many rows, spread evenly. */
function spread<T>(rows: readonly T[], most: number): T[] {
  const step = Math.max(1, rows.length / most);
  return Array.from({ length: Math.min(rows.length, most) }, (_, at) => rows[Math.floor(at * step)]).filter(
    (row) => row !== undefined,
  );
}
