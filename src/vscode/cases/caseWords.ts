import * as vscode from "vscode";
import type { CaseDetail } from "../../protocol/worker/index.js";
import { money, number } from "../numbers.js";
import type { CaseWords } from "./layout/words.js";

/** The words of case documents in the editor's language. */
export function caseWords(): CaseWords {
  const { t } = vscode.l10n;
  return {
    question: t("Question"),
    task: t("Task"),
    reference: t("Reference"),
    goldAnswer: t("Gold answer"),
    facts: t("Facts"),
    history: t("History of verdicts"),
    note: t("Note"),
    promptSent: t("Prompt that was sent"),
    promptNotRecorded: t("Prompt (not recorded; Preceptor would send)"),
    notRecorded: t("not recorded"),
    importedFrom: (file, row) => t("{0}, row {1}", file, row),
    recordedWrong: t("wrong according to the imported file; Run Tests tells why"),
    rawAnswer: t("Raw answer"),
    right: t("right"),
    gold: t("gold"),
    noProgram: t("The response holds no program. It reads:"),
    noReference: t("The benchmark has no reference for this case."),
    noNote: t("No note yet."),
    cutByLength: t("The answer ends here because it reached the limit of tokens."),
    strayStep: t(
      "No step of the reference has these numbers. The arithmetic is right; the solution may go astray here.",
    ),
    strayResult: (number) =>
      t(
        "Step {0} of the reference does something else with these numbers. The arithmetic is right; the solution may go astray here.",
        number,
      ),
    firstWrongStep: t("first wrong step"),
    response: (model, iteration) => t("Response · {0} · iteration {1}", model, iteration),
    wrong: (answer, gold) =>
      gold === null ? t("wrong: {0}", answer) : t("wrong: {0}, gold {1}", answer, gold.replace(/\s+/gu, " ")),
    rightAnswer: (answer) => t("right: {0}", answer),
    nothingFound: t("no answer found"),
    under: (answer, protocol) => t("{0} ({1})", answer, protocol),
    verdict: (protocol, answer, mark) => t("{0}: {1} {2}", protocol, answer, mark),
    chosen: (protocols) => (protocols.length === 0 ? t("chosen") : t("chosen ({0})", protocols.join(", "))),
    step: (number) => t("step {0}", number),
    sameAsStep: (number) => t("= step {0}", number),
    stepHover: (by, number) => {
      switch (by) {
        case "both":
          return t("Step {0} of the reference has the same numbers and the same result.", number);
        case "operands":
          return t("Step {0} of the reference has the same numbers and another result.", number);
        case "result":
          return t("Step {0} of the reference has the same result from other numbers.", number);
      }
    },
    isNot: (expression, computed, stated) => t("{0} is {1}, not {2}", expression, computed, stated),
    isIndeed: (expression, computed) => t("{0} is {1}", expression, computed),
    hidden: (count) => t("{0} more characters: Open Raw Answer shows all of them", number(count)),
    testFails: (number, expected, actual) => t("Test {0}: expected {1}, got {2}", number, expected, actual),
    testFailsPlainly: (number, assertion) => t("Test {0} fails: {1}", number, assertion),
    inTest: (number, message) => t("{0} (in test {1})", message, number),
    got: (actual) => t("got {0}", actual),
    ended: endedWords,
    raisedHere: t("Where it shows in the program"),
    theTest: t("The test that fails"),
    theReference: t("The reference"),
    tokens: tokensWords,
    cost: costWords,
    triage: triageWords,
    undecided: t("undecided"),
    by: (name, time) => t("by {0}, {1}", name, dateWords(time)),
    looksLike: (reason, evidence) => t("looks like an artefact ({0}): {1}", reasonWords(reason), evidence),
    finish: (finish) => {
      if (finish === "length") return t("cut at the limit of tokens");
      if (finish === "filter") return t("stopped by a content filter");
      return finish === "stop" ? t("ended by itself") : t("another reason");
    },
    role: (role) => (role === "system" ? t("system") : role === "user" ? t("user") : t("assistant")),
    iteration: (run, iteration, stage) =>
      stage === "collect"
        ? t("{0} · iteration {1} · target split", run, iteration)
        : t("{0} · iteration {1} · evaluation", run, iteration),
    label: (name) => {
      switch (name) {
        case "verdict":
          return t("Verdict");
        case "decidedBy":
          return t("Decided by");
        case "model":
          return t("Model");
        case "imported":
          return t("Imported from");
        case "tokens":
          return t("Tokens");
        case "cost":
          return t("Cost");
        case "finish":
          return t("End of the answer");
        case "triage":
          return t("Triage");
        case "proposal":
          return t("Proposal");
        case "group":
          return t("Group");
      }
    },
    disputed: t("disputed: the protocols disagree"),
  };
}

export function triageWords(decision: "true-error" | "artefact" | "bad-gold" | "disputed" | "ignored"): string {
  const { t } = vscode.l10n;
  switch (decision) {
    case "true-error":
      return t("true error");
    case "artefact":
      return t("artefact");
    case "bad-gold":
      return t("bad gold");
    case "disputed":
      return t("disputed");
    case "ignored":
      return t("ignored");
  }
}

export function reasonWords(reason: string): string {
  const { t } = vscode.l10n;
  if (reason === "missing-import") return t("missing import");
  if (reason === "extraction") return t("the answer was read wrongly");
  return reason === "disputed" ? t("the protocols disagree") : reason;
}

export function costWords(amount: number | null, currency: string): string {
  return amount === null ? vscode.l10n.t("price unknown") : money(amount, currency);
}

/** Prompt and answer. */
function tokensWords({ promptTokens, completionTokens, estimated }: CaseDetail["usage"]): string {
  return tokenCountWords(number(promptTokens + completionTokens), estimated);
}

/** A number of tokens; `≈` where no server counted them. */
export function tokenCountWords(count: string, estimated: boolean): string {
  return estimated ? vscode.l10n.t("≈ {0} tokens", count) : vscode.l10n.t("{0} tokens", count);
}

/** Prompt and answer of a case, whose answer may come from a file that does not say. */
export function caseTokensWords({ usage, imported }: Pick<CaseDetail, "usage" | "imported">): string {
  return imported === null ? tokensWords(usage) : vscode.l10n.t("tokens not recorded");
}

/** How programs end that are wrong: the name of a group of them. */
export function wrongWords(by: string): string {
  return by === "recorded" ? vscode.l10n.t("wrong according to the imported file") : endedWords(by);
}

function endedWords(by: string): string {
  const { t } = vscode.l10n;
  switch (by) {
    case "passed":
      return t("all tests pass");
    case "assertion":
      return t("a test fails");
    case "exception":
      return t("the program raises an exception");
    case "syntax":
      return t("the program cannot be parsed");
    case "missing-entry-point":
      return t("the program does not define the function that the tests call");
    case "timeout":
      return t("the program did not end in time");
    case "memory":
      return t("the program needed more memory than it may have");
    case "output":
      return t("the program wrote more than it may");
    case "killed":
      return t("the program was ended");
    case "forbidden":
      return t("the program tried what the sandbox forbids");
    case "exact":
      return t("comparison with the gold answer");
    case "judged":
      return t("a model that judges");
    case "recorded":
      return t("the file that it was imported from");
    default:
      return by;
  }
}

function dateWords(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleDateString(vscode.env.language);
}
