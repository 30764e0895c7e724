import { openRun, type CaseFilter, type Project } from "../adapters/project/index.js";
import { Launches, openProjectStore } from "../adapters/store/index.js";
import { Fault, toFault } from "../engine/fault.js";
import {
  buildReport,
  requireTaught,
  runLoop,
  type LoopBenchmark,
  type RunState,
  type StageName,
} from "../engine/iteration/index.js";
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
  { terminal, signal, commandLine, handed }: CommandContext,
  project: Project,
  request: LoopRequest,
): Promise<LoopResult> {
  const started = performance.now();
  const strategies = project.configuration.iterations.map(({ strategy }) => strategy);
  const live = watchRun(terminal, strategies, () => performance.now());
  const { launch = null } = await handed();
  const mayBegin = async (benchmarks: readonly LoopBenchmark[]): Promise<void> => {
    requireTaught({ ...project, benchmarks }, request.iterations);
    await requireLaunch(project, launch);
  };
  const open = await openRun(project, { ...request, watcher: live, mayBegin, signal });
  try {
    for (const { benchmark, overlaps } of open.leftOut) {
      terminal.note(`${benchmark}: ${overlaps.length} target cases are also evaluated and were left out.`);
    }
    const { services } = open;
    const { id: run, folder } = services.run;
    // Whoever started this process finds its run by the name of the start, and its log.
    await services.run.event("runner-started", { pid: process.pid, ...(launch === null ? {} : { launch }) });
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

/** Nothing begins whose start was cancelled: whoever cancels it takes its note away. */
async function requireLaunch({ folder }: Project, launch: string | null): Promise<void> {
  if (launch === null) return;
  const store = await openProjectStore(folder, { access: "read" });
  if (!(await new Launches(store.folder).has(launch))) throw new Fault("cancelled", "The start was cancelled.");
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
