import * as vscode from "vscode";
import type { Fetchable } from "../../protocol/worker/index.js";
import { plainLine } from "../plainText.js";

export interface BenchmarkRow extends vscode.QuickPickItem {
  readonly name: string;
}

/** A known benchmark in a list: with its licence, because its files belong to other people. */
export function benchmarkRow({ name, title, familyTitle, domain, licence, holder, bytes }: Fetchable): BenchmarkRow {
  const { t } = vscode.l10n;
  const part = domain === "in" ? t("in-domain in the paper") : t("out-of-domain in the paper");
  const size = bytes === null ? "" : t("{0} MB", (bytes / 1e6).toFixed(1));
  return {
    label: name,
    description: [plainLine(title, 80), familyTitle, part, size].filter((each) => each !== "").join(" · "),
    detail: t("Licence: {0} ({1})", plainLine(licence, 80), plainLine(holder, 80)),
    name,
  };
}
