import { readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../engine/fault.js";
import {
  parseJournalEvent,
  type JournalEvent,
  type RecordParser,
  type RunReader,
  type RunStore,
  type StageReader,
  type StageStore,
} from "../../engine/store/index.js";
import { onDisk, unlessAbsent } from "./faults.js";
import { ensureFolder, readJson, requireName, temporaryPrefix, writeJson } from "./files.js";
import { openJournal, type Journal, type WallClock } from "./journal.js";
import { acquireLock, liveHolder, type FileLock, type LockOptions } from "./lock.js";
import { readRecords } from "./recordLog.js";
import { DiskStageReader, DiskStageStore } from "./stage.js";

const journalFile = "journal.jsonl";
const lockFile = "lock.json";
const cancelFile = "cancel";

export interface RunOptions {
  readonly clock: WallClock;
  readonly lock: LockOptions;
  /** How often the cancel file is looked for, in milliseconds. */
  readonly cancelPollMs: number;
}

/** Takes the run's lock and opens it for writing. */
export async function openRunStore(folder: string, id: string, options: RunOptions): Promise<RunStore> {
  await ensureFolder(folder);
  const lock = await acquireLock(path.join(folder, lockFile), {
    ...options.lock,
    what: `run ${id}`,
    remedy: `Wait for it or follow it with \`preceptor status ${id} --follow\`; \`preceptor cancel ${id}\` ends it.`,
  });
  try {
    // Whoever asked to cancel meant the runner before this one.
    await removeFile(path.join(folder, cancelFile));
    await removeTemporaryFiles(folder);
    const healed: { file: string; bytes: number }[] = [];
    const journal = await openJournal(path.join(folder, journalFile), options.clock, {
      guard: async () => lock.verify(),
      onHealed: (file, bytes) => healed.push({ file, bytes }),
    });
    const run = new DiskRunStore(folder, id, lock, journal, options.cancelPollMs);
    for (const { file, bytes } of healed) await run.noteHealed(file, bytes);
    return run;
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}

class DiskRunStore implements RunStore {
  readonly id: string;
  readonly folder: string;
  readonly #lock: FileLock;
  readonly #journal: Journal;
  readonly #stages = new Map<string, DiskStageStore>();
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #cancelRequested = false;
  #closing: Promise<void> | null = null;

  constructor(folder: string, id: string, lock: FileLock, journal: Journal, cancelPollMs: number) {
    this.id = id;
    this.folder = folder;
    this.#lock = lock;
    this.#journal = journal;
    lock.lost.addEventListener("abort", () => this.#stop.abort(lock.lost.reason), { once: true });
    this.#timer = setInterval(() => {
      // A look that the disk refuses is made up for by the next one.
      this.#lookForCancel().catch(() => {});
    }, cancelPollMs);
    this.#timer.unref();
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get journal(): readonly JournalEvent[] {
    return this.#journal.events;
  }

  async event(type: string, fields: { readonly [field: string]: unknown }): Promise<void> {
    await this.#journal.event(type, fields);
  }

  stage(iteration: number, stage: string): StageStore {
    const folder = stageFolder(this.folder, iteration, stage);
    let store = this.#stages.get(folder);
    if (store === undefined) {
      store = new DiskStageStore(folder, iteration, stage, {
        guard: async () => this.#lock.verify(),
        // A failure to write the event shows again with the next event; the healing itself is done.
        onHealed: (file, bytes) => void this.noteHealed(file, bytes).catch(() => {}),
      });
      this.#stages.set(folder, store);
    }
    return store;
  }

  async readDocument<T>(name: string, parse: RecordParser<T>): Promise<T | null> {
    return readJson(documentFile(this.folder, name), parse);
  }

  async writeDocument(name: string, value: unknown): Promise<void> {
    await this.#lock.verify();
    await writeJson(documentFile(this.folder, name), value);
  }

  cancelRequested(): boolean {
    return this.#cancelRequested;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async noteHealed(file: string, bytes: number): Promise<void> {
    await this.event("healed", { file: path.relative(this.folder, file).replaceAll(path.sep, "/"), bytes });
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#stages.values()].map(async (stage) => stage.closeLogs()));
    await this.#journal.close();
    await this.#lock.release();
  }

  async #lookForCancel(): Promise<void> {
    if (this.cancelRequested() || !(await exists(path.join(this.folder, cancelFile)))) return;
    this.#cancelRequested = true;
    this.#stop.abort(
      new Fault("cancelled", "The run was cancelled.", { remedy: `\`preceptor resume ${this.id}\` goes on.` }),
    );
  }
}

/** Reads a run, without a lock, while it may be going on. */
export class DiskRunReader implements RunReader {
  readonly id: string;
  readonly folder: string;
  readonly #lock: LockOptions;

  constructor(folder: string, id: string, lock: LockOptions) {
    this.id = id;
    this.folder = folder;
    this.#lock = lock;
  }

  async journal(): Promise<JournalEvent[]> {
    return (await readRecords(path.join(this.folder, journalFile), parseJournalEvent)).records;
  }

  async readDocument<T>(name: string, parse: RecordParser<T>): Promise<T | null> {
    return readJson(documentFile(this.folder, name), parse);
  }

  stage(iteration: number, stage: string): StageReader {
    return new DiskStageReader(stageFolder(this.folder, iteration, stage));
  }

  async running(): Promise<boolean> {
    return (await liveHolder(path.join(this.folder, lockFile), this.#lock)) !== null;
  }
}

/** Asks the run's runner to stop; it looks for this file every 250 ms. */
export async function writeCancelFile(folder: string): Promise<void> {
  const file = path.join(folder, cancelFile);
  await onDisk(file, async () => writeFile(file, ""));
}

function stageFolder(folder: string, iteration: number, stage: string): string {
  if (!Number.isInteger(iteration) || iteration < 0) throw new Fault("internal", "Iterations are numbered from 0.");
  return path.join(folder, "stages", `${iteration}-${requireName(stage, "stage")}`);
}

function documentFile(folder: string, name: string): string {
  const file = path.join(folder, requireName(name, "document"));
  if (name.endsWith(".json") && name !== lockFile) return file;
  throw new Fault("internal", "A run's document has a name that ends in .json and is not lock.json.", { file });
}

async function exists(file: string): Promise<boolean> {
  return unlessAbsent(file, false, async () => {
    await stat(file);
    return true;
  });
}

async function removeFile(file: string): Promise<void> {
  await onDisk(file, async () => rm(file, { force: true }));
}

/** Files that a killed runner was writing; only the holder of the lock writes documents, so nobody needs them. */
async function removeTemporaryFiles(folder: string): Promise<void> {
  for (const name of await onDisk(folder, async () => readdir(folder))) {
    if (name.startsWith(temporaryPrefix) && !name.startsWith(`${temporaryPrefix}${lockFile}`)) {
      await removeFile(path.join(folder, name));
    }
  }
}
