import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { Fault } from "../../engine/fault.js";
import { contentHash } from "../../engine/hash.js";
import {
  versioned,
  type DecisionLog,
  type KeyedCache,
  type KeyedClaims,
  type ProjectStore,
  type RecordParser,
  type RunReader,
  type RunStore,
} from "../../engine/store/index.js";
import { answerCodec, vectorCodec } from "./caches.js";
import { openClaims } from "./claims.js";
import { openDecisionLog } from "./decisions.js";
import { unlessAbsent } from "./faults.js";
import { createExclusive, ensureFolder, isName, readJson, requireName } from "./files.js";
import type { WallClock } from "./journal.js";
import type { LockOptions } from "./lock.js";
import { systemProcesses, type ProcessIdentity } from "./processIdentity.js";
import { DiskRunReader, openRunStore, writeCancelFile } from "./run.js";
import { SegmentCache } from "./segments.js";

/** The name of the store's folder inside a project. */
export const storeFolderName = ".preceptor";

export interface StoreOptions {
  /** `read` writes nothing at all, for a folder that only can or may be read. Default `write`. */
  readonly access?: "read" | "write";
  /** Time of day for the journal. */
  readonly clock?: WallClock;
  readonly lock?: LockOptions;
  /** How often a runner looks for the cancel file, in milliseconds. Default 250. */
  readonly cancelPollMs?: number;
  /** After a miss the answers of other processes are looked at again, at most once in this many milliseconds. */
  readonly refreshMs?: number;
}

interface StoreVersion {
  readonly version: 1;
}

const parseVersion = versioned<StoreVersion>({
  what: "store",
  version: 1,
  schema: z.object({ version: z.literal(1) }),
});

/**
 * Opens the store of a project: `.preceptor` in the given project folder, created unless `access` is `read`.
 *
 * @param projectFolder where `preceptor.json` is.
 * @throws Fault `storage` when the folder cannot be used or a newer Preceptor wrote it.
 */
export async function openProjectStore(projectFolder: string, options: StoreOptions = {}): Promise<ProjectStore> {
  const folder = path.join(path.resolve(projectFolder), storeFolderName);
  if ((options.access ?? "write") === "write") {
    await ensureFolder(folder);
    await createIfAbsent(path.join(folder, ".gitignore"), "*\n");
    await createIfAbsent(path.join(folder, "version.json"), `${JSON.stringify({ version: 1 })}\n`);
  }
  await readJson(path.join(folder, "version.json"), parseVersion);
  const processes = options.lock?.processes ?? systemProcesses;
  return new DiskProjectStore(folder, await processes.self(), options);
}

class DiskProjectStore implements ProjectStore {
  readonly folder: string;
  readonly #identity: ProcessIdentity;
  readonly #options: StoreOptions;

  constructor(folder: string, identity: ProcessIdentity, options: StoreOptions) {
    this.folder = folder;
    this.#identity = identity;
    this.#options = options;
  }

  async runIds(): Promise<string[]> {
    const runs = path.join(this.folder, "runs");
    const entries = await unlessAbsent(runs, [], async () => readdir(runs, { withFileTypes: true }));
    return (
      entries
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        // A folder that somebody put there by another name, as a copy has it, is no run.
        .filter(isName)
        .sort()
    );
  }

  async openRun(id: string): Promise<RunStore> {
    this.#requireWriting();
    return openRunStore(this.#runFolder(id), id, {
      clock: this.#options.clock ?? (() => new Date().toISOString()),
      lock: this.#options.lock ?? {},
      cancelPollMs: this.#options.cancelPollMs ?? 250,
    });
  }

  async readRun(id: string): Promise<RunReader> {
    return new DiskRunReader(await this.#existingRun(id), id, this.#options.lock ?? {});
  }

  async requestCancel(id: string): Promise<void> {
    this.#requireWriting();
    await writeCancelFile(await this.#existingRun(id));
  }

  async answers<T>(parse: RecordParser<T>): Promise<KeyedCache<T>> {
    return SegmentCache.open(path.join(this.folder, "answers"), answerCodec(parse), this.#segmentOptions());
  }

  async claims(): Promise<KeyedClaims> {
    this.#requireWriting();
    return openClaims(this.folder, this.#identity, this.#options.lock ?? {});
  }

  async vectors(name: string, dimensions: number): Promise<KeyedCache<Float32Array>> {
    const folder = path.join(this.folder, "vectors", contentHash({ name, dimensions }));
    return SegmentCache.open(folder, vectorCodec(dimensions), this.#segmentOptions());
  }

  decisions<T>(name: string, parse: RecordParser<T>): DecisionLog<T> {
    const file = path.join(path.dirname(this.folder), "decisions", `${requireName(name, "decision log")}.jsonl`);
    return openDecisionLog(file, path.join(this.folder, "locks"), parse, this.#options.lock ?? {});
  }

  #segmentOptions(): { identity: ProcessIdentity; refreshMs: number } {
    return { identity: this.#identity, refreshMs: this.#options.refreshMs ?? 250 };
  }

  #runFolder(id: string): string {
    return path.join(this.folder, "runs", requireName(id, "run"));
  }

  async #existingRun(id: string): Promise<string> {
    const folder = this.#runFolder(id);
    if (await unlessAbsent(folder, false, async () => (await stat(folder)).isDirectory())) return folder;
    const known = await this.runIds();
    throw new Fault("usage", "There is no such run.", {
      file: folder,
      found: id,
      allowed: known.length === 0 ? "no run yet" : known.slice(-10).join(", "),
      remedy: "Name a run that exists: `preceptor status` lists them.",
    });
  }

  #requireWriting(): void {
    if ((this.#options.access ?? "write") === "write") return;
    throw new Fault("internal", "The store was opened for reading only.", { file: this.folder });
  }
}

async function createIfAbsent(file: string, content: string): Promise<void> {
  const present = await unlessAbsent(file, false, async () => (await stat(file)).isFile());
  if (!present) await createExclusive(file, content);
}
