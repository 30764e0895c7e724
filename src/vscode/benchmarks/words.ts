import * as vscode from "vscode";
import type { CaseRow, Figures } from "../../protocol/worker/benchmarks.js";
import type { CaseFilter, CaseSort, Change, Grouping, TriageState, Verdict } from "../../protocol/worker/caseFilter.js";
import { reasonWords, triageWords } from "../cases/caseWords.js";
import { number, percent } from "../numbers.js";
import { plainLine } from "../plainText.js";

/** "42.4 % ±1.1 · 4,303 errors · ▲ 6.1". */
export function figuresWords({ n, correct, interval: [low, high], change, disputed, artefacts }: Figures): string {
  const { t } = vscode.l10n;
  const parts = [
    n === 0 ? t("no answers") : `${percent(correct / n)} ±${number(((high - low) / 2) * 100, 1)}`,
    errorsWords(n - correct),
  ];
  const points = change === null ? 0 : ((change.learned - change.forgotten) / change.shared) * 100;
  if (Math.abs(points) >= 0.05) parts.push(`${points > 0 ? "▲" : "▼"} ${number(Math.abs(points), 1)}`);
  if (artefacts > 0) parts.push(t("{0} artefacts?", number(artefacts)));
  if (disputed > 0) parts.push(t("{0} disputed", number(disputed)));
  return parts.join(" · ");
}

export function errorsWords(count: number): string {
  return count === 1 ? vscode.l10n.t("1 error") : vscode.l10n.t("{0} errors", number(count));
}

export function casesWords(count: number): string {
  return count === 1 ? vscode.l10n.t("1 case") : vscode.l10n.t("{0} cases", number(count));
}

/** All figures of a set as lines of plain text. */
export function figuresLines(figures: Figures): string[] {
  const { n, correct, interval, triaged, change, disputed, artefacts } = figures;
  const { t } = vscode.l10n;
  const lines = [
    t("{0} of {1} right: {2}", number(correct), number(n), percent(n === 0 ? 0 : correct / n)),
    t("95 % interval: {0} to {1}", percent(interval[0]), percent(interval[1])),
  ];
  if (triaged !== null && triaged.n > 0) {
    lines.push(
      t(
        "Triaged: {0} of {1} right: {2}",
        number(triaged.correct),
        number(triaged.n),
        percent(triaged.correct / triaged.n),
      ),
    );
  }
  if (change !== null) {
    lines.push(
      t(
        "Since {0}, {1}: {2} learned, {3} forgotten of {4} shared cases",
        plainLine(change.run, 60),
        iterationWords(change.iteration),
        number(change.learned),
        number(change.forgotten),
        number(change.shared),
      ),
    );
  }
  if (disputed > 0) lines.push(t("On {0} the protocols disagree", casesWords(disputed)));
  if (artefacts > 0) lines.push(t("{0} may be artefacts of the harness: look at them", casesWords(artefacts)));
  return lines;
}

export function iterationWords(iteration: number): string {
  return iteration === 0 ? vscode.l10n.t("base") : vscode.l10n.t("iteration {0}", iteration);
}

export function verdictWords(verdict: Verdict): string {
  const { t } = vscode.l10n;
  switch (verdict) {
    case "right":
      return t("right");
    case "wrong":
      return t("wrong");
    case "no-answer":
      return t("no answer");
    case "cut-off":
      return t("cut off");
  }
}

export function changeWords(change: Change): string {
  return change === "learned" ? vscode.l10n.t("learned") : vscode.l10n.t("forgotten");
}

export function triageStateWords(state: TriageState): string {
  return state === "undecided" ? vscode.l10n.t("undecided") : triageWords(state);
}

export function groupingWords(by: Grouping): string {
  const { t } = vscode.l10n;
  switch (by) {
    case "group":
      return t("Subject or Task");
    case "outcome":
      return t("Error Type");
    case "verdict":
      return t("Verdict");
    case "triage":
      return t("Triage");
    case "type":
      return t("Question Type");
    case "none":
      return t("No Groups");
  }
}

export function sortWords(sort: CaseSort): string {
  const { t } = vscode.l10n;
  switch (sort) {
    case "case":
      return t("Order of the Benchmark");
    case "key":
      return t("Key");
    case "length":
      return t("Question Length");
    case "tokens":
      return t("Tokens");
    case "cost":
      return t("Cost");
    case "group":
      return t("Subject or Task");
  }
}

