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

/** Stamp of a file that is not there, or cannot be read. */
export const gone = "-";

/** Changes whenever the file does. Whoever reads the file finds out why there is none. */
export async function fileStamp(file: vscode.Uri): Promise<string> {
  try {
    const { size, mtime } = await vscode.workspace.fs.stat(file);
    return `${size}:${mtime}`;
  } catch {
    // Most files that are asked for were never written.
    return gone;
  }
}

/** Where a project keeps what people decided about errors. */
export function decisionsFile(folder: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.Uri.file(folder), "decisions", "triage.jsonl");
}
