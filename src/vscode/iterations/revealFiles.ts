import * as vscode from "vscode";

/**
 * Shows a file where it is: in the Explorer when the workspace has it, else in the system's file manager, where the
 * editor runs on the same machine.
 */
export async function revealFiles(file: vscode.Uri): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(file) !== undefined) {
    await vscode.commands.executeCommand("revealInExplorer", file);
    return;
  }
  if (vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop) {
    await vscode.commands.executeCommand("revealFileInOS", file);
    return;
  }
  const copy = vscode.l10n.t("Copy Path");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("The files are outside this workspace: {0}", file.fsPath),
    copy,
  );
  if (chosen === copy) await vscode.env.clipboard.writeText(file.fsPath);
}
