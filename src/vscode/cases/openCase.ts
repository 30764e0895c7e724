import * as vscode from "vscode";
import { plainLine } from "../plainText.js";
import { caseScheme } from "./caseAddress.js";
import { addressOf, uriOf, type CaseDocuments, type Located } from "./caseDocuments.js";
import { isLong } from "./layout/text.js";

/** Shows a case: the response, and beside it what it is held against. */
export async function openCase(documents: CaseDocuments, located: Located, preserveFocus = false): Promise<void> {
  const { special, ...detail } = await documents.detail(located);
  const { first, beside: second } = columnsOf();
  if (special.kind === "code") {
    await show(uriOf(located, "tests"), second, true);
    await show(uriOf(located, "program"), first, preserveFocus);
    return;
  }
  const beside = special.kind === "math" || (special.kind === "text" && isLong({ ...detail, special }));
  // An empty column is of no use, so the main document comes first, and a column that is left over is cleared. It takes the
  // focus at once: where a document replaces another one without it, nothing has the focus, and the next key is lost.
  await show(uriOf(located, "case"), first, preserveFocus);
  if (beside) await show(uriOf(located, "reference"), second, true);
  else await closeStale(second);
}

async function show(uri: vscode.Uri, viewColumn: number, preserveFocus: boolean): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(uri, { viewColumn, preserveFocus, preview: true });
}

/**
 * The column of the case that is shown, so that the next one takes its place, else the active one; and the one beside. A panel
 * from which a case is opened stays in sight: what a person does in it goes on when the case was looked at.
 */
function columnsOf(): { readonly first: number; readonly beside: number } {
  const { activeTab, viewColumn } = vscode.window.tabGroups.activeTabGroup;
  const panel: number | null = activeTab?.input instanceof vscode.TabInputWebview ? viewColumn : null;
  const wanted = firstColumn();
  const first = wanted !== panel ? wanted : wanted > 1 ? wanted - 1 : wanted + 1;
  return { first, beside: first + 1 === panel ? first + 2 : first + 1 };
}

function firstColumn(): number {
  const columns = vscode.window.visibleTextEditors
    .filter(({ document }) => document.uri.scheme === caseScheme)
    .flatMap(({ viewColumn }) => viewColumn ?? []);
  const active = vscode.window.tabGroups.activeTabGroup.viewColumn;
  return columns.length === 0 ? Math.max(1, active) : Math.min(...columns);
}

/** Shows what two evaluations answered to the same case side by side. */
export async function openBoth(before: Located, after: Located, isCode: boolean): Promise<void> {
  const part = isCode ? "program" : "case";
  const { first, beside } = columnsOf();
  const name = ({ ref }: Located): string => `${plainLine(ref.run, 40)} · ${ref.iteration}`;
  await vscode.commands.executeCommand(
    "vscode.diff",
    uriOf(before, part),
    uriOf(after, part),
    `${plainLine(after.ref.key, 80)}: ${name(before)} ↔ ${name(after)}`,
    { preview: true, viewColumn: first },
  );
  await closeStale(beside);
}

/** Closes what an earlier case showed in preview in a column. */
async function closeStale(beside: vscode.ViewColumn): Promise<void> {
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === beside);
  const stale = (group?.tabs ?? []).filter(
    ({ input, isPreview }) => isPreview && input instanceof vscode.TabInputText && addressOf(input.uri) !== null,
  );
  if (stale.length > 0) await vscode.window.tabGroups.close(stale, true);
}

export async function openDocument(uri: vscode.Uri, beside: boolean): Promise<void> {
  await vscode.window.showTextDocument(uri, {
    preview: true,
    viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
  });
}
