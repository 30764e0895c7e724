import * as vscode from "vscode";
import type { Messages } from "../messages.js";
import { previewScheme, previewUri, sourceOf, type Previews } from "./preview.js";

const key = "preceptor.openPreviews";

/**
 * Opens the previews again that were open when the window was closed or reloaded, beside templates that are open still: the
 * editor restores no document that an extension makes.
 */
export function restorePreviews(
  memory: vscode.Memento,
  previews: Pick<Previews, "open">,
  messages: Messages,
): vscode.Disposable {
  const before = memory.get<readonly string[]>(key, []);
  void messages.guard(async () => {
    for (const source of before.map((address) => vscode.Uri.parse(address, true))) {
      const open = new Set(openDocuments().map(String));
      if (open.has(source.toString()) && !open.has(previewUri(source).toString())) await previews.open(source);
    }
  });
  return vscode.window.tabGroups.onDidChangeTabs(() => {
    const shown = openDocuments().filter(({ scheme }) => scheme === previewScheme);
    const sources = shown.map((uri) => sourceOf(uri).toString());
    if (sources.join() !== memory.get<readonly string[]>(key, []).join()) void memory.update(key, sources);
  });
}

function openDocuments(): vscode.Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : []));
}
