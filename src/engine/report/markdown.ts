import type { Report } from "./report.js";
import { reportTables, type Table } from "./tables.js";

/** The report as Markdown. Cell text comes from names of the project, so pipes, tags and line ends are escaped. */
export function reportMarkdown(report: Report): string {
  const { run, target, instructor, protocol, seed } = report;
  return [
    `# Run ${cell(run)}`,
    "",
    `Target ${cell(target)}, instructor ${cell(instructor)}, protocol ${protocol}, seed ${seed}.`,
    ...reportTables(report).flatMap((table) => ["", ...tableLines(table)]),
    "",
  ].join("\n");
}

function tableLines({ title, head, rows, note }: Table): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [`## ${title}`, "", line(head), line(head.map(() => "---")), ...rows.map(line), "", note];
}

function cell(text: string): string {
  return text.replace(/[\\|<]/gu, (mark) => `\\${mark}`).replace(/\s*\n\s*/gu, " ");
}
