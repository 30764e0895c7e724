import Table from "cli-table3";
import {
  accuracyTable,
  costText,
  funnelTable,
  iterationTable,
  secondsText,
  type Report,
  type Table as Figures,
} from "../engine/report/index.js";
import type { LoopResult } from "./runLoop.js";
import { colours } from "./terminal.js";

/** What a person reads at the end of a run. */
export function loopResultText({ run, folder, state, report, seconds, spent }: LoopResult): string {
  const ending = {
    done: "is done",
    running: "is running",
    failed: "failed",
    cancelled: "was cancelled; 'preceptor resume' goes on where it stopped",
    "needs-person": "waits for you",
  }[state.state];
  return [
    ...reportText(report),
    `Run ${colours.bold(run)} ${ending} (${secondsText(seconds)}, ${costText(spent.currency, report.currency)} paid, ${spent.calls} calls).`,
    ...(state.need === null ? [] : [colours.yellow(state.need.message), `Then: preceptor resume ${run}`]),
    `Results: ${folder}`,
  ].join("\n");
}

/** The tables of a report that has something to show. */
export function reportText(report: Report): string[] {
  const evaluated = report.benchmarks.some(({ accuracies }) => accuracies.length > 0);
  return [
    ...(evaluated ? [tableText(accuracyTable(report))] : []),
    ...(report.iterations.length > 0 ? [tableText(iterationTable(report)), tableText(funnelTable(report))] : []),
  ];
}

export function tableText({ title, head, rows, note }: Figures): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, index) => (index === 0 ? "left" : "right")),
  });
  for (const row of rows) table.push([...row]);
  return `${colours.bold(title)}\n${table.toString()}\n${colours.dim(note)}\n`;
}
