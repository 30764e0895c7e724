import { availableParallelism } from "node:os";
import * as vscode from "vscode";
import type { TrainingJob } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { revealFiles } from "../iterations/revealFiles.js";
import type { Runs } from "../iterations/runsModel.js";
import { bytes, duration, joined, stageStateText } from "../iterations/runText.js";
import { views } from "../manifest.js";
import type { Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import { number } from "../numbers.js";

/** A row of the Hosts view: a machine, or a training job on it. */
export type HostsRow =
  { readonly kind: "host" } | { readonly kind: "job"; readonly run: string; readonly iteration: number };

const thisMachine: HostsRow = { kind: "host" };

/** Milliseconds between two looks at the jobs while a run goes on. */
const paceMs = 1000;

/** Machines that train, with their jobs: the built-in trainer on this machine. */
class HostsTree implements vscode.TreeDataProvider<HostsRow>, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #runs: Runs;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<HostsRow | undefined>();
  #jobs: readonly TrainingJob[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(engine: EngineClient, runs: Runs, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#runs = runs;
    this.#log = log;
  }

  readonly onDidChangeTreeData = this.#changed.event;

  job(run: string, iteration: number): TrainingJob | null {
    return this.#jobs.find((job) => job.run === run && job.iteration === iteration) ?? null;
  }

  /** Reads the jobs soon; looks that are asked for meanwhile are one. */
  refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#read();
    }, paceMs);
  }

  async read(): Promise<void> {
    await this.#read();
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#changed.dispose();
  }

  getChildren(row?: HostsRow): HostsRow[] {
    // A machine is there before its first job; without a project, or without trust, the view says what is missing.
    if (row === undefined) return this.#runs.folder === null ? [] : [thisMachine];
    return row.kind === "host" ? this.#jobs.map(({ run, iteration }) => ({ kind: "job", run, iteration })) : [];
  }

  getTreeItem(row: HostsRow): vscode.TreeItem {
    if (row.kind === "host") return hostItem(this.#jobs);
    const job = this.job(row.run, row.iteration);
    return job === null ? new vscode.TreeItem(plainLine(row.run, 80)) : jobItem(job);
  }

  async #read(): Promise<void> {
    const { folder } = this.#runs;
    try {
      this.#jobs = folder === null ? [] : (await this.#engine.call("hosts/jobs", { folder: folder.fsPath })).jobs;
    } catch (thrown) {
      // The runs themselves say what is wrong with them.
      this.#log.warn(`Training jobs cannot be read: ${String(thrown)}`);
    }
    this.#changed.fire(undefined);
  }
}

/** The Hosts view and its commands. */
export function registerHosts(
  context: vscode.ExtensionContext,
  parts: {
    readonly engine: EngineClient;
    readonly runs: Runs;
    readonly messages: Messages;
    readonly log: vscode.LogOutputChannel;
  },
): void {
  const { engine, runs, messages, log } = parts;
  const tree = new HostsTree(engine, runs, log);
  const view = vscode.window.createTreeView(views.hosts, { treeDataProvider: tree });
  const look = (visible: boolean): void => {
    runs.watch("hosts", visible);
    if (visible) void tree.read();
  };
  context.subscriptions.push(
    tree,
    view,
    view.onDidChangeVisibility(({ visible }) => look(visible)),
    runs.onDidChange(() => {
      if (view.visible) tree.refresh();
    }),
  );
  if (view.visible) look(true);
  const register = (name: string, action: (job: TrainingJob) => Promise<void>): void => {
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (row?: HostsRow) =>
        messages.guard(async () => {
          const job = row?.kind === "job" ? tree.job(row.run, row.iteration) : null;
          if (job !== null) await action(job);
        }),
      ),
    );
  };
  register("preceptor.revealCheckpoint", async ({ checkpoint }) => {
    if (checkpoint !== null) await revealFiles(vscode.Uri.file(checkpoint.file));
  });
  register("preceptor.showTrainingLog", async ({ log: file }) => {
    if (file !== null) await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
  });
}

function hostItem(jobs: readonly TrainingJob[]): vscode.TreeItem {
  const label = vscode.l10n.t("This machine");
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, jobs.length === 0 ? None : Expanded);
  const busy = jobs.filter(({ state }) => state === "running").length;
  // The editor keeps a row without children as it was; one of another id opens with its first job.
  item.id = jobs.length === 0 ? "host:local" : "host:local/jobs";
  item.description = joined([
    vscode.l10n.t("built-in trainer"),
    vscode.l10n.t("{0} cores", number(availableParallelism())),
    jobs.length === 0 ? vscode.l10n.t("no job yet") : null,
    busy > 0 ? vscode.l10n.t("{0} at work", number(busy)) : null,
  ]);
  item.iconPath = new vscode.ThemeIcon("vm");
  item.contextValue = ";host;";
  item.tooltip = vscode.l10n.t("The trainer that comes with Preceptor. Machines over SSH follow in a later version.");
  item.accessibilityInformation = { label: joined([label, item.description]) };
  return item;
}

function jobItem(job: TrainingJob): vscode.TreeItem {
  const label = vscode.l10n.t("{0} · iteration {1}", plainLine(job.run, 60), job.iteration);
  const description = joined([
    job.step === null || job.steps === null
      ? null
      : vscode.l10n.t("step {0} of {1}", number(job.step), number(job.steps)),
    job.loss === null ? null : vscode.l10n.t("loss {0}", job.loss.toFixed(3)),
    job.checkpoint === null ? null : vscode.l10n.t("checkpoint {0}", bytes(job.checkpoint.bytes)),
    job.seconds === null || job.seconds < 1 ? null : duration(job.seconds),
  ]);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
  item.id = `job:${job.run}/${job.iteration}`;
  item.description = description;
  item.iconPath = jobIcon(job.state);
  item.contextValue = `;job;${job.checkpoint === null ? "" : "checkpoint;"}${job.log === null ? "" : "log;"}`;
  item.tooltip = joined([label, stageStateText(job.state), description]);
  item.accessibilityInformation = { label: joined([label, stageStateText(job.state), description]) };
  return item;
}

function jobIcon(state: TrainingJob["state"]): vscode.ThemeIcon {
  switch (state) {
    case "running":
      return new vscode.ThemeIcon("sync~spin");
    case "done":
    case "reused":
      return new vscode.ThemeIcon("check");
    case "failed":
      return new vscode.ThemeIcon("error", new vscode.ThemeColor("errorForeground"));
    case "needs-person":
      return new vscode.ThemeIcon("person");
    case "stopped":
      return new vscode.ThemeIcon("debug-pause");
    case "planned":
    case "waiting":
      return new vscode.ThemeIcon("clock");
  }
}
