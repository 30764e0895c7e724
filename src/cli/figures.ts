import Table from "cli-table3";
import type { Table as Figures } from "../engine/report/index.js";
import { colours, visibleWidth, wrapWords } from "./terminal.js";

/** `2 calls, 1 error, 0 refuted`: counts of a stage as people read them. */
export function countsText(counts: { readonly [name: string]: number }): string {
  return Object.entries(counts)
    .map(([name, value]) => `${value} ${value === 1 ? (singular[name] ?? name) : name}`)
    .join(", ");
}

/** Names of counts that are plural nouns; others (asked, kept, demo-math) are the same for one. */
const singular: { readonly [name: string]: string } = {
  errors: "error",
  calls: "call",
  rows: "row",
  steps: "step",
  benchmarks: "benchmark",
  iterations: "iteration",
};

/** A table without lines, columns two spaces apart: what is left where the terminal has no room for more. */
const bare = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/**
 * A table for the terminal: figures to the right, words to the left. Where the terminal is narrower than the table, its
 * lines go and its widest columns wrap, between words only.
 *
 * @param columns width of the terminal; null where the text goes into a file or a pipe.
 */
export function tableText({ title, head, rows, note }: Figures, columns: number | null = terminalWidth()): string {
  const cells = head.map((name, column) => [name, ...rows.map((row) => row[column] ?? "")]);
  const widths = cells.map((texts) => Math.max(...texts.map(visibleWidth)));
  const fits = columns === null || widths.reduce((sum, each) => sum + each + 3, 1) <= columns;
  const table = new Table({
    head: head.map((name) => (fits ? name : colours.bold(name))),
    colAligns: head.map((_, column) => (isFigures(rows, column) ? "right" : "left")),
    style: { head: [], border: [], compact: true, ...(fits ? {} : { "padding-left": 0, "padding-right": 0 }) },
    ...(fits ? {} : { chars: bare, colWidths: fit(widths, cells, columns), wordWrap: true, wrapOnWordBoundary: true }),
  });
  for (const row of rows) table.push([...row]);
  const text = table.toString().replace(/ +$/gmu, "");
  return `${colours.bold(title)}\n${text}\n${colours.dim(wrapWords(note, columns))}\n`;
}

function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns : null;
}

/** Column widths of a bare table that fit into a terminal: the widest column gives first, but no word is cut. */
function fit(widths: readonly number[], cells: readonly (readonly string[])[], columns: number): number[] {
  const fitted = [...widths];
  const least = cells.map((texts) => Math.max(...texts.flatMap((text) => text.split(" ")).map(visibleWidth)));
  const room = columns - 2 * (widths.length - 1);
  for (let over = fitted.reduce((sum, each) => sum + each, 0) - room; over > 0; over -= 1) {
    const slack = fitted.map((each, column) => (each > (least[column] ?? 0) ? each : 0));
    const widest = slack.indexOf(Math.max(...slack));
    if (slack[widest] === 0) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
  }
  return fitted;
}

/** Whether a column holds numbers, percentages, prices and dashes only; the first one names the row. */
function isFigures(rows: readonly (readonly string[])[], column: number): boolean {
  if (column === 0) return false;
  return rows.every((row) => /^(?:[$+\-−±]?\d[^A-Za-z]*(?: [A-Z]{3})?|—|unknown)?$/u.test(row[column] ?? ""));
}
