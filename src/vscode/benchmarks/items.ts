import * as vscode from "vscode";
import type { AnswerSet, CaseRow } from "../../protocol/worker/benchmarks.js";
import { tokenCountWords, triageWords } from "../cases/caseWords.js";
import { describeFault, faultSentence } from "../messages.js";
import { plain, plainLine } from "../plainText.js";
import { disputedUri } from "./disputedBadge.js";
import type { Node, NodeOf } from "./nodes.js";
import {
  caseDescription,
  casesWords,
  errorsWords,
  figuresLines,
  figuresWords,
  groupWords,
  iterationWords,
  outcomeWords,
  verdictWords,
} from "./words.js";
import { number, percent } from "../numbers.js";

/** How a row looks. Tooltips are made when somebody asks for one. */
export function itemOf(node: Node): vscode.TreeItem {
  const item = baseItem(node);
  item.id = node.id;
  return item;
}

/** What is to know about a row, as plain text. */
export function tooltipOf(node: Node): string {
  switch (node.kind) {
    case "problem":
      return describeFault(node.fault);
    case "benchmark": {
      const { name, familyTitle, domain, sets, headline } = node.benchmark;
      const set = headline === null ? undefined : sets[headline];
      return lines([
        [name, familyTitle].filter((part) => part !== null).join(" · "),
        domain === "in" ? vscode.l10n.t("In-domain: its errors are taught") : null,
        domain === "out" ? vscode.l10n.t("Out-of-domain: evaluated only") : null,
        familyTitle === null ? vscode.l10n.t("The project does not have this benchmark any more") : null,
        set === undefined ? null : setLabel(set),
        ...(set?.figures ? figuresLines(set.figures) : []),
      ]);
    }
    case "set":
      return lines([
        setLabel(node.set),
        node.set.stage === "collect"
          ? vscode.l10n.t("Answers on the target split, before this iteration's training")
          : vscode.l10n.t("Evaluation after this iteration's training"),
        node.set.splits.length === 0 ? null : vscode.l10n.t("Split: {0}", plainLine(node.set.splits.join(", "), 80)),
        ...(node.set.figures === null ? [] : figuresLines(node.set.figures)),
        node.set.fault === null ? null : describeFault(node.set.fault),
      ]);
    case "group": {
      const { n, correct, disputed, shown } = node.group;
      const { t } = vscode.l10n;
      return lines([
        groupWords(node.by, node.group.value),
        t("{0} of {1} right: {2}", number(correct), number(n), percent(n === 0 ? 0 : correct / n)),
        t("{0} shown", casesWords(shown)),
        disputed === 0 ? null : t("On {0} the protocols disagree", casesWords(disputed)),
      ]);
    }
    case "range":
      return casesWords(node.to - node.from);
    case "case":
      return caseTooltip(node.row);
  }
}

function baseItem(node: Node): vscode.TreeItem {
  switch (node.kind) {
    case "problem":
      return problemItem(node);
    case "benchmark":
      return benchmarkItem(node);
    case "set":
      return setItem(node);
    case "group":
      return groupItem(node);
    case "range": {
      const item = folder(`${number(node.from + 1)}–${number(node.to)}`);
      item.contextValue = ";range;cases;";
      item.accessibilityInformation = {
        label: vscode.l10n.t("cases {0} to {1}", number(node.from + 1), number(node.to)),
      };
      return item;
    }
    case "case":
      return caseItem(node);
  }
}

function problemItem({ title, fault }: NodeOf<"problem">): vscode.TreeItem {
  const item = new vscode.TreeItem(title);
  item.description = faultSentence(fault);
  item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
  item.contextValue = fault.file === undefined ? ";problem;" : ";problem;file;";
  item.accessibilityInformation = { label: vscode.l10n.t("Warning: {0} {1}", title, faultSentence(fault)) };
  return item;
}

function benchmarkItem({ benchmark }: NodeOf<"benchmark">): vscode.TreeItem {
  const { name, domain, sets, headline } = benchmark;
  const item = sets.length === 0 ? new vscode.TreeItem(plainLine(name, 80)) : folder(plainLine(name, 80));
  const set = headline === null ? undefined : sets[headline];
  item.iconPath = new vscode.ThemeIcon(domain === "in" ? "mortar-board" : "telescope");
  item.description = set === undefined ? vscode.l10n.t("no answers yet") : setDescription(set);
  item.contextValue = ";benchmark;";
  const kind = domain === "out" ? vscode.l10n.t("out-of-domain") : vscode.l10n.t("in-domain");
  item.accessibilityInformation = { label: `${plainLine(name, 80)}, ${kind}, ${item.description}` };
  return item;
}

