import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { readReportSource } from "../../adapters/project/index.js";
import { Fault } from "../../engine/fault.js";
import { buildReport } from "../../engine/iteration/index.js";
import { reportCsv, reportHtml, reportMarkdown, type Report } from "../../engine/report/index.js";
import { contextOf } from "../context.js";
import { reportText } from "../loopText.js";

/** Forms of export by option name. */
const exports: { readonly [option: string]: (report: Report) => string } = {
  html: reportHtml,
  markdown: reportMarkdown,
  csv: reportCsv,
};

export function registerReport(program: Command): void {
  const command = program
    .command("report")
    .description("accuracy by iteration, learned and forgotten cases, gates, cost")
    .argument("[run]", "id of the run; without it the newest one");
  for (const form of Object.keys(exports)) command.option(`--${form} <file>`, `write it as ${form} into this file`);
  command
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor report\n  $ preceptor report run-2 --html report.html --csv report.csv",
    )
    .action(async (id: string | undefined, options: { [form: string]: string }, self: Command) => {
      const { terminal, openProject, commandLine } = contextOf(self);
      const report = await buildReport(await readReportSource(await openProject(), id ?? null));
      const written: string[] = [];
      for (const [form, render] of Object.entries(exports)) {
        const file = options[form];
        if (file === undefined) continue;
        await write(file, render(report));
        written.push(path.resolve(file));
      }
      terminal.result({ ...report, written }, () =>
        [...reportedText(report, commandLine), ...written.map((file) => `Written: ${file}`)].join("\n"),
      );
    });
}

/** The tables, or for a run that measured and taught nothing yet, what to do about it. */
function reportedText(report: Report, commandLine: (args: string) => string): string[] {
  const tables = reportText(report);
  if (tables.length > 0) return tables;
  return [`The run ${report.run} has nothing to report yet: '${commandLine(`resume ${report.run}`)}' goes on with it.`];
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (thrown) {
    throw new Fault("storage", "The report cannot be written.", {
      file: path.resolve(file),
      remedy: "Check that the folder exists and may be written to.",
      cause: thrown,
    });
  }
}
