import * as vscode from "vscode";
import type { CaseDetail } from "../../protocol/worker/index.js";
import { plainLine } from "../plainText.js";
import type { CasePart } from "./caseAddress.js";
import { addressOf, type CaseDocuments, type Located } from "./caseDocuments.js";
import { costWords, reasonWords, triageWords } from "./caseWords.js";

/** Actions and facts above the first line of a case document. */
export class CaseLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #documents: CaseDocuments;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listening: vscode.Disposable;

  constructor(documents: CaseDocuments) {
    this.#documents = documents;
    this.#listening = documents.onDidChange(() => this.#changed.fire());
  }

  readonly onDidChangeCodeLenses = this.#changed.event;

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const address = addressOf(document.uri);
    if (address === null || !vscode.workspace.isTrusted) return [];
    try {
      const detail = await this.#documents.detail(address);
      const place = new vscode.Range(0, 0, 0, 0);
      return commandsOf(address, address.part, detail).map((command) => new vscode.CodeLens(place, command));
    } catch {
      // The document itself says in words why the case cannot be shown.
      return [];
    }
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }
}

function commandsOf({ ref }: Located, part: CasePart, detail: CaseDetail): vscode.Command[] {
  const command = (id: string, title: string, tooltip?: string): vscode.Command => ({
    command: id,
    title,
    arguments: [ref],
    ...(tooltip === undefined ? {} : { tooltip }),
  });
  const { t } = vscode.l10n;
  const { special } = detail;
  const code = special.kind === "code";
  switch (part) {
    case "program":
    case "case":
      return [
        ...(code
          ? [
              command("preceptor.runTests", t("{0} Run Tests", "$(play)")),
              ...(special.referenceProgram === null
                ? []
                : [command("preceptor.compareWithReference", t("Compare with Reference"))]),
              command("preceptor.tryFix", t("Try a Fix")),
            ]
          : []),
        command("preceptor.showContrastSet", t("Show Contrast Set")),
        ...triageLenses(detail, command),
        command("preceptor.askAgain", t("Ask Again...")),
        command("preceptor.showCaseDetails", factsLine(detail), t("Prompt, raw answer, note and history of verdicts")),
        ...(detail.response.hidden > 0
          ? [
              command(
                "preceptor.openRawAnswer",
                t("Open Raw Answer ({0} more characters)", detail.response.hidden.toLocaleString()),
              ),
            ]
          : []),
      ];
    case "tests":
      return [command("preceptor.runTests", t("{0} Run Tests", "$(play)"))];
    case "details":
      return [command("preceptor.addNote", t("Add Note...")), command("preceptor.openRawAnswer", t("Open Raw Answer"))];
    case "reference":
    case "referenceProgram":
    case "raw":
    case "answer":
    case "before":
      return [];
  }
}

function triageLenses(
  { triage, artefact }: CaseDetail,
  command: (id: string, title: string, tooltip?: string) => vscode.Command,
): vscode.Command[] {
  const { t } = vscode.l10n;
  if (triage?.decision != null) {
    const words = t("{0} Marked as {1}", "$(flag)", triageWords(triage.decision));
    return [command("preceptor.markCase", words, plainLine(triage.note, 200))];
  }
  if (artefact !== null) {
    const words = t("{0} Artefact? {1}", "$(warning)", reasonWords(artefact.reason));
    return [command("preceptor.markCase", words, plainLine(artefact.evidence, 200))];
  }
  return [command("preceptor.markCase", t("Mark As..."))];
}

function factsLine({ usage, cost, currency, disputed }: CaseDetail): string {
  const { t } = vscode.l10n;
  const tokens = t("{0} tokens", (usage.promptTokens + usage.completionTokens).toLocaleString());
  const parts = [tokens, ...(cost === null || cost === 0 ? [] : [costWords(cost, currency)])];
  if (disputed) parts.push(t("disputed"));
  return parts.join(" · ");
}
