import * as vscode from "vscode";

/** Whether something can be read there. What is there and unreadable is told by whoever opens or writes it. */
export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
