import * as vscode from "vscode";
import type { CaseDetail, PastVerdict } from "../../protocol/worker/index.js";
import { plainLine } from "../plainText.js";
import { caseId, caseScheme } from "./caseAddress.js";
import { addressOf, type CaseDocuments } from "./caseDocuments.js";
import { caseTokensWords } from "./caseWords.js";
import { caseName } from "./layout/title.js";

/** The editor's language status for case documents: which case it is, how it fared so far, and what it took. */
export class CaseStatus implements vscode.Disposable {
  readonly #documents: CaseDocuments;
  readonly #item = vscode.languages.createLanguageStatusItem("preceptor.case", { scheme: caseScheme });
  readonly #disposables: vscode.Disposable[] = [];
  /** The case that it tells about. */
  #shown = "";

  constructor(documents: CaseDocuments) {
    this.#documents = documents;
    this.#item.name = vscode.l10n.t("Case");
    this.#disposables.push(
      this.#item,
      vscode.window.onDidChangeActiveTextEditor(() => void this.#show()),
      documents.onDidChange(({ folder, ref }) => {
        // Results of other cases, of which the Test Explorer may bring hundreds, change nothing here.
        if (caseId(folder, ref) === this.#shown) void this.#show();
      }),
    );
    void this.#show();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #show(): Promise<void> {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const address = uri === undefined ? null : addressOf(uri);
    if (address === null || !vscode.workspace.isTrusted) return;
    const id = caseId(address.folder, address.ref);
    this.#shown = id;
    this.#item.busy = true;
    try {
      const [detail, history] = await Promise.all([this.#documents.detail(address), this.#documents.history(address)]);
      // Somebody may have gone on to another case meanwhile.
      if (this.#shown !== id) return;
      this.#item.text = statusLine(detail, history);
      this.#item.detail = vscode.l10n.t("{0} next error", nextErrorKey);
      this.#item.command = {
        command: "preceptor.showCaseDetails",
        title: vscode.l10n.t("Details"),
        arguments: [{ folder: address.folder, ref: address.ref }],
      };
    } catch {
      if (this.#shown !== id) return;
      // The document itself says in words why the case cannot be shown.
      this.#item.text = vscode.l10n.t("The case cannot be shown");
      this.#item.detail = "";
    } finally {
      if (this.#shown === id) this.#item.busy = false;
    }
  }
}

const nextErrorKey = "Alt+]";

/** `mbpp 514 · wrong in 0, 1 · right in 2 · 1,204 tokens`, of the run that the document is about. */
function statusLine(detail: CaseDetail, history: readonly PastVerdict[]): string {
  const { t } = vscode.l10n;
  const { ref } = detail;
  const own = history.filter(({ run, stage }) => run === ref.run && stage === ref.stage);
  const iterations = (correct: boolean): string =>
    own
      .filter((verdict) => verdict.correct === correct)
      .map(({ iteration }) => String(iteration))
      .join(", ");
  const [wrong, right] = [iterations(false), iterations(true)];
  return [
    plainLine(caseName(detail), 60),
    ...(wrong === "" ? [] : [t("wrong in {0}", wrong)]),
    ...(right === "" ? [] : [t("right in {0}", right)]),
    caseTokensWords(detail),
  ].join(" · ");
}
