import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";

export const shippedScheme = "preceptor-shipped";

/** The address of a shipped template as a read-only document. */
export function shippedUri(fileName: string): vscode.Uri {
  return vscode.Uri.from({ scheme: shippedScheme, path: `/${fileName}` });
}

/** Serves the templates that come with the product, read-only. */
export class ShippedTemplates implements vscode.TextDocumentContentProvider {
  readonly #engine: EngineClient;

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    if (!vscode.workspace.isTrusted) return vscode.l10n.t("Templates are shown once you trust this workspace.");
    return (await this.#engine.call("prompts/shipped", { fileName: uri.path.slice(1) })).text;
  }
}
