import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openProjectStore } from "../../adapters/store/index.js";
import { isAbort } from "../../engine/fault.js";
import type { RunView } from "../../protocol/worker/index.js";
import { RunFollower } from "./follower.js";

/** Milliseconds between two looks: at most four snapshots a second. */
const intervalMs = 250;
/** A run at work is told this often also when nothing changed but the time. */
const tickMs = 5000;

export interface RunsChange {
  readonly folder: string;
  readonly runs: RunView[];
  readonly order: string[];
}

/** The runs of one project, each followed from where the last look ended. */
export class ProjectRuns {
  readonly #folder: string;
  readonly #followers = new Map<string, RunFollower>();
  #looking: Promise<RunView[]> | null = null;

  constructor(folder: string) {
    this.#folder = path.resolve(folder);
  }

  /** All runs as they are now, the newest first. Looks that overlap are one. */
  async look(): Promise<RunView[]> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  /** Followers after a look, the newest run first. */
  async followers(): Promise<RunFollower[]> {
    const views = await this.look();
    return views.flatMap(({ id }) => this.#followers.get(id) ?? []);
  }

  async #look(): Promise<RunView[]> {
    const store = await openProjectStore(this.#folder, { access: "read" });
    const ids = (await store.runIds()).sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
    for (const id of this.#followers.keys()) if (!ids.includes(id)) this.#followers.delete(id);
    const views: RunView[] = [];
    for (const id of ids) {
      let follower = this.#followers.get(id);
      if (follower === undefined) {
        follower = new RunFollower(await store.readRun(id));
        this.#followers.set(id, follower);
      }
      views.push(await follower.look());
    }
    return views;
  }
}

/** Tells what changes in a project's runs until it is stopped. */
export class RunsWatch {
  readonly #runs: ProjectRuns;
  readonly #folder: string;
  readonly #say: (change: RunsChange) => void;
  readonly #onFault: (thrown: unknown) => void;
  readonly #stop = new AbortController();
  readonly #told = new Map<string, { readonly text: string; readonly at: number }>();
  #order = "";

  constructor(
    folder: string,
    runs: ProjectRuns,
    say: (change: RunsChange) => void,
    onFault: (thrown: unknown) => void,
  ) {
    this.#folder = folder;
    this.#runs = runs;
    this.#say = say;
    this.#onFault = onFault;
  }

  /** The runs now; what changes from here on is told. */
  async start(): Promise<RunView[]> {
    const views = await this.#runs.look();
    this.#changed(views);
    void this.#follow();
    return views;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    let failed = false;
    while (!signal.aborted) {
      try {
        await sleep(intervalMs, undefined, { signal });
        const views = await this.#runs.look();
        const runs = this.#changed(views);
        const order = views.map(({ id }) => id);
        const reordered = order.join() !== this.#order;
        this.#order = order.join();
        if (!signal.aborted && (runs.length > 0 || reordered)) this.#say({ folder: this.#folder, runs, order });
        failed = false;
      } catch (thrown) {
        if (isAbort(thrown)) return;
        // Told once: the next look may succeed, and a disk that is away must not fill the log.
        if (!failed) this.#onFault(thrown);
        failed = true;
      }
    }
  }

  /** Those that are not as they were told last. The seconds of a run at work change all the time and count now and then. */
  #changed(views: readonly RunView[]): RunView[] {
    const now = performance.now();
    const changed = views.filter((view) => {
      const text = JSON.stringify(view, (name, value: unknown) => (name === "seconds" ? undefined : value));
      const told = this.#told.get(view.id);
      if (told?.text === text && (view.state !== "running" || now - told.at < tickMs)) return false;
      this.#told.set(view.id, { text, at: now });
      return true;
    });
    const ids = new Set(views.map(({ id }) => id));
    for (const id of this.#told.keys()) if (!ids.has(id)) this.#told.delete(id);
    this.#order ||= views.map(({ id }) => id).join();
    return changed;
  }
}
