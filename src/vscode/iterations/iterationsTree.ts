import * as vscode from "vscode";
import type { IterationView, RunView, StageView } from "../../protocol/worker/index.js";
import { describeFault } from "../messages.js";
import { plain, plainLine } from "../plainText.js";
import { isOpen } from "./followedRuns.js";
import type { Runs } from "./runsModel.js";
import {
  currentStage,
  iterationDescription,
  iterationLabel,
  joined,
  runDescription,
  runFacts,
  runStateText,
  stageDescription,
  stageLabel,
  stageStateText,
} from "./runText.js";

/** A row of the Iterations view. Rows name what they show; what it is now is looked up when it is painted. */
export type IterationsRow =
  /** A new run whose process was started and that is not there yet. */
  | { readonly kind: "launch"; readonly launch: string }
  | { readonly kind: "run"; readonly run: string }
  | { readonly kind: "iteration"; readonly run: string; readonly iteration: number }
  | { readonly kind: "stage"; readonly run: string; readonly iteration: number; readonly stage: StageView["stage"] };

/** Runs → iterations → stages. */
export class IterationsTree implements vscode.TreeDataProvider<IterationsRow>, vscode.Disposable {
  readonly #runs: Runs;
  readonly #changed = new vscode.EventEmitter<IterationsRow | undefined>();
  readonly #listening: vscode.Disposable;
  /** One object for each row, so that the editor recognises it. */
  readonly #rows = new Map<string, IterationsRow>();
  /** Rows that were first shown open: the editor keeps what the person made of them. */
  readonly #opened = new Set<string>();

