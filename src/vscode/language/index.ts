import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import { EngineTexts, type EngineCatalogue } from "./engineTexts.js";
import type { Translate } from "./translated.js";

export type { Translate } from "./translated.js";

/**
 * Translates texts of the engine where the editor speaks a language that the extension has texts in; else null, and
 * nothing is read. The catalogue is read when the first text arrives.
 */
export function engineTranslation(extensionUri: vscode.Uri): Translate | null {
  const { bundle } = vscode.l10n;
  if (bundle === undefined) return null;
  const file = vscode.Uri.joinPath(extensionUri, "l10n", "engine.json").fsPath;
  let texts: EngineTexts | null = null;
  return (text, kind) => {
    texts ??= new EngineTexts(
      JSON.parse(readFileSync(file, "utf8")) as EngineCatalogue,
      (template) => bundle[template] ?? template,
    );
    return texts.translate(text, kind);
  };
}
