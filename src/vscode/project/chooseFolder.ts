import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import { Left } from "../steps.js";
import { exists } from "../files.js";

/** The folder of a new project: the one that is open, else one that the person chooses. It has no `preceptor.json` yet. */
export async function chooseProjectFolder(): Promise<vscode.Uri> {
  const open = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  const free: vscode.WorkspaceFolder[] = [];
  for (const folder of open) if (!(await hasProject(folder.uri))) free.push(folder);
  const [first, second] = free;
  if (first !== undefined && second === undefined) return first.uri;
  if (first !== undefined) {
    const items = free.map(({ name, uri }) => ({ label: name, description: uri.fsPath, uri }));
    const chosen = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t("Folder of the Project"),
      placeHolder: vscode.l10n.t("Where preceptor.json and the runs will be"),
    });
    if (chosen === undefined) throw new Left();
    return chosen.uri;
  }
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Folder of the Project"),
      openLabel: vscode.l10n.t("Use Folder"),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (chosen === undefined) throw new Left();
  if (!(await hasProject(chosen))) return chosen;
  throw new RequestFault({
    kind: "usage",
    message: vscode.l10n.t("There is a project in this folder already."),
    file: vscode.Uri.joinPath(chosen, "preceptor.json").fsPath,
    remedy: vscode.l10n.t("Choose another folder, or edit that project."),
  });
}

async function hasProject(folder: vscode.Uri): Promise<boolean> {
  return exists(vscode.Uri.joinPath(folder, "preceptor.json"));
}