  constructor(runs: Runs) {
    this.#runs = runs;
    this.#listening = runs.onDidChange((ids) => {
      if (ids === null) this.#changed.fire(undefined);
      else for (const id of ids) this.#changed.fire(this.#row({ kind: "run", run: id }));
    });
  }

  readonly onDidChangeTreeData = this.#changed.event;

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  /**
   * Rows of what goes on that have not been shown yet: a run on its way, a run at work, and the iteration that it is at, which
   * are shown open. Each is told once.
   */
  unshown(): IterationsRow[] {
    const atWork = this.#runs.live.flatMap((live): IterationsRow[] => {
      const iteration = currentStage(live)?.iteration.iteration;
      return [
        { kind: "run", run: live.id },
        ...(iteration === undefined ? [] : [{ kind: "iteration" as const, run: live.id, iteration }]),
      ];
    });
    return [...this.#launches(), ...atWork].flatMap((row) => {
      const id = idOf(row);
      if (this.#opened.has(id)) return [];
      this.#opened.add(id);
      return [this.#row(row)];
    });
  }

  getChildren(row?: IterationsRow): IterationsRow[] {
    if (row === undefined) return this.#roots();
    if (row.kind === "launch" || row.kind === "stage") return [];
    const run = this.#runs.get(row.run);
    if (run === null) return [];
    if (row.kind === "run") {
      return [...run.iterations]
        .reverse()
        .map(({ iteration }) => this.#row({ kind: "iteration", run: run.id, iteration }));
    }
    const { iteration } = row;
    return (iterationOf(run, iteration)?.stages ?? []).map(({ stage }) =>
      this.#row({ kind: "stage", run: run.id, iteration, stage }),
    );
  }

  getParent(row: IterationsRow): IterationsRow | undefined {
    if (row.kind === "run" || row.kind === "launch") return undefined;
    if (row.kind === "iteration") return this.#row({ kind: "run", run: row.run });
    return this.#row({ kind: "iteration", run: row.run, iteration: row.iteration });
  }

  getTreeItem(row: IterationsRow): vscode.TreeItem {
    if (row.kind === "launch") return launchItem(row);
    const run = this.#runs.get(row.run);
    // Deleted between two looks; the next one takes the row away.
    if (run === null) return new vscode.TreeItem(plainLine(row.run, 80));
    if (row.kind === "run") return this.#runItem(run);
    const iteration = iterationOf(run, row.iteration);
    if (iteration === null) return new vscode.TreeItem("");
    if (row.kind === "iteration") return this.#iterationItem(run, iteration);
    const stage = iteration.stages.find((each) => each.stage === row.stage);
    return stage === undefined ? new vscode.TreeItem("") : stageItem(run, iteration, stage);
  }

  resolveTreeItem(item: vscode.TreeItem, row: IterationsRow): vscode.TreeItem {
    const run = row.kind === "run" ? this.#runs.get(row.run) : null;
    if (run !== null) item.tooltip = runTooltip(run);
    return item;
  }

  /** New runs that are on their way, then the runs. */
  #roots(): IterationsRow[] {
    return [...this.#launches(), ...this.#runs.all.map(({ id }) => this.#row({ kind: "run", run: id }))];
  }

  #launches(): IterationsRow[] {
    return this.#runs.starting.flatMap(({ id, run }) =>
      run === null ? [this.#row({ kind: "launch", launch: id })] : [],
    );
  }

  #runItem(run: RunView): vscode.TreeItem {
    const id = idOf({ kind: "run", run: run.id });
    const newest = this.#runs.all[0]?.id === run.id;
    const item = new vscode.TreeItem(
      plainLine(run.id, 80),
      this.#stateOf(id, newest && run.iterations.length > 0, run.iterations.length > 0),
    );
    item.id = id;
    // A run that goes on again is as it was until its process has begun.
    const starting = run.state !== "running" && this.#runs.starting.some((launch) => launch.run === run.id);
    const state = starting ? vscode.l10n.t("starting") : null;
    item.description = joined([state, runDescription(run)]);
    item.iconPath = runIcon(starting ? "running" : run.state, isOpen(run));
    item.contextValue = flags([
      "run",
      run.state === "running" || starting ? "cancellable" : null,
      isResumable(run) && !starting ? "resumable" : null,
      run.launch === null ? null : "logged",
      hasReport(run) ? "report" : null,
      run.state === "done" ? "done" : null,
    ]);
    item.accessibilityInformation = {
      label: joined([plainLine(run.id, 80), state ?? runStateText(run), runFacts(run)]),
    };
    return item;
  }

  #iterationItem(run: RunView, iteration: IterationView): vscode.TreeItem {
    const id = idOf({ kind: "iteration", run: run.id, iteration: iteration.iteration });
    const current = currentStage(run)?.iteration.iteration === iteration.iteration;
    const item = new vscode.TreeItem(iterationLabel(iteration), this.#stateOf(id, current, true));
    item.id = id;
    item.description = iterationDescription(iteration, run.currency);
    item.iconPath = iterationIcon(iteration);
    item.contextValue = flags(["iteration"]);
    item.tooltip = iterationLabel(iteration);
    item.accessibilityInformation = {
      label: joined([
        iterationLabel(iteration),
        iterationStateText(iteration),
        iterationDescription(iteration, run.currency),
      ]),
    };
    return item;
  }

  #stateOf(id: string, open: boolean, children: boolean): vscode.TreeItemCollapsibleState {
    if (!children) return vscode.TreeItemCollapsibleState.None;
    if (open) this.#opened.add(id);
    return this.#opened.has(id) ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  }

  #row(row: IterationsRow): IterationsRow {
    const key = idOf(row);
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, row);
    return known ?? row;
  }
}

/** Stable from look to look, so that what a person opened stays open. */
function idOf(row: IterationsRow): string {
  switch (row.kind) {
    case "launch":
      return `launch:${row.launch}`;
    case "run":
      return `run:${row.run}`;
    case "iteration":
      return `run:${row.run}/${row.iteration}`;
    case "stage":
      return `run:${row.run}/${row.iteration}/${row.stage}`;
  }
}

/** Whether the run has stages that would run. */
export function isResumable(run: RunView): boolean {
  return (
    run.state !== "running" &&
    run.state !== "unreadable" &&
    run.state !== "new" &&
    (run.state !== "done" || isOpen(run))
  );
}

function hasReport(run: RunView): boolean {
  return run.iterations.some(({ stages }) => stages.some(({ stage, state }) => stage === "evaluate" && isEnd(state)));
}

function isEnd(state: StageView["state"]): boolean {
  return state === "done" || state === "reused";
}

