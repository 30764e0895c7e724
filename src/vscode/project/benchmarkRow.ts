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

/** What a download would bring, from whom, and under which terms: `Download gsm8k`, `0.7 MB · Licence: MIT (OpenAI)`. */
export function downloadWords(missing: readonly Fetchable[]): { readonly label: string; readonly detail: string } {
  const { t } = vscode.l10n;
  const sizes = missing.map(({ bytes }) => bytes);
  const size = sizes.includes(null) ? 0 : sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  const licences = missing.map(({ licence, holder }) =>
    t("Licence: {0} ({1})", plainLine(licence, 80), plainLine(holder, 80)),
  );
  return {
    label: t("Download {0}", missing.map(({ name }) => plainLine(name, 60)).join(", ")),
    detail: [size === 0 ? "" : t("{0} MB", (size / 1e6).toFixed(1)), ...new Set(licences)]
      .filter((part) => part !== "")
      .join(" · "),
  };
}
