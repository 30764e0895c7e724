import { openRun, type CaseFilter, type Project } from "../adapters/project/index.js";
import { toFault } from "../engine/fault.js";
import { buildReport, runLoop, type RunState, type StageName } from "../engine/iteration/index.js";
import type { Report } from "../engine/report/index.js";
import type { CodeRunner } from "../engine/seams/index.js";
import type { CommandContext } from "./context.js";
import { exitCodes } from "./exit.js";
import { journalProgress } from "./journalProgress.js";
import { watchRun } from "./live.js";

export interface LoopRequest {
  /** Id of the run to go on with; null starts a new one. */
  readonly run: string | null;
  readonly until: StageName | null;
  readonly iterations: number | null;
  /** Null keeps the cases that the run was started with. */
  readonly filter: CaseFilter | null;
  readonly fresh: boolean;
}

export interface LoopResult {
  readonly run: string;
  readonly folder: string;
  readonly state: RunState;
  readonly report: Report;
  readonly seconds: number;
  readonly spent: { readonly currency: number; readonly calls: number; readonly tokens: number };
  /** What else a reader of the results has to know. */
  readonly notes: readonly string[];
}

/** Runs the loop of a project in this process and shows it as it goes. */
export async function runProjectLoop(
  { terminal, signal, commandLine }: CommandContext,
  project: Project,
  request: LoopRequest,
): Promise<LoopResult> {
  const started = performance.now();
  const strategies = project.configuration.iterations.map(({ strategy }) => strategy);
  const live = watchRun(terminal, strategies, () => performance.now());
  const open = await openRun(project, { ...request, watcher: live, signal });
  try {
    for (const { benchmark, overlaps } of open.leftOut) {
      terminal.note(`${benchmark}: ${overlaps.length} target cases are also evaluated and were left out.`);
    }
    const { services } = open;
    const { id: run, folder } = services.run;
    // Whoever started this process finds its run by that number, and its log.
    await services.run.event("runner-started", { pid: process.pid });
    const notes = layerNotes(services.runner);
    for (const note of notes) terminal.note(note);
    const watcher = journalProgress(services.run, services.watcher, () => performance.now());
    const state = await runLoop({ ...services, watcher }, request).catch((thrown: unknown) => {
      live.end();
      if (toFault(thrown).kind !== "locked") {
        terminal.note(
          `Run ${run} failed. Once that is repaired, '${commandLine(`resume ${run}`)}' goes on where it stopped.`,
        );
      }
      throw thrown;
    });
    live.end();
    const report = await buildReport(services);
    const seconds = (performance.now() - started) / 1000;
    return { run, folder, state, report, seconds, spent: open.spent(), notes };
  } finally {
    live.end();
    await open.close();
  }
}

/** Programs that run without a sandbox are never run silently. */
export function layerNotes(runner: Pick<CodeRunner, "layer"> | null): string[] {
  if (runner?.layer !== "process") return [];
  return ['No sandbox works here, so programs run as plain processes, as "sandbox": { "consent": "process" } allows.'];
}

/** The exit code of a run's final state. */
export function exitCodeOfState({ state }: RunState): number {
  switch (state) {
    case "done":
    case "running":
      return exitCodes.done;
    case "failed":
      return exitCodes.failed;
    case "cancelled":
      return exitCodes.cancelled;
    case "needs-person":
      return exitCodes.person;
  }
}
