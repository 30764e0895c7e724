import * as vscode from "vscode";
import { plain } from "../plainText.js";
import { shippedScheme } from "./shippedTemplates.js";
import { isTemplate, rangeOf, type TemplateDocuments } from "./templateDocuments.js";

/** How long the person pauses before a text is read again. */
const pause = 200;
/** An older version beside the file in a comparison would tell its problems a second time. */
const diagnosed: readonly string[] = ["file", "untitled", shippedScheme];

/** Problems of the templates that are open. */
export class TemplateDiagnostics implements vscode.Disposable {
  readonly #documents: TemplateDocuments;
  readonly #collection = vscode.languages.createDiagnosticCollection("preceptor-prompt");
  /** The newest look at each text: an answer that took longer than a later one is out of date. */
  readonly #looks = new Map<string, number>();
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
    if (!isTemplate(document) || !diagnosed.includes(document.uri.scheme)) return;
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
    this.#looks.delete(uri.toString());
    this.#collection.delete(uri);
  }

  async #show(document: vscode.TextDocument): Promise<void> {
    const key = document.uri.toString();
    const look = (this.#looks.get(key) ?? 0) + 1;
    this.#looks.set(key, look);
    const { version } = document;
    const analysis = await this.#documents.analysis(document);
    if (document.isClosed || document.version !== version || this.#looks.get(key) !== look) return;
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
