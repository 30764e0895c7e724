import Table from "cli-table3";
import type { Table as Figures } from "../engine/report/index.js";
import { colours } from "./terminal.js";

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

/** The narrowest that a column becomes before the table may be wider than the terminal. */
const narrowest = 10;

/**
 * A table for the terminal: figures to the right, words to the left. Where the terminal is narrower than the table, its
 * widest columns wrap.
 *
 * @param columns width of the terminal; null where the text goes into a file or a pipe.
 */
export function tableText({ title, head, rows, note }: Figures, columns: number | null = terminalWidth()): string {
  const widths = head.map(
    (name, column) => Math.max(...[name, ...rows.map((row) => row[column] ?? "")].map(width)) + 2,
  );
  const fitted = columns === null ? widths : fit(widths, columns - head.length - 1);
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (isFigures(rows, column) ? "right" : "left")),
    ...(fitted === widths ? {} : { colWidths: [...fitted], wordWrap: true, wrapOnWordBoundary: true }),
  });
  for (const row of rows) table.push([...row]);
  return `${colours.bold(title)}\n${table.toString()}\n${colours.dim(note)}\n`;
}

function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns : null;
}

/** Visible characters of a cell; colours take no room. */
function width(text: string): number {
  // eslint-disable-next-line no-control-regex -- Colours begin with an escape character.
  return [...text.replace(/\u001b\[[0-9;]*m/gu, "")].length;
}

/** Column widths that fit into a terminal: the widest column gives first. */
function fit(widths: readonly number[], room: number): readonly number[] {
  const fitted = [...widths];
  for (let over = fitted.reduce((sum, each) => sum + each, 0) - room; over > 0; over -= 1) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if ((fitted[widest] ?? 0) <= narrowest) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
  }
  return fitted.every((each, column) => each === widths[column]) ? widths : fitted;
}

/** Whether a column holds numbers, percentages, prices and dashes only; the first one names the row. */
function isFigures(rows: readonly (readonly string[])[], column: number): boolean {
  if (column === 0) return false;
  return rows.every((row) => /^(?:[$+\-−±]?\d[^A-Za-z]*(?: [A-Z]{3})?|—|unknown)?$/u.test(row[column] ?? ""));
}
