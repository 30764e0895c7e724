import { readdir, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { toFault } from "../../engine/fault.js";
import { versioned } from "../../engine/store/index.js";
import { unlessAbsent } from "./faults.js";
import { ensureFolder, isForgotten, isName, readJson, requireName, writeJson } from "./files.js";
import {
  processIdentitySchema,
  processState,
  systemProcesses,
  type ProcessIdentity,
  type ProcessState,
  type ProcessTable,
} from "./processIdentity.js";

/** A process that was started to work on a run, until that run is seen or the process has ended without one. */
export interface Launch {
  readonly version: 1;
  readonly id: string;
  /** The run that it goes on with, and the journal's sequence at which that one had ended; null for a new run. */
  readonly run: string | null;
  readonly ended: number | null;
  readonly process: ProcessIdentity;
  /** Who started it. */
  readonly by: ProcessIdentity;
  /** For people. */
  readonly time: string;
  /** Absolute paths: what it says, and the document that it prints when it ends. */
  readonly log: string;
  readonly result: string;
}

/** What whoever starts a process knows of it. */
export type NewLaunch = Pick<Launch, "id" | "run" | "ended" | "log" | "result"> & { readonly pid: number };

const parseLaunch = versioned<Launch>({
  what: "launch",
  version: 1,
  schema: z.object({
    version: z.literal(1),
    id: z.string().refine(isName),
    run: z.string().nullable(),
    ended: z.number().nullable(),
    process: processIdentitySchema,
    by: processIdentitySchema,
    time: z.string(),
    log: z.string(),
    result: z.string(),
  }),
});

/** Stands for the start time of a process that had ended before it could be asked: equal to that of no other one. */
const startOfNone = "ended";

/**
 * `launches/` of a store: one file for each process that was started and whose run is not there yet. Whoever takes the file
 * away is the one that tells how it ended, so of several windows only one does. A process that finds its own file gone
 * before it has begun its run begins none.
 */
export class Launches {
  readonly #folder: string;
  readonly #processes: ProcessTable;
  #self: Promise<ProcessIdentity> | null = null;

  /** @param store the folder `.preceptor`. */
  constructor(store: string, processes: ProcessTable = systemProcesses) {
    this.#folder = path.join(store, "launches");
    this.#processes = processes;
  }

  /** Notes a process that this one has started. */
  async note({ pid, ...launch }: NewLaunch): Promise<void> {
    const by = await this.#here();
    const startTime = await this.#processes.startTime(pid);
    const process = { ...by, pid, startTime: startTime === undefined ? startOfNone : startTime };
    await ensureFolder(this.#folder);
    await this.#tidy();
    const record: Launch = { version: 1, ...launch, process, by, time: new Date().toISOString() };
    await writeJson(this.#file(launch.id), record);
  }

  /** Those that nobody has taken. A file that is no launch, or that a newer program wrote, is nobody's business here. */
  async read(): Promise<Launch[]> {
    const launches: Launch[] = [];
    for (const name of await this.#names()) {
      try {
        const launch = await readJson(path.join(this.#folder, name), parseLaunch);
        if (launch?.id === name.slice(0, -".json".length)) launches.push(launch);
      } catch (thrown) {
        const { kind } = toFault(thrown);
        if (kind !== "data" && kind !== "storage") throw thrown;
      }
    }
    return launches;
  }

  /** Takes one away: true for the first that does, false for every other. */
  async take(id: string): Promise<boolean> {
    const file = this.#file(id);
    return unlessAbsent(file, false, async () => {
      // Not `rm`, which two at once can both have done.
      await unlink(file);
      return true;
    });
  }

  async has(id: string): Promise<boolean> {
    const file = this.#file(id);
    return unlessAbsent(file, false, async () => (await stat(file)).isFile());
  }

  async state(asked: ProcessIdentity): Promise<ProcessState> {
    return processState(asked, await this.#here(), this.#processes);
  }

  #here(): Promise<ProcessIdentity> {
    return (this.#self ??= this.#processes.self());
  }

  #file(id: string): string {
    return path.join(this.#folder, `${requireName(id, "launch")}.json`);
  }

  async #names(): Promise<string[]> {
    const names = await unlessAbsent(this.#folder, [], async () => readdir(this.#folder));
    return names.filter((name) => name.endsWith(".json") && isName(name)).sort();
  }

  /** Removes what a machine left that nobody starts any more, as a container. */
  async #tidy(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const file = path.join(this.#folder, name);
      if (await isForgotten(file)) await unlessAbsent(file, undefined, async () => unlink(file));
    }
  }
}
