import * as vscode from "vscode";
import type { ImportedResult, RecordedFileView } from "../../protocol/worker/index.js";
import { number } from "../numbers.js";
import { plainLine } from "../plainText.js";

export type Counts = { readonly [reason: string]: number };
type Found = NonNullable<RecordedFileView["found"]>;

/** Why rows are not imported, as a sentence with their number. */
export function reasonWords(reason: string, count: number): string {
  const rows = count === 1 ? vscode.l10n.t("1 row") : vscode.l10n.t("{0} rows", number(count));
  const { t } = vscode.l10n;
  switch (reason) {
    case "no-response":
      return t("{0}: no response", rows);
    case "epoch":
      return t("{0}: further epochs of a sample; the first one counts", rows);
    case "repeat":
      return t("{0}: further responses to a document; the first one counts", rows);
    case "filter":
      return t("{0}: the same responses under another filter", rows);
    case "duplicate":
      return t("{0}: a case that an earlier row answers", rows);
    case "already":
      return t("{0}: a case that the run has a response to", rows);
    case "evaluated":
      return t("{0}: a case that is evaluated, too, and therefore never taught", rows);
    case "other-options":
      return t("{0}: a known question with other options, or in another order", rows);
    case "no-case":
      return t("{0}: belong to no case", rows);
    default:
      return `${rows}: ${reason}`;
  }
}

/** What becomes of answers to evaluation splits. */
export function evaluatedWords(count: number): string {
  return count === 1
    ? vscode.l10n.t("1 is about the evaluation split: base evaluation, never taught")
    : vscode.l10n.t("{0} are about the evaluation split: base evaluation, never taught", number(count));
}

/** What became of imported answers to evaluation splits, one sentence a benchmark. */
export function becomesWords({ evaluated }: Pick<ImportedResult, "evaluated">): string[] {
  return Object.entries(evaluated)
    .filter(([, { added }]) => added > 0)
    .map(([name, { added, answered, of }]) => {
      const benchmark = plainLine(name, 60);
      return answered === of
        ? vscode.l10n.t(
            "{0} answers to the evaluation split of {1}: shown and counted as base evaluation, never taught.",
            number(added),
            benchmark,
          )
        : vscode.l10n.t(
            "{0} answers to the evaluation split of {1}: shown and counted as base evaluation of {2} of its {3} cases, never taught.",
            number(added),
            benchmark,
            number(answered),
            number(of),
          );
    });
}

export function leftOutWords(counts: Counts): string {
  return Object.entries(counts)
    .map(([reason, count]) => reasonWords(reason, count))
    .join(" · ");
}

function formatWords({ format }: Pick<Found, "format">): string {
  switch (format) {
    case "lm-eval":
      return vscode.l10n.t("samples of lm-evaluation-harness");
    case "inspect":
      return vscode.l10n.t("log of Inspect");
    case "rows":
      return vscode.l10n.t("rows");
  }
}

/** What a file is: its format, its task and its model, and how many rows it has. */
export function aboutWords(found: Found): string {
  const parts = [formatWords(found), found.task, found.model].flatMap((part) =>
    part === null ? [] : [plainLine(part, 60)],
  );
  return [...parts, vscode.l10n.t("{0} responses", number(found.rows))].join(" · ");
}

export type Field = "question" | "id" | "response" | "options" | "verdict";

export function fieldWords(field: Field): string {
  switch (field) {
    case "question":
      return vscode.l10n.t("Question");
    case "id":
      return vscode.l10n.t("Id");
    case "response":
      return vscode.l10n.t("Response");
    case "options":
      return vscode.l10n.t("Options");
    case "verdict":
      return vscode.l10n.t("Verdict");
  }
}

/** What each field is for. */
export function fieldHelp(field: Field): string {
  switch (field) {
    case "question":
      return vscode.l10n.t("Finds the case: the same text as in the benchmark, white space folded");
    case "id":
      return vscode.l10n.t("Finds the case where the question does not");
    case "response":
      return vscode.l10n.t("What the model wrote");
    case "options":
      return vscode.l10n.t("The options as they were shown, because the same question comes with different ones");
    case "verdict":
      return vscode.l10n.t("The published verdict; used only if you ask for it");
  }
}

export function protocolWords(protocol: "paper" | "clean"): string {
  return protocol === "paper" ? vscode.l10n.t("as published (paper)") : vscode.l10n.t("careful (clean)");
}
