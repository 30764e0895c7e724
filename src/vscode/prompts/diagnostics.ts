import * as vscode from "vscode";
import { plain } from "../plainText.js";
import { isTemplate, rangeOf, type TemplateDocuments } from "./templateDocuments.js";

/** How long the person pauses before a text is read again. */
const pause = 200;

/** Problems of the templates that are open. */
export class TemplateDiagnostics implements vscode.Disposable {
  readonly #documents: TemplateDocuments;
  readonly #collection = vscode.languages.createDiagnosticCollection("preceptor-prompt");
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #disposables: vscode.Disposable[];

  constructor(documents: TemplateDocuments) {
    this.#documents = documents;
    const all = (): void => vscode.workspace.textDocuments.forEach((document) => this.#later(document, 0));
    this.#disposables = [
      this.#collection,
      vscode.workspace.onDidOpenTextDocument((document) => this.#later(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#later(document, pause)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)),
      documents.onDidChange(all),
    ];
    all();
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #later(document: vscode.TextDocument, delay: number): void {
    if (!isTemplate(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => {
        this.#waiting.delete(key);
        void this.#show(document);
      }, delay),
    );
  }

  #forget(uri: vscode.Uri): void {
    clearTimeout(this.#waiting.get(uri.toString()));
    this.#waiting.delete(uri.toString());
    this.#collection.delete(uri);
  }

  async #show(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const analysis = await this.#documents.analysis(document);
    if (document.isClosed || document.version !== version) return;
    this.#collection.set(
      document.uri,
      (analysis?.remarks ?? []).map(({ severity, code, message, remedy, ...place }) => {
        const diagnostic = new vscode.Diagnostic(
          rangeOf(document, place),
          plain(`${message} ${remedy}`, 1000),
          severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
        );
        diagnostic.source = "Preceptor";
        diagnostic.code = code;
        return diagnostic;
      }),
    );
  }
}
