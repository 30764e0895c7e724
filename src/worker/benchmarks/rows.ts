import type { TriageDecision } from "../../engine/errors/index.js";
import type { Case, Family } from "../../engine/families/index.js";
import type { LoopBenchmark } from "../../engine/iteration/index.js";
import { oneLine } from "../../protocol/safeText.js";
import type { CaseRow } from "../../protocol/worker/benchmarks.js";
import type { CaseFilter, CaseSort, Change, Grouping } from "../../protocol/worker/caseFilter.js";
import type { Answer, Answers } from "./answerFile.js";
import type { Haystack } from "./haystack.js";
import { searchFor, withinTime, type Search } from "./search.js";

/** An answer beside its case; null when the project does not have the case (any more). */
export interface Row {
  readonly answer: Answer;
  readonly testCase: Case | null;
}

export type Triage = ReadonlyMap<string, TriageDecision>;

/** What a row is told from, beside itself. */
export interface RowContext {
  readonly family: Family | null;
  readonly triage: Triage;
}

/** What a text is searched in, beside the rows; null for a filter without a text. */
export interface Searched {
  /** Questions by key, of the cases that the project has. */
  readonly questions: Haystack;
  /** Responses by key. */
  readonly responses: Haystack;
}

/** How long a search may keep the thread, in milliseconds. */
const searchTime = 2000;

/** Answers in the order of the cases; those of unknown cases follow in the order in which they arrived. */
export function joinRows(answers: Answers, benchmark: LoopBenchmark | null): Row[] {
  const rows: Row[] = [];
  const known = new Set<string>();
  for (const testCase of [...(benchmark?.target ?? []), ...(benchmark?.evaluation ?? [])]) {
    const answer = answers.get(testCase.key);
    if (answer === undefined || known.has(testCase.key)) continue;
    known.add(testCase.key);
    rows.push({ answer, testCase });
  }
  if (known.size === answers.size) return rows;
  for (const answer of answers.values()) if (!known.has(answer.key)) rows.push({ answer, testCase: null });
  return rows;
}

/** What a case became against an earlier answer to it; null when nothing, or when there is none. */
export function changeOf(answer: Answer, earlier: Answers | null): Change | null {
  const before = earlier?.get(answer.key);
  if (before === undefined) return null;
  const was = before.verdict === "right";
  const is = answer.verdict === "right";
  return was === is ? null : is ? "learned" : "forgotten";
}

/** Whether somebody has still to look at the proposal to call an answer an artefact. */
export function openProposal(answer: Answer, triage: Triage): boolean {
  return answer.artefact !== null && !triage.has(answer.key);
}

/**
 * The rows that a filter lets through.
 *
 * @param searched texts, for a filter with one.
 * @param earlier answers that `since` compares with.
 */
export function filterRows(
  rows: readonly Row[],
  filter: CaseFilter,
  { triage }: Pick<RowContext, "triage">,
  searched: Searched | null,
  earlier: Answers | null,
): Row[] {
  const { right, verdicts, disputed, artefact, since } = filter;
  const changes = since?.changes ?? [];
  // Whoever asks for a kind of right answer wants to see it.
  const alsoRight = right || verdicts.includes("right") || changes.includes("learned");
  const states = new Set<string>(filter.triage);
  const chosen = rows.filter(({ answer }) => {
    if (answer.verdict === "right" && !alsoRight) return false;
    if (verdicts.length > 0 && !verdicts.includes(answer.verdict)) return false;
    if (states.size > 0 && !states.has(triage.get(answer.key)?.decision ?? "undecided")) return false;
    if (disputed && !answer.disputed) return false;
    if (artefact && !openProposal(answer, triage)) return false;
    if (changes.length === 0) return true;
    const became = changeOf(answer, earlier);
    return became !== null && changes.includes(became);
  });
  if (filter.text === "" || searched === null) return chosen;
  const search = searchFor(filter.text, filter.regex);
  const found = (): Row[] => {
    const inQuestion = search.within(searched.questions);
    const inResponse = search.within(searched.responses);
    return chosen.filter((row) => inQuestion(row.answer.key) || inResponse(row.answer.key) || rowMatches(row, search));
  };
  return search.mayTakeLong ? withinTime(searchTime, found) : found();
}

function rowMatches({ answer: { key, value, failure }, testCase }: Row, { matches }: Search): boolean {
  if (matches(key)) return true;
  if (testCase !== null && testCase.group !== null && matches(testCase.group)) return true;
  return (value !== null && matches(value)) || (failure !== null && matches(failure.message));
}

/** The value that a grouping gives to a row; empty for none. */
export function groupValue({ answer, testCase }: Row, by: Grouping, { family, triage }: RowContext): string {
  switch (by) {
    case "group":
      return testCase?.group ?? "";
    case "outcome":
      return answer.outcome;
    case "verdict":
      return answer.verdict;
    case "triage":
      return triage.get(answer.key)?.decision ?? "undecided";
    case "type":
      return testCase === null ? "" : (family?.questionType(testCase) ?? "");
    case "none":
      return "";
  }
}

const collator = new Intl.Collator("en", { numeric: true });

/** Rows in the wanted order; equal ones stay in the order of the cases. */
export function sortRows(rows: readonly Row[], sort: CaseSort): readonly Row[] {
  if (sort === "case") return rows;
  const most = (number: (row: Row) => number): Row[] => [...rows].sort((a, b) => number(b) - number(a));
  switch (sort) {
    case "key":
      return [...rows].sort((a, b) => collator.compare(a.answer.key, b.answer.key));
    case "length":
      return most(({ testCase }) => testCase?.question.length ?? 0);
    case "tokens":
      return most(({ answer }) => answer.tokens);
    case "cost":
      return most(({ answer }) => answer.cost ?? 0);
    case "group":
      return [...rows].sort((a, b) => collator.compare(a.testCase?.group ?? "", b.testCase?.group ?? ""));
  }
}

/** A row as it crosses to the view. */
export function caseRowOf({ answer, testCase }: Row, { family, triage }: RowContext, earlier: Answers | null): CaseRow {
  const { artefact: _proposed, ...rest } = answer;
  const parts = answer.key.split("/");
  return {
    ...rest,
    id: testCase?.id ?? parts.slice(2).join("/"),
    question: testCase === null ? "" : briefLine(testCase, family),
    group: testCase?.group ?? null,
    artefact: openProposal(answer, triage) ? answer.artefact : null,
    triage: triage.get(answer.key)?.decision ?? null,
    change: changeOf(answer, earlier),
  };
}

/** What a case is about, in the line of a list. */
export function briefLine(testCase: Case, family: Family | null): string {
  return oneLine(family?.brief?.(testCase) ?? testCase.question, 120);
}
