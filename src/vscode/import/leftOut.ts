import * as vscode from "vscode";
import type { ImportedResult } from "../../protocol/worker/index.js";
import { plainLine } from "../plainText.js";
import { becomesWords, reasonWords } from "./words.js";
import { number } from "../numbers.js";

export const leftOutScheme = "preceptor-import";

/** Documents that list what an import left out, for as long as the window is open. */
export class LeftOutDocuments implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();

  provideTextDocumentContent({ path }: vscode.Uri): string {
    return this.#texts.get(path) ?? vscode.l10n.t("This list was made in another window. Import again to see it.");
  }

  async show(result: ImportedResult): Promise<void> {
    const path = `/${vscode.l10n.t("Left out of {0}", plainLine(result.run, 60)).replaceAll("/", "-")}.txt`;
    this.#texts.set(path, leftOutText(result));
    await vscode.window.showTextDocument(vscode.Uri.from({ scheme: leftOutScheme, path }), { preview: true });
  }
}

function leftOutText(result: ImportedResult): string {
  const { run, matched, evaluated, leftOut, rows } = result;
  const { t } = vscode.l10n;
  const imported = [...new Set([...Object.keys(matched), ...Object.keys(evaluated)])].map((name) =>
    t("{0} of {1}", number((matched[name] ?? 0) + (evaluated[name]?.added ?? 0)), plainLine(name, 60)),
  );
  const all = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  const lines = [t("{0}: imported {1}", plainLine(run, 60), imported.join(", ")), ...becomesWords(result)];
  lines.push(
    "",
    t("Not imported:"),
    ...Object.entries(leftOut).map(([reason, count]) => `  ${reasonWords(reason, count)}`),
  );
  for (const reason of Object.keys(leftOut)) {
    const own = rows.filter((row) => row.reason === reason);
    if (own.length === 0) continue;
    lines.push("", reasonWords(reason, leftOut[reason] ?? own.length));
    for (const { file, row, line, id, detail } of own) {
      const name = plainLine(file.split(/[\\/]/u).at(-1) ?? file, 80);
      const place = line === null ? t("{0}, row {1}", name, number(row + 1)) : `${name}:${line}`;
      const parts = [
        place,
        id === null ? null : t("id {0}", plainLine(id, 60)),
        detail === null ? null : plainLine(detail, 160),
      ];
      lines.push(`  ${parts.filter((part) => part !== null).join(" · ")}`);
    }
  }
  if (rows.length < all) lines.push("", t("… and {0} more", number(all - rows.length)));
  return `${lines.join("\n")}\n`;
}
