import type { Report } from "./report.js";

const columns = [
  "benchmark",
  "family",
  "domain",
  "iteration",
  "strategy",
  "n",
  "correct",
  "accuracy",
  "low",
  "high",
  "disputed",
  "learned",
  "forgotten",
] as const;

/** One row a benchmark and iteration (RFC 4180), for spreadsheets and notebooks. */
export function reportCsv({ benchmarks, iterations }: Report): string {
  const rows = benchmarks.flatMap(({ name, family, domain, accuracies, learning }) =>
    accuracies.map(({ iteration, n, correct, accuracy, interval, disputed }) => {
      const change = learning.find((row) => row.iteration === iteration);
      return [
        name,
        family,
        domain,
        iteration,
        iteration === 0 ? "base" : (iterations.find((row) => row.iteration === iteration)?.strategy ?? ""),
        n,
        correct,
        accuracy,
        interval[0],
        interval[1],
        disputed,
        change?.learned.length ?? "",
        change?.forgotten.length ?? "",
      ];
    }),
  );
  return `${[columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

/** A leading `=`, `+`, `-` or `@` would be run as a formula by a spreadsheet; numbers of ours never begin with one. */
function field(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/u.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
