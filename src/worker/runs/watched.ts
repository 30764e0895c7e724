import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Launches, openProjectStore } from "../../adapters/store/index.js";
import { isAbort } from "../../engine/fault.js";
import type { LaunchView, RunView } from "../../protocol/worker/index.js";
import { RunFollower } from "./follower.js";
import { launchViews, notedLaunches } from "./launches.js";

/** Milliseconds between two looks: at most four snapshots a second. */
const intervalMs = 250;
/** A run at work is told this often also when nothing changed but the time. */
const tickMs = 5000;

export interface RunsChange {
  readonly folder: string;
  readonly runs: RunView[];
  readonly order: string[];
  readonly launches: LaunchView[];
}

/** The runs of a project as they are now, the newest first, and the processes whose run is not there yet. */
interface Look {
  readonly runs: RunView[];
  readonly launches: LaunchView[];
}

/** The runs of one project, each followed from where the last look ended. */
export class ProjectRuns {
  readonly #folder: string;
  readonly #followers = new Map<string, RunFollower>();
  #looking: Promise<Look> | null = null;

  constructor(folder: string) {
    this.#folder = path.resolve(folder);
  }

  /** Looks that overlap are one. */
  async look(): Promise<Look> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  /** Followers after a look, the newest run first. */
  async followers(): Promise<RunFollower[]> {
    const { runs } = await this.look();
    return runs.flatMap(({ id }) => this.#followers.get(id) ?? []);
  }

  async #look(): Promise<Look> {
    const store = await openProjectStore(this.#folder, { access: "read" });
    const launches = new Launches(store.folder);
    const noted = await notedLaunches(launches);
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
    return { runs: views, launches: await launchViews(launches, noted, views) };
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
  #launches = "";

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
  async start(): Promise<Look> {
    const look = await this.#runs.look();
    this.#changed(look.runs);
    this.#order = orderOf(look);
    this.#launches = JSON.stringify(look.launches);
    void this.#follow();
    return look;
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
        const look = await this.#runs.look();
        const runs = this.#changed(look.runs);
        const [order, launches] = [orderOf(look), JSON.stringify(look.launches)];
        const others = order !== this.#order || launches !== this.#launches;
        [this.#order, this.#launches] = [order, launches];
        if (!signal.aborted && (runs.length > 0 || others)) {
          const ids = look.runs.map(({ id }) => id);
          this.#say({ folder: this.#folder, runs, order: ids, launches: look.launches });
        }
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
    return changed;
  }
}

function orderOf({ runs }: Look): string {
  return runs.map(({ id }) => id).join();
}
