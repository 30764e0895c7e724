import path from "node:path";
import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import { isReadByRuns } from "./projectFile.js";

/**
 * Saves what a run of the project reads and what is open and changed: a run reads files, and a person means the text that
 * is on screen.
 *
 * @returns whether something was saved.
 */
export async function saveProjectFiles(folder: vscode.Uri): Promise<boolean> {
  const changed = vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === "file" && isReadByRuns(folder.fsPath, uri.fsPath),
  );
  for (const document of changed) {
    if (await document.save()) continue;
    throw new RequestFault({
      kind: "storage",
      message: vscode.l10n.t(
        "{0} could not be saved, and a run reads the saved text.",
        path.basename(document.fileName),
      ),
      file: document.fileName,
      remedy: vscode.l10n.t("Save it, then start again."),
    });
  }
  return changed.length > 0;
}
