import * as vscode from "vscode";
import type { FaultView } from "../../protocol/fault.js";
import type { LaunchView, RunView } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { setContext } from "../manifest.js";
import { describeFault, faultOf } from "../messages.js";
import type { ActiveProject } from "../project/activeProject.js";
import { Watching } from "./watching.js";

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
  readonly #watching: Watching;
  #folder: vscode.Uri | null = null;
  #runs = new Map<string, RunView>();
  #order: readonly string[] = [];
  #launches: readonly LaunchView[] = [];
  /** Whether the runs of this project were read before. */
  #loaded = false;
  #fault: FaultView | null = null;

  constructor(engine: EngineClient, project: ActiveProject, memory: vscode.Memento, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#project = project;
    this.#memory = memory;
    this.#log = log;
    this.#watching = new Watching({
      begin: async (folder) => this.#begin(folder),
      end: (folder) => {
        engine.call("runs/unwatch", { folder }).catch((thrown: unknown) => log.debug(String(thrown)));
      },
      failed: (thrown) => this.#failed(faultOf(thrown)),
    });
    this.#disposables = [
      this.#changed,
      this.#watching,
      project.onDidChange(() => this.#projectChanged()),
      engine.on("runs/changed", ({ folder, runs, order, launches }) => {
        if (folder === this.#folder?.fsPath) this.#take(runs, order, launches, true);
      }),
      // A worker that died has forgotten what it watched.
      engine.onDidEnd(() => this.#watching.lost()),
      // Another window or a terminal may have started a run while this window was not looked at.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && !this.#watching.watched) void this.reload();
      }),
    ];
    this.#showLast();
  }

  /** Ids of the runs that changed; null when runs came or went. */
  readonly onDidChange = this.#changed.event;

  get folder(): vscode.Uri | null {
    return this.#folder;
  }

  /** Why the runs cannot be read, as in a store that a newer program wrote; what was read before is shown still. */
  get fault(): FaultView | null {
    return this.#fault;
  }

  /** The newest first. */
  get all(): readonly RunView[] {
    return this.#order.flatMap((id) => this.#runs.get(id) ?? []);
  }

  get(id: string): RunView | null {
    return this.#runs.get(id) ?? null;
  }

  /** The runs that go on now, the newest first. */
  get live(): readonly RunView[] {
    return this.all.filter(({ state }) => state === "running");
  }

  /** Processes whose run is not there yet, or that have ended without one and were not told, the oldest first. */
  get launches(): readonly LaunchView[] {
    return this.#launches;
  }

  /** Those whose run is still awaited. */
  get starting(): readonly LaunchView[] {
    return this.#launches.filter(({ outcome }) => outcome === null);
  }

  /** Runs are followed as long as somebody shows them. */
  watch(watcher: Watcher, shown: boolean): void {
    if (shown) this.#watchers.add(watcher);
    else this.#watchers.delete(watcher);
    this.#follow();
  }

  /** Reads the runs again; resolves when they are there. */
  reload(): Promise<void> {
    return this.#watching.reload();
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
    this.#watching.show(this.#folder.fsPath);
  }

  #projectChanged(): void {
    const { state } = this.#project;
    if (state.state === "loading") return;
    // While a project's file is broken its runs are there as before.
    const folder = state.state === "ready" || state.state === "broken" ? state.folder : null;
    if (folder?.fsPath === this.#folder?.fsPath) return;
    this.#folder = folder;
    void this.#memory.update(folderKey, folder?.toString());
    this.#loaded = false;
    this.#fault = null;
    this.#runs = new Map();
    this.#order = [];
    this.#launches = [];
    this.#told(null);
    this.#watching.show(folder?.fsPath ?? null);
  }

  async #begin(folder: string): Promise<void> {
    // A watch begins with the whole list, so that nothing is missed in between.
    const { runs, launches } = await this.#engine.call("runs/watch", { folder });
    if (folder !== this.#folder?.fsPath) return;
    const faulty = this.#fault !== null;
    this.#fault = null;
    const order = runs.map(({ id }) => id);
    this.#take(runs, order, launches, this.#loaded);
    this.#loaded = true;
    if (faulty) this.#told(null);
  }

  #failed(fault: FaultView): void {
    const again = this.#fault?.message === fault.message;
    this.#fault = fault;
    // It is tried again and again; the log says it once.
    if (again) return;
    this.#log.error(describeFault(fault));
    this.#told(null);
  }

  #follow(): void {
    this.#watching.need(this.#watchers.size > 0 || this.live.length > 0 || this.#launches.length > 0);
  }

  #take(runs: readonly RunView[], order: readonly string[], launches: readonly LaunchView[], again: boolean): void {
    const before = this.live.map(({ id }) => id);
    const reordered = order.join() !== this.#order.join();
    const relaunched = JSON.stringify(launches) !== JSON.stringify(this.#launches);
    this.#launches = launches;
    for (const run of runs) this.#runs.set(run.id, run);
    for (const id of [...this.#runs.keys()]) if (!order.includes(id)) this.#runs.delete(id);
    this.#order = order;
    this.#told(reordered || relaunched ? null : runs.map(({ id }) => id));
    // Other views show the results of runs: they look again when one came, went or ended.
    const ended = before.some((id) => this.get(id)?.state !== "running");
    if (again && (reordered || ended)) void this.#project.refresh();
    this.#follow();
  }

  #told(ids: readonly string[] | null): void {
    void setContext("preceptor.hasRuns", this.#order.length > 0);
    void setContext("preceptor.running", this.live.length > 0 || this.starting.length > 0);
    this.#changed.fire(ids);
  }
}