function setItem({ set }: NodeOf<"set">): vscode.TreeItem {
  const item = folder(setLabel(set));
  item.description = setDescription(set);
  item.contextValue = ";set;cases;";
  if (set.fault !== null) {
    item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
  } else if (set.figures === null) {
    item.iconPath = new vscode.ThemeIcon("loading~spin");
  } else {
    item.iconPath = new vscode.ThemeIcon(set.stage === "evaluate" ? "checklist" : "inbox");
  }
  item.accessibilityInformation = {
    label: `${set.fault === null ? "" : `${vscode.l10n.t("Warning")}, `}${setLabel(set)}, ${item.description}`,
  };
  return item;
}

/** "run-2 · iteration 1", and for answers on the target split that they are. */
function setLabel({ run, iteration, stage }: Pick<AnswerSet, "run" | "iteration" | "stage">): string {
  const place = stage === "collect" ? [vscode.l10n.t("target")] : [];
  return [plainLine(run, 60), iterationWords(iteration), ...place].join(" · ");
}

function setDescription({ figures, fault, shown }: NodeOf<"set">["set"]): string {
  const { t } = vscode.l10n;
  const parts = [
    fault === null ? null : faultSentence(fault),
    figures === null ? (fault === null ? t("reading…") : null) : figuresWords(figures),
    shown === null ? null : t("{0} shown", number(shown)),
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

function groupItem({ by, group }: NodeOf<"group">): vscode.TreeItem {
  const item = folder(groupWords(by, group.value));
  const errors = group.n - group.correct;
  // The number that the rows below add up to comes first; a share says something of subjects and types only.
  const parts = [group.shown === errors ? errorsWords(errors) : casesWords(group.shown)];
  if (by === "group" || by === "type") parts.push(percent(group.n === 0 ? 0 : group.correct / group.n));
  if (group.artefacts > 0) parts.push(vscode.l10n.t("{0} artefacts?", number(group.artefacts)));
  item.description = parts.join(" · ");
  item.contextValue = ";group;cases;";
  item.accessibilityInformation = { label: `${groupWords(by, group.value)}, ${item.description}` };
  return item;
}

function caseItem({ ref, row }: NodeOf<"case">): vscode.TreeItem {
  const item = new vscode.TreeItem(`${plainLine(row.id, 40)} ${plainLine(row.question, 40)}`.trim());
  item.description = caseDescription(row);
  item.iconPath = iconOf(row);
  item.contextValue = [
    ";case;cases;",
    row.verdict === "right" ? "right;" : "error;",
    row.triage === null ? "" : "triaged;",
    row.artefact === null ? "" : "artefact;",
    row.disputed ? "disputed;" : "",
  ].join("");
  const { run, iteration, stage, key } = ref;
  if (row.disputed) item.resourceUri = disputedUri(key);
  item.command = {
    command: "preceptor.openCase",
    title: vscode.l10n.t("Open Case"),
    arguments: [{ run, iteration, stage, key }],
  };
  item.accessibilityInformation = {
    label: [plainLine(row.id, 60), plainLine(row.question, 80), verdictWords(row.verdict), item.description]
      .filter((part) => part !== "")
      .join(", "),
  };
  return item;
}

/** One shape a meaning: a person's decision first, then what is to be looked at, then the verdict. */
function iconOf({ verdict, triage, artefact, disputed }: CaseRow): vscode.ThemeIcon {
  const icon = (name: string, colour?: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  if (triage === "artefact") return icon("tools");
  if (triage === "bad-gold") return icon("book");
  if (triage === "ignored") return icon("eye-closed");
  if (artefact !== null) return icon("flag", "list.warningForeground");
  if (triage === "disputed" || (disputed && triage === null)) return icon("question", "list.warningForeground");
  switch (verdict) {
    case "right":
      return icon("pass", "testing.iconPassed");
    case "wrong":
      return icon("error", "testing.iconFailed");
    case "no-answer":
      return icon("circle-slash", "testing.iconFailed");
    case "cut-off":
      return icon("fold", "testing.iconFailed");
  }
}

function caseTooltip(row: CaseRow): string {
  const { t } = vscode.l10n;
  const { failure, value } = row;
  return lines([
    row.key,
    row.group,
    "",
    row.question,
    "",
    t("Verdict: {0}", verdictWords(row.verdict)),
    row.outcome === row.verdict ? null : outcomeWords(row.outcome),
    value === null ? null : t("Answer read from the response: {0}", plainLine(value, 80)),
    failure === null ? null : plainLine(failure.message, 80),
    row.disputed ? t("The protocols disagree") : null,
    row.triage === null ? null : t("Triage: {0}", triageWords(row.triage)),
    // Imported answers come without them.
    row.tokens === 0 ? null : tokenCountWords(number(row.tokens), row.estimated),
  ]);
}

function lines(parts: readonly (string | null)[]): string {
  return plain(parts.filter((part) => part !== null).join("\n"), 2000);
}

function folder(label: string): vscode.TreeItem {
  return new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
}
