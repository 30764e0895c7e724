import * as vscode from "vscode";

/** Addresses of rows that wear the badge; they lead nowhere. */
const scheme = "preceptor-disputed";

/** The address by which a row of a disputed case gets its badge. */
export function disputedUri(key: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${key}` });
}

/** Gives rows of disputed cases a badge, which stays beside whatever icon a decision gives them. */
export function registerDisputedBadge(): vscode.Disposable {
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration: (uri) =>
      uri.scheme === scheme ? { badge: "≠", tooltip: vscode.l10n.t("The protocols disagree") } : undefined,
  });
}
