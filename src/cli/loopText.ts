import {
  accuracyTable,
  costText,
  funnelTable,
  iterationTable,
  secondsText,
  type Report,
} from "../engine/report/index.js";
import type { RunState } from "../engine/iteration/index.js";
import type { CommandContext } from "./context.js";
import { tableText } from "./figures.js";
import { withCommandLines } from "./invocation.js";
import type { LoopResult } from "./runLoop.js";
import { safeText } from "../protocol/safeText.js";
import { colours } from "./terminal.js";

type Hints = Pick<CommandContext, "commandLine">;

/** What a person reads at the end of a run. */
export function loopResultText(
  { run, folder, state, report, seconds, spent, notes }: LoopResult,
  hints: Hints,
): string {
  return [
    ...reportText(report),
    `${endingText(run, state)} (${secondsText(seconds)}, ${costText(spent.currency, report.currency)} paid, ${spent.calls} ${spent.calls === 1 ? "call" : "calls"}).`,
    ...notes,
    ...needText(run, state, hints),
    `Results: ${folder}`,
  ].join("\n");
}

const endings: { readonly [state in RunState["state"]]: string } = {
  done: "is done",
  running: "is running",
  failed: "failed",
  cancelled: "was cancelled",
  "needs-person": "waits for you",
};

/** `Run run-2 waits for you`. */
export function endingText(run: string, state: RunState): string {
  return `Run ${colours.bold(run)} ${partText(state) ?? endings[state.state]}`;
}

/** `stopped after gate, as asked`; null for a run that did all there is to do, or that did not end well. */
export function partText({ state, partial, stage }: Pick<RunState, "state" | "partial" | "stage">): string | null {
  return state === "done" && partial === true ? `stopped after ${stage ?? "its start"}, as asked` : null;
}

/** What a person has to do before the run goes on, and how it goes on; nothing for a run that is done. */
export function needText(run: string, { state, need }: RunState, { commandLine }: Hints): string[] {
  if (state === "done" || state === "running") return [];
  const goesOn = `'${commandLine(`resume ${run}`)}' goes on where it stopped.`;
  if (need === null) return [goesOn];
  const message = colours.yellow(safeText(withCommandLines(need.message, commandLine)));
  // A target that is trained elsewhere comes back as another model, in a run of its own.
  return need.kind === "training" ? [message] : [message, `Then ${goesOn}`];
}

/** The tables of a report that has something to show. */
export function reportText(report: Report): string[] {
  const evaluated = report.benchmarks.some(({ accuracies }) => accuracies.length > 0);
  return [
    ...(evaluated ? [tableText(accuracyTable(report))] : []),
    ...(report.iterations.length > 0 ? [tableText(iterationTable(report)), tableText(funnelTable(report))] : []),
  ];
}
