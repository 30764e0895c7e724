import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../engine/fault.js";
import type { KeyedCache } from "../../engine/store/index.js";
import { AppendFile } from "./appendFile.js";
import { errorCode, onDisk, storageFault, unlessAbsent } from "./faults.js";
import { cacheLine, keyOfLine, lineAt, parseCacheLine } from "./cacheLine.js";
import { ensureFolder, placed, syncFolder } from "./files.js";
import { isBlank, readFully, scanLines } from "./lines.js";
import type { ProcessIdentity } from "./processIdentity.js";

/** How a value is kept in the field `value` of its line. */
export interface Codec<T> {
  /** What an entry is called in a fault. */
  readonly what: string;
  encode(value: T): unknown;
  /** Throws a fault when the field's value is not one. */
  decode(value: unknown): T;
}

export interface SegmentOptions {
  /** For the names of this process's segments. */
  readonly identity: ProcessIdentity;
  /** After a miss the other processes' segments are looked at again, at most once in this many milliseconds. */
  readonly refreshMs?: number;
}

interface Segment {
  readonly file: string;
  /** Bytes and lines that are in the index. */
  bytes: number;
  lines: number;
  /** Open for reading values, once one was asked for. */
  reader: Promise<FileHandle> | null;
}

interface Entry {
  readonly segment: Segment;
  readonly offset: number;
  readonly length: number;
}

const mostReaders = 64;

/**
 * A cache in append-only segments, one per process, each line `{"version":1,"key":…,"value":…}`. Only keys and places are
 * in memory; values are read when asked for. Nobody writes into a segment of another process, so a torn last line of one
 * is simply not part of it.
 */
export class SegmentCache<T> implements KeyedCache<T> {
  readonly #folder: string;
  readonly #codec: Codec<T>;
  readonly #options: SegmentOptions;
  readonly #segments = new Map<string, Segment>();
  readonly #index = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<void>>();
  #own: Promise<{ readonly segment: Segment; readonly target: AppendFile }> | null = null;
  #refreshing: Promise<void> | null = null;
  #refreshed = 0;
  #readers = 0;
  #closed = false;

  private constructor(folder: string, codec: Codec<T>, options: SegmentOptions) {
    this.#folder = folder;
    this.#codec = codec;
    this.#options = options;
  }

  /** Opens the cache and indexes what is there. The folder is created with the first `put`. */
  static async open<T>(folder: string, codec: Codec<T>, options: SegmentOptions): Promise<SegmentCache<T>> {
    const cache = new SegmentCache(folder, codec, options);
    await cache.#refresh();
    return cache;
  }

  /** How many keys are known. */
  get size(): number {
    return this.#index.size;
  }

