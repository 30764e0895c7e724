import type { EditorWindow } from "./window.js";

/** Titles of the code lenses that the extension gives for an open document whose path ends like this, without icons. */
export async function lensesOf(window: EditorWindow, ending: string): Promise<string[]> {
  const titles = await window.host(async (vscode, end) => {
    const uri = vscode.workspace.textDocuments.find((document) => document.uri.path.endsWith(end))?.uri;
    const lenses = await vscode.commands.executeCommand<{ command?: { title: string } }[]>(
      "vscode.executeCodeLensProvider",
      uri,
      50,
    );
    return lenses.map(({ command }) => command?.title ?? "");
  }, ending);
  return titles.map((title) => title.replace(/\$\([\w~-]+\) /gu, ""));
}
