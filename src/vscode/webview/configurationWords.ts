import * as vscode from "vscode";

/** Above what a panel shows while `preceptor.json` cannot be read: the page fills in why. */
export function configurationBrokenWords(): string {
  return vscode.l10n.t("The configuration cannot be read now: {0} What is shown is read with it as it was before.");
}