function iterationOf(run: RunView, iteration: number): IterationView | null {
  return run.iterations.find((each) => each.iteration === iteration) ?? null;
}

function launchItem({ launch }: Extract<IterationsRow, { readonly kind: "launch" }>): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t("New run"), vscode.TreeItemCollapsibleState.None);
  item.id = idOf({ kind: "launch", launch });
  item.description = vscode.l10n.t("starting");
  item.iconPath = stageIcon("running");
  item.contextValue = flags(["launch", "cancellable", "logged"]);
  item.tooltip = vscode.l10n.t("The runner is being started.");
  item.accessibilityInformation = { label: vscode.l10n.t("New run, starting") };
  return item;
}

function stageItem(run: RunView, { iteration }: IterationView, stage: StageView): vscode.TreeItem {
  const item = new vscode.TreeItem(stageLabel(stage), vscode.TreeItemCollapsibleState.None);
  item.id = idOf({ kind: "stage", run: run.id, iteration, stage: stage.stage });
  item.description = stageDescription(stage, run.currency);
  item.iconPath = stageIcon(stage.state);
  item.contextValue = flags(["stage", stage.state]);
  const text = joined([stageLabel(stage), stageStateText(stage.state), stageDescription(stage, run.currency)]);
  item.tooltip = stage.state === "needs-person" && run.need !== null ? plain(run.need.message, 2000) : text;
  item.accessibilityInformation = { label: text };
  return item;
}

/** Told apart by shape; colour only repeats it. */
function stageIcon(state: StageView["state"]): vscode.ThemeIcon {
  switch (state) {
    case "planned":
      return new vscode.ThemeIcon("circle-outline");
    case "waiting":
      return new vscode.ThemeIcon("clock");
    case "running":
      return new vscode.ThemeIcon("sync~spin");
    case "done":
      return new vscode.ThemeIcon("check");
    case "reused":
      return new vscode.ThemeIcon("check-all");
    case "stopped":
      return new vscode.ThemeIcon("debug-pause");
    case "failed":
      return new vscode.ThemeIcon("error", new vscode.ThemeColor("errorForeground"));
    case "needs-person":
      return new vscode.ThemeIcon("person");
  }
}

function iterationIcon(iteration: IterationView): vscode.ThemeIcon {
  return stageIcon(iterationState(iteration));
}

function iterationStateText(iteration: IterationView): string {
  return stageStateText(iterationState(iteration));
}

/** The state that says most about an iteration. */
function iterationState({ stages }: IterationView): StageView["state"] {
  const found = (["running", "needs-person", "failed", "stopped"] as const).find((state) =>
    stages.some((stage) => stage.state === state),
  );
  if (found !== undefined) return found;
  return stages.every(({ state }) => isEnd(state))
    ? "done"
    : (stages.findLast(({ state }) => !isEnd(state))?.state ?? "done");
}

function runIcon(state: RunView["state"], open: boolean): vscode.ThemeIcon {
  switch (state) {
    case "running":
      return stageIcon("running");
    case "done":
      return stageIcon(open ? "stopped" : "done");
    case "failed":
      return stageIcon("failed");
    case "cancelled":
      return new vscode.ThemeIcon("circle-slash");
    case "stopped":
      return stageIcon("stopped");
    case "needs-person":
      return stageIcon("needs-person");
    case "unreadable":
      return new vscode.ThemeIcon("warning");
    case "new":
      return stageIcon("planned");
  }
}

function runTooltip(run: RunView): string {
  const begun = run.started === null ? null : new Date(run.started);
  return [
    joined([plainLine(run.id, 80), runStateText(run), runFacts(run)]),
    run.need === null ? null : plain(run.need.message, 2000),
    run.fault === null ? null : describeFault(run.fault),
    begun === null || Number.isNaN(begun.getTime())
      ? null
      : vscode.l10n.t("Begun {0}", begun.toLocaleString(vscode.env.language)),
  ]
    .filter((line) => line !== null)
    .join("\n");
}

function flags(names: readonly (string | null)[]): string {
  return `;${names.filter((name) => name !== null).join(";")};`;
}
