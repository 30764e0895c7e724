import type { Command } from "commander";
import { planFacts, readRun, type Project } from "../../adapters/project/index.js";
import { followJournal, openProjectStore } from "../../adapters/store/index.js";
import { parseState, planRun, type PlannedStage, type RunState } from "../../engine/iteration/index.js";
import type { JournalEvent, ProjectStore } from "../../engine/store/index.js";
import { Fault } from "../../engine/fault.js";
import { contextOf, type CommandContext } from "../context.js";
import { exitCodeOf } from "../exit.js";
import { countsText, tableText } from "../figures.js";
import { withCommandLines } from "../invocation.js";
import { partText } from "../loopText.js";
import { safeText } from "../../protocol/safeText.js";
import { colours } from "../terminal.js";

interface RunSummary {
  readonly run: string;
  /**
   * `stopped` is a run whose runner died: it says running, but nobody holds its lock. `unreadable` is one whose files say
   * nothing: `fault` names the file and the remedy.
   */
  readonly state: RunState["state"] | "new" | "stopped" | "unreadable";
  readonly iteration: number;
  readonly stage: string | null;
  /** True for a run that is done only as far as it was asked to go. */
  readonly partial: boolean;
  readonly need: RunState["need"];
  readonly fault: string | null;
}

export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("list the runs, or say what one did, what it would do next, and why")
    .argument("[run]", "id of a run; without it, all runs")
    .option("--follow", "show the run's events until it ends")
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor status\n  $ preceptor status run-2\n  $ preceptor status run-2 --follow",
    )
    .action(async (id: string | undefined, options: { follow?: boolean }, command: Command) => {
      const context = contextOf(command, "No longer following; the run goes on.");
      const project = await context.openProject();
      const store = await openProjectStore(project.folder, { access: "read" });
      if (options.follow === true) await follow(context, store, id ?? null, project);
      else if (id === undefined) await list(context, store);
      else await show(context, project, id);
    });
}

async function list({ terminal, commandLine }: CommandContext, store: ProjectStore): Promise<void> {
  const runs: RunSummary[] = [];
  const ids = [...(await store.runIds())].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  for (const id of ids) {
    try {
      runs.push(await summary(store, id));
    } catch (thrown) {
      // One damaged file takes none of the other runs away.
      if (!(thrown instanceof Fault) || (thrown.kind !== "data" && thrown.kind !== "storage")) throw thrown;
      runs.push({ ...nothingRan, run: id, state: "unreadable", fault: thrown.describe() });
      process.exitCode = exitCodeOf(thrown);
    }
  }
  terminal.result({ runs }, () =>
    runs.length === 0
      ? `No run yet. Start one with '${commandLine("iterate")}'.`
      : [
          tableText({
            title: "Runs",
            head: ["Run", "State", "Iteration", "Stage"],
            rows: runs.map((each) => [each.run, stateText(each), iterationText(each), each.stage ?? "—"]),
            note: `'${commandLine("status RUN")}' says what a run would do next and why.`,
          }),
          ...runs.flatMap(({ run, state, fault }) =>
            state === "unreadable" && fault !== null
              ? [colours.red(safeText(withCommandLines(`${run} cannot be read. ${fault}`, commandLine)))]
              : [],
          ),
        ].join("\n"),
  );
}

function iterationText({ state, iteration }: RunSummary): string {
  return state === "unreadable" ? "—" : String(iteration);
}

const nothingRan = { iteration: 0, stage: null, partial: false, need: null, fault: null } as const;

async function summary(store: ProjectStore, id: string): Promise<RunSummary> {
  const run = await store.readRun(id);
  const state = await run.readDocument("state.json", parseState);
  if (state === null) {
    return { ...nothingRan, run: id, state: "new" };
  }
  const { iteration, stage, partial = false, need, fault } = state;
  const stopped = state.state === "running" && !(await run.running());
  return { run: id, state: stopped ? "stopped" : state.state, iteration, stage, partial, need, fault };
}

function stateText({ state, partial, stage }: RunSummary): string {
  if (state === "new" || state === "stopped" || state === "unreadable") return state;
  return partText({ state, partial, stage }) ?? state;
}

async function show({ terminal, commandLine }: CommandContext, project: Project, id: string): Promise<void> {
  const readable = await readRun(project, id);
  const overview = await summary(readable.store, id);
  const plan = await planRun(await planFacts(project, readable), readable.run);
  const said = (text: string): string => safeText(withCommandLines(text, commandLine));
  terminal.result({ ...overview, folder: readable.run.folder, stages: plan }, () => {
    const next = plan.find(({ plan: what }) => what === "run");
    return [
      tableText({
        title: `${id}: ${stateText(overview)}`,
        head: ["Iteration", "Stage", "State", "Results", "Why"],
        rows: plan.map(planRow),
        note:
          next === undefined
            ? "Everything is current; nothing would run."
            : `'${commandLine(`resume ${id}`)}' runs what is not done.`,
      }),
      ...(overview.need === null ? [] : [colours.yellow(said(overview.need.message))]),
      ...(overview.fault === null ? [] : [colours.red(said(overview.fault))]),
      `Results: ${readable.run.folder}`,
    ].join("\n");
  });
}

function planRow({ iteration, stage, plan, counts, reasons }: PlannedStage): string[] {
  const state = { done: "✓ done", run: "● would run", wait: "○ waits" }[plan];
  return [iteration === 0 ? "base" : String(iteration), stage, state, countsText(counts ?? {}), reasons.join("; ")];
}

/** Follows a run's journal by its size until the run ends or the person stops watching; the run itself goes on. */
async function follow(
  { terminal, signal }: CommandContext,
  store: ProjectStore,
  id: string | null,
  project: Project,
): Promise<void> {
  const { run } = await readRun(project, id);
  const controller = new AbortController();
  const events: JournalEvent[] = [];
  signal.addEventListener("abort", () => controller.abort(), { once: true });
  let idle = 0;
  const watch = setInterval(() => {
    void run.running().then((running) => {
      idle = running ? 0 : idle + 1;
      if (idle > 1) controller.abort();
    });
  }, 500);
  try {
    await followJournal(`${run.folder}/journal.jsonl`, {
      signal: controller.signal,
      intervalMs: 200,
      onEvents: (batch) => {
        events.push(...batch);
        if (!terminal.json) for (const event of batch) terminal.note(eventLine(event));
      },
    });
  } finally {
    clearInterval(watch);
  }
  const overview = await summary(store, run.id);
  terminal.result({ ...overview, events }, () => `${run.id}: ${stateText(overview)}`);
}

function eventLine({ time, type, version: _version, sequence: _sequence, ...fields }: JournalEvent): string {
  const text = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ");
  return safeText(`${time.slice(11, 19)} ${type} ${text}`, 2000);
}

export function registerCancel(program: Command): void {
  program
    .command("cancel")
    .description("ask a running run to stop; it keeps everything and can be resumed")
    .argument("<run>", "id of the run")
    .addHelpText("after", "\nExample:\n  $ preceptor cancel run-2")
    .action(async (id: string, _options: unknown, command: Command) => {
      const { terminal, openProject, commandLine } = contextOf(command);
      const project = await openProject();
      const store = await openProjectStore(project.folder);
      const running = await (await store.readRun(id)).running();
      if (running) await store.requestCancel(id);
      terminal.result({ run: id, cancelled: running }, () =>
        running ? `${id} stops at its next step; '${commandLine(`resume ${id}`)}' goes on.` : `${id} is not running.`,
      );
    });
}