/** The name of a group: words for the codes that are known, else the value as it is. */
export function groupWords(by: Grouping, value: string): string {
  const { t } = vscode.l10n;
  if (value === "") return t("none");
  const known = by === "type" ? typeWords(value) : by === "group" ? null : codeWords(value);
  return known ?? plainLine(value, 80);
}

/** How an answer failed, in words where it is one of our codes; names of exceptions stay as they are. */
export function outcomeWords(outcome: string): string {
  return codeWords(outcome) ?? plainLine(outcome, 60);
}

function codeWords(code: string): string | null {
  const { t } = vscode.l10n;
  const words: { readonly [code: string]: string } = {
    right: t("right"),
    wrong: t("wrong"),
    "no-answer": t("no answer"),
    "cut-off": t("cut off"),
    undecided: t("undecided"),
    "true-error": t("true error"),
    artefact: t("artefact"),
    "bad-gold": t("bad gold"),
    disputed: t("disputed"),
    ignored: t("ignored"),
    timeout: t("timeout"),
    "missing-entry-point": t("missing function"),
    assertion: t("failing test"),
    exception: t("exception"),
    syntax: t("syntax error"),
    memory: t("out of memory"),
    output: t("too much output"),
    killed: t("ended from outside"),
    forbidden: t("forbidden by the sandbox"),
  };
  return Object.hasOwn(words, code) ? (words[code] ?? null) : null;
}

function typeWords(type: string): string | null {
  const { t } = vscode.l10n;
  const [, options] = /^(\d+)-options$/u.exec(type) ?? [];
  if (options !== undefined) return t("{0} options", options);
  const words: { readonly [type: string]: string } = {
    number: t("number"),
    latex: t("expression"),
    unanswerable: t("cannot be answered"),
    assertions: t("assertions"),
    check: t("check function"),
    option: t("lettered option"),
    "two-way": t("one of two words"),
    free: t("free text"),
  };
  return Object.hasOwn(words, type) ? (words[type] ?? null) : null;
}

/** What stands beside a case: what went wrong, and what is to know of it. */
export function caseDescription(row: CaseRow): string {
  const { t } = vscode.l10n;
  const marks = [
    row.artefact === null ? null : t("artefact? {0}", reasonWords(row.artefact)),
    row.triage === null ? null : triageWords(row.triage),
    row.disputed ? t("disputed") : null,
    row.change === null ? null : changeWords(row.change),
  ];
  return [failureWords(row), ...marks].filter((mark) => mark !== null).join(" · ");
}

function failureWords({ verdict, outcome, failure, value }: CaseRow): string | null {
  const { t } = vscode.l10n;
  if (failure !== null) {
    const { expected, actual, message } = failure;
    if (expected !== null && actual !== null)
      return t("expected {0} got {1}", plainLine(expected, 40), plainLine(actual, 40));
    return message === "" ? outcomeWords(outcome) : `${outcomeWords(outcome)}: ${plainLine(message, 80)}`;
  }
  if (verdict === "right") return null;
  if (verdict !== "wrong" || outcome !== "wrong") return outcomeWords(outcome);
  return value === null ? null : t("answered {0}", plainLine(value, 40));
}

/** The filter in one line, for the view. */
export function filterWords({ text, regex, verdicts, triage, disputed, artefact, since }: CaseFilter): string {
  const { t } = vscode.l10n;
  const parts: string[] = [];
  if (text !== "") parts.push(regex ? `/${plainLine(text, 60)}/` : `“${plainLine(text, 60)}”`);
  if (verdicts.length > 0) parts.push(verdicts.map(verdictWords).join(", "));
  if (triage.length > 0) parts.push(triage.map(triageStateWords).join(", "));
  if (disputed) parts.push(t("disputed"));
  if (artefact) parts.push(t("artefact?"));
  if (since !== null) {
    parts.push(
      t(
        "{0} since {1}, {2}",
        since.changes.map(changeWords).join(", "),
        plainLine(since.run, 60),
        iterationWords(since.iteration),
      ),
    );
  }
  return parts.join(" · ");
}
