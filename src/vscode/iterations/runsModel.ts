import * as vscode from "vscode";
import type { RunView } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { setContext } from "../manifest.js";
import type { ActiveProject } from "../project/activeProject.js";

/** Where runs are shown: while none of them is on screen and no run goes on, nobody looks at the files. */
export type Watcher = "iterations" | "hosts" | "start";

const folderKey = "preceptor.runsFolder";

/**
 * The runs of the active project as the worker tells them. Holds nothing that is not in their files: a window that
 * reloads shows the same.
 */
export class Runs implements vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #project: ActiveProject;
  readonly #memory: vscode.Memento;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<readonly string[] | null>();
  readonly #disposables: vscode.Disposable[];
  readonly #watchers = new Set<Watcher>();
  #folder: vscode.Uri | null = null;
  #runs = new Map<string, RunView>();
  #order: readonly string[] = [];
  #watched: string | null = null;
  /** Whether the runs of this project were read before. */
  #loaded = false;
  #loading: Promise<void> = Promise.resolve();

  constructor(engine: EngineClient, project: ActiveProject, memory: vscode.Memento, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#project = project;
    this.#memory = memory;
    this.#log = log;
    this.#disposables = [
      this.#changed,
      project.onDidChange(() => this.#projectChanged()),
      engine.on("runs/changed", ({ folder, runs, order }) => {
        if (folder === this.#folder?.fsPath) this.#take(runs, order, true);
      }),
      // A worker that died has forgotten what it watched.
      engine.onDidStart(() => {
        if (this.#watched === null) return;
        this.#watched = null;
        void this.reload();
      }),
      // Another window or a terminal may have started a run while this window was not looked at.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.#watched === null) void this.reload();
      }),
    ];
    this.#showLast();
  }

  /** Ids of the runs that changed; null when runs came or went. */
  readonly onDidChange = this.#changed.event;

  get folder(): vscode.Uri | null {
    return this.#folder;
  }

  /** The newest first. */
  get all(): readonly RunView[] {
    return this.#order.flatMap((id) => this.#runs.get(id) ?? []);
  }

  get(id: string): RunView | null {
    return this.#runs.get(id) ?? null;
  }

  /** The run that goes on now. */
  get live(): RunView | null {
    return this.all.find(({ state }) => state === "running") ?? null;
  }

  /** Runs are followed as long as somebody shows them. */
  watch(watcher: Watcher, shown: boolean): void {
    if (shown) this.#watchers.add(watcher);
    else this.#watchers.delete(watcher);
    this.#follow();
  }

  /** Reads the runs again; resolves when they are there. */
  reload(): Promise<void> {
    const folder = this.#folder;
    if (folder !== null) this.#loading = this.#load(folder);
    return this.#loading;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /**
   * The runs that this window showed last, without waiting until its project has been looked for and read: a run that
   * went on while the window was away is there at once.
   */
  #showLast(): void {
    const last = this.#memory.get<string>(folderKey);
    if (last === undefined || !vscode.workspace.isTrusted) return;
    this.#folder = vscode.Uri.parse(last);
    void this.reload();
  }

  #projectChanged(): void {
    const { state } = this.#project;
    if (state.state === "loading") return;
    // While a project's file is broken its runs are there as before.
    const folder = state.state === "ready" || state.state === "broken" ? state.folder : null;
    if (folder?.fsPath === this.#folder?.fsPath) return;
    this.#unwatch();
    this.#folder = folder;
    void this.#memory.update(folderKey, folder?.toString());
    this.#loaded = false;
    this.#runs = new Map();
    this.#order = [];
    this.#told(null);
    void this.reload();
  }

  async #load(folder: vscode.Uri): Promise<void> {
    try {
      // A watch begins with the whole list, so that nothing is missed in between.
      const { runs } = await this.#engine.call("runs/watch", { folder: folder.fsPath });
      if (folder.fsPath !== this.#folder?.fsPath) return;
      this.#watched = folder.fsPath;
      this.#take(
        runs,
        runs.map(({ id }) => id),
        this.#loaded,
      );
      this.#loaded = true;
    } catch (thrown) {
      this.#log.error(thrown instanceof Error ? thrown : String(thrown));
    }
    this.#follow();
  }

  #follow(): void {
    const needed = this.#watchers.size > 0 || this.live !== null;
    if (needed && this.#watched === null) void this.reload();
    if (!needed) this.#unwatch();
  }

  #unwatch(): void {
    const folder = this.#watched;
    this.#watched = null;
    if (folder === null) return;
    this.#engine.call("runs/unwatch", { folder }).catch((thrown: unknown) => this.#log.debug(String(thrown)));
  }

  #take(runs: readonly RunView[], order: readonly string[], again: boolean): void {
    const before = this.live?.id;
    const reordered = order.join() !== this.#order.join();
    for (const run of runs) this.#runs.set(run.id, run);
    for (const id of [...this.#runs.keys()]) if (!order.includes(id)) this.#runs.delete(id);
    this.#order = order;
    this.#told(reordered ? null : runs.map(({ id }) => id));
    // Other views show the results of runs: they look again when one came, went or ended.
    if (again && (reordered || (before !== undefined && this.live === null))) void this.#project.refresh();
    if (this.live === null) this.#follow();
  }

  #told(ids: readonly string[] | null): void {
    void setContext("preceptor.hasRuns", this.#order.length > 0);
    void setContext("preceptor.running", this.live !== null);
    this.#changed.fire(ids);
  }
}
