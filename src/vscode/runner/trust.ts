import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";

/**
 * Refuses whatever starts a process or writes for a workspace that is not trusted. Commands are disabled there, too; this
 * is the line that nothing gets past.
 */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new RequestFault({
    kind: "usage",
    message: vscode.l10n.t("Nothing runs in a workspace that is not trusted."),
    remedy: vscode.l10n.t("Trust it first, if you know where its files come from."),
  });
}