  async get(key: string): Promise<T | undefined> {
    if (!this.#index.has(key)) await this.#refreshSometimes();
    const entry = this.#index.get(key);
    return entry === undefined ? undefined : this.#read(entry);
  }

  async has(key: string): Promise<boolean> {
    if (this.#index.has(key)) return true;
    await this.#refreshSometimes();
    return this.#index.has(key);
  }

  async refresh(): Promise<void> {
    // A look that began before may have passed the segment already that has grown since.
    await this.#refreshing;
    if (!this.#closed) await this.#refresh();
  }

  async put(key: string, value: T): Promise<void> {
    if (this.#closed) throw new Fault("internal", `The cache of ${this.#codec.what}s is closed.`);
    if (this.#index.has(key)) return;
    const before = this.#pending.get(key);
    if (before !== undefined) return before;
    const writing = this.#append(key, value).finally(() => this.#pending.delete(key));
    this.#pending.set(key, writing);
    return writing;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled([...this.#pending.values()]);
    await this.#refreshing;
    const own = await this.#own;
    await own?.target.close();
    for (const segment of this.#segments.values()) {
      await (await segment.reader)?.close();
      segment.reader = null;
    }
  }

  async #append(key: string, value: T): Promise<void> {
    const line = cacheLine(key, this.#codec.encode(value));
    this.#own ??= this.#createSegment();
    let own;
    try {
      own = await this.#own;
    } catch (thrown) {
      // The next entry tries again: the disk may have space by then.
      this.#own = null;
      throw thrown;
    }
    const offset = await own.target.append(line);
    if (!this.#index.has(key)) this.#index.set(key, { segment: own.segment, offset, length: line.length - 1 });
  }

  /** A fresh segment that no other process has, also when boot and process number are shared (containers). */
  async #createSegment(): Promise<{ segment: Segment; target: AppendFile }> {
    await ensureFolder(this.#folder);
    const { bootId, pid } = this.#options.identity;
    const stem = `${(bootId ?? "unknown").slice(0, 8)}-${pid}`;
    for (let number = 1; ; number += 1) {
      const name = `${stem}-${number}.jsonl`;
      const file = path.join(this.#folder, name);
      try {
        const handle = await open(file, "ax", 0o644);
        await syncFolder(this.#folder);
        const segment: Segment = { file, bytes: 0, lines: 0, reader: null };
        this.#segments.set(name, segment);
        return { segment, target: new AppendFile(file, handle, 0) };
      } catch (thrown) {
        if (errorCode(thrown) !== "EEXIST") throw storageFault(thrown, file);
      }
    }
  }

  async #refreshSometimes(): Promise<void> {
    const age = performance.now() - this.#refreshed;
    if (this.#closed || (this.#refreshing === null && age < (this.#options.refreshMs ?? 250))) return;
    await this.#refresh();
  }

  /** Indexes what other processes added. One look at a time; whoever comes meanwhile shares it. */
  async #refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => {
      this.#refreshed = performance.now();
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  async #look(): Promise<void> {
    const names = await unlessAbsent(this.#folder, [], async () => readdir(this.#folder));
    const own = await this.#own?.catch(() => null);
    for (const name of names.filter((each) => each.endsWith(".jsonl")).sort()) {
      let segment = this.#segments.get(name);
      if (segment !== undefined && segment === own?.segment) continue;
      if (segment === undefined) {
        segment = { file: path.join(this.#folder, name), bytes: 0, lines: 0, reader: null };
        this.#segments.set(name, segment);
      }
      await this.#indexSegment(segment);
    }
  }

  async #indexSegment(segment: Segment): Promise<void> {
    const { file } = segment;
    // Most segments are of processes that ended long ago: these cost one look and no descriptor.
    const size = await unlessAbsent(file, 0, async () => (await stat(file)).size);
    if (size <= segment.bytes) return;
    const handle = await unlessAbsent(file, null, async () => open(file, "r"));
    if (handle === null) return;
    try {
      await onDisk(file, async () => {
        segment.bytes = await scanLines(handle, segment.bytes, ({ bytes, offset }) => {
          segment.lines += 1;
          if (isBlank(bytes)) return;
          const key = placed(file, segment.lines, () => keyOfLine(bytes));
          if (!this.#index.has(key)) this.#index.set(key, { segment, offset, length: bytes.length });
        });
      });
    } finally {
      await handle.close();
    }
  }

  async #read(entry: Entry): Promise<T> {
    const { segment, offset, length } = entry;
    return onDisk(segment.file, async () =>
      this.#withReader(segment, async (handle) => {
        const bytes = Buffer.allocUnsafe(length);
        const got = await readFully(handle, bytes, offset);
        try {
          return this.#codec.decode(parseCacheLine(bytes.subarray(0, got)).value);
        } catch (thrown) {
          const line = await lineAt(handle, offset);
          return placed(segment.file, line, () => {
            throw thrown;
          });
        }
      }),
    );
  }

  /** Keeps some readers open; beyond that a segment is opened for each value, so that old segments cost no descriptors. */
  async #withReader<R>(segment: Segment, use: (handle: FileHandle) => Promise<R>): Promise<R> {
    if (segment.reader === null && this.#readers < mostReaders && !this.#closed) {
      this.#readers += 1;
      segment.reader = open(segment.file, "r").catch((thrown: unknown) => {
        this.#readers -= 1;
        segment.reader = null;
        throw thrown;
      });
    }
    if (segment.reader !== null) return use(await segment.reader);
    const handle = await open(segment.file, "r");
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  }
}
