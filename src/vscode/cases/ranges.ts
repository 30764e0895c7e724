import * as vscode from "vscode";
import type { Span } from "../../protocol/worker/index.js";

/** Where a span is in an open document. */
export function rangeOf(document: vscode.TextDocument, [start, end]: Span): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/** The same in a text that no document holds yet. */
export function rangeIn(text: string, [start, end]: Span): vscode.Range {
  const place = (offset: number): vscode.Position => {
    const lines = text.slice(0, offset).split("\n");
    return new vscode.Position(lines.length - 1, lines.at(-1)?.length ?? 0);
  };
  return new vscode.Range(place(start), place(end));
}
