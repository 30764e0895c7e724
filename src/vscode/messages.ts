import * as vscode from "vscode";
import type { FaultView } from "../protocol/fault.js";
import { RequestFault } from "../protocol/requestFault.js";
import { plain } from "./plainText.js";
import { secretAskedFor } from "./secrets/names.js";

/**
 * Says what went wrong, once and without a modal, with what can be done as a button. Cancelling is silent. What is no
 * fault of a request is a mistake of ours and goes to the log whole.
 */
export class Messages {
  readonly #log: vscode.LogOutputChannel;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  async fault(thrown: unknown): Promise<void> {
    const fault = faultOf(thrown);
    if (fault.kind === "cancelled" || thrown instanceof vscode.CancellationError) return;
    this.#log.error(thrown instanceof Error && !(thrown instanceof RequestFault) ? thrown : describeFault(fault));
    const openFile = vscode.l10n.t("Open File");
    const showLog = vscode.l10n.t("Show Log");
    const secret = secretAskedFor(fault.found);
    const setSecret = vscode.l10n.t("Set Secret...");
    const actions = [...(secret === null ? [] : [setSecret]), ...(fault.file === undefined ? [] : [openFile]), showLog];
    const chosen = await vscode.window.showErrorMessage(faultSentence(fault), ...actions);
    if (chosen === showLog) this.#log.show();
    if (chosen === openFile) await openFault(fault);
    if (chosen === setSecret) await vscode.commands.executeCommand("preceptor.setSecret", secret);
  }

  /** Runs an action of the person and says it when it fails. */
  async guard<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (thrown) {
      void this.fault(thrown);
      return undefined;
    }
  }
}

export function faultOf(thrown: unknown): FaultView {
  if (thrown instanceof RequestFault) return thrown.fault;
  return { kind: "internal", message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** The fault in one sentence or two, for a notification. */
export function faultSentence({ message, remedy }: FaultView): string {
  return plain(remedy === undefined ? message : `${message} ${remedy}`, 500);
}

/** The whole fault, for the log and for tooltips. */
export function describeFault({ message, file, line, field, found, allowed, remedy }: FaultView): string {
  const place = [file === undefined ? undefined : line === undefined ? file : `${file}:${line}`, field]
    .filter((part) => part !== undefined)
    .join(" · ");
  const lines = [place === "" ? message : `${place}: ${message}`];
  if (found !== undefined) lines.push(vscode.l10n.t("Found: {0}", found));
  if (allowed !== undefined) lines.push(vscode.l10n.t("Allowed: {0}", allowed));
  if (remedy !== undefined) lines.push(remedy);
  return plain(lines.join("\n"), 4000);
}

/** Opens the file that a fault names, at its line. */
export async function openFault({ file, line }: FaultView): Promise<void> {
  if (file === undefined) return;
  const place = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(place, place) });
}
