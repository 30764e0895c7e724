import * as vscode from "vscode";
import type { Selection } from "../../protocol/worker/benchmarks.js";
import type { TriageClass } from "../../protocol/worker/index.js";
import { triageWords } from "../cases/caseWords.js";
import type { EngineClient } from "../engine/engineClient.js";
import { casesWords } from "./words.js";

/** More decisions at once than this are asked about. */
const askedAbove = 25;

/** What can be done with chosen cases of a project. */
export class CaseActions {
  readonly #engine: EngineClient;

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  /** Decides what the cases are; null takes decisions back. True when something was written. */
  async decide(folder: string, selections: Selection[], decision: TriageClass | null): Promise<boolean> {
    const { keys } = await this.#engine.call("benchmarks/keys", { folder, selections });
    if (keys.length === 0) return false;
    if (keys.length > askedAbove && !(await confirmed(keys.length, decision))) return false;
    await this.#engine.call("case/triage", { folder, keys, decision, note: null });
    return true;
  }

  async copyKeys(folder: string, selections: Selection[]): Promise<void> {
    const { keys } = await this.#engine.call("benchmarks/keys", { folder, selections });
    await vscode.env.clipboard.writeText(keys.join("\n"));
    tell(vscode.l10n.t("Copied: {0}", casesWords(keys.length)));
  }

  async copyMarkdown(folder: string, selections: Selection[]): Promise<void> {
    const { text, cases, leftOut } = await this.#engine.call("benchmarks/markdown", { folder, selections });
    await vscode.env.clipboard.writeText(text);
    tell(
      leftOut === 0
        ? vscode.l10n.t("Copied: {0}", casesWords(cases))
        : vscode.l10n.t("Copied: {0}; {1} more go into a file with Export Cases", casesWords(cases), leftOut),
    );
  }

  async export(folder: string, selections: Selection[], name: string): Promise<void> {
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(vscode.Uri.file(folder), `${name.replace(/[^\w.-]+/gu, "-")}.jsonl`),
      filters: { [vscode.l10n.t("JSON Lines")]: ["jsonl"] },
      saveLabel: vscode.l10n.t("Export"),
    });
    if (target === undefined) return;
    const { cases } = await this.#engine.call("benchmarks/export", { folder, selections, file: target.fsPath });
    const open = vscode.l10n.t("Open File");
    const chosen = await vscode.window.showInformationMessage(vscode.l10n.t("Exported {0}.", casesWords(cases)), open);
    if (chosen === open) await vscode.window.showTextDocument(target);
  }
}

async function confirmed(count: number, decision: TriageClass | null): Promise<boolean> {
  const { t } = vscode.l10n;
  const action = decision === null ? t("Clear Triage") : t("Mark");
  const question =
    decision === null
      ? t("Take the decisions about {0} back?", casesWords(count))
      : t("Mark {0} as {1}?", casesWords(count), triageWords(decision));
  const detail = t("Decisions are lines of decisions/triage.jsonl; each can be taken back.");
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, action)) === action;
}

/** Says what happened where nothing else shows it. */
function tell(words: string): void {
  vscode.window.setStatusBarMessage(words, 4000);
}
