/** Downloads benchmarks' upstream files and checks those that are there. */
import { rename, stat } from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";
import {
  filePath,
  filesOf,
  loadBenchmark,
  splitOf,
  type Benchmark,
  type BenchmarkFile,
  type DataFiles,
  type Licence,
} from "../../engine/benchmarks/index.js";
import { Fault, toFault } from "../../engine/fault.js";
import { onDisk, unlessAbsent } from "../store/faults.js";
import { ensureFolder } from "../store/files.js";
import { acquireLock } from "../store/index.js";
import { download, fileHash } from "./download.js";

export interface FetchProgress {
  readonly file: string;
  readonly filesDone: number;
  readonly files: number;
  /** Bytes on the disk and in all, over the files of the benchmark. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Splits whose files are wanted; without it all. */
  readonly splits?: readonly string[] | undefined;
  /** Base address that replaces scheme and host of each upstream address: `https://mirror.example/raw`. */
  readonly mirror?: string | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly concurrency?: number | undefined;
  readonly idleMs?: number | undefined;
  readonly retries?: number | undefined;
  readonly pauseMs?: number | undefined;
}

export interface FetchReport {
  readonly benchmark: string;
  readonly licence: Licence;
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    /** `replaced`: a file of other content was there; it is now beside it as `FILE.before`. */
    readonly state: "fetched" | "present" | "replaced";
  }[];
}

/**
 * Downloads the upstream files of a benchmark that are not there yet. Interrupted, it goes on where it stopped.
 *
 * @throws Fault `usage` for a benchmark without upstream addresses, `locked` while another process fetches it, and those
 * of `download`.
 */
export async function fetchBenchmark(
  benchmark: Benchmark,
  folder: string,
  options: FetchOptions,
): Promise<FetchReport> {
  for (const split of options.splits ?? []) splitOf(benchmark, split);
  const files = filesOf(benchmark, options.splits).map((file) => pinned(benchmark, file));
  await ensureFolder(folder);
  const lock = await acquireLock(path.join(folder, `.fetch-${benchmark.name}.lock`), {
    what: `the files of ${benchmark.name}`,
  });
  try {
    const progress = new Progress(files, options.onProgress);
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal, lock.lost]);
    const limit = pLimit(options.concurrency ?? 4);
    const results = await Promise.allSettled(
      files.map(async (file) =>
        limit(async () => {
          try {
            return await fetchFile(file, folder, { ...options, signal }, progress);
          } catch (thrown) {
            stop.abort();
            throw thrown;
          }
        }),
      ),
    );
    if (!options.signal.aborted) lock.lost.throwIfAborted();
    const faults = results.flatMap((result) => (result.status === "rejected" ? [toFault(result.reason)] : []));
    // The first failure stops the others; theirs say only that they were stopped.
    const fault = faults.find(({ kind }) => kind !== "cancelled") ?? faults[0];
    if (fault !== undefined) throw fault;
    return {
      benchmark: benchmark.name,
      licence: benchmark.licence,
      files: results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
    };
  } finally {
    await lock.release();
  }
}

export interface FileCheck {
  readonly path: string;
  /** `unpinned`: a user's own file, whose right content only the user knows. */
  readonly state: "ok" | "missing" | "differs" | "unpinned";
  readonly bytes: number | null;
  readonly sha256: string | null;
}

export interface SplitCheck {
  readonly split: string;
  /** Cases that were read; null when the files are not all there or a fault came first. */
  readonly cases: number | null;
  /** Cases that there should be, where that is known. */
  readonly expected: number | null;
  readonly duplicateQuestions: number | null;
  readonly fault: Fault | null;
}

export interface BenchmarkCheck {
  readonly benchmark: string;
  readonly licence: Licence;
  readonly files: readonly FileCheck[];
  readonly splits: readonly SplitCheck[];
}

/** Which files are there, whether they are the pinned ones, and how many cases they hold. Faults are part of the answer. */
export async function checkBenchmark(benchmark: Benchmark, folder: string, data: DataFiles): Promise<BenchmarkCheck> {
  const files: FileCheck[] = [];
  for (const file of filesOf(benchmark)) files.push(await checkFile(file, folder));
  const missing = new Set(files.filter(({ state }) => state === "missing").map((file) => file.path));
  const splits: SplitCheck[] = [];
  for (const [split, { files: needed, cases: expected }] of Object.entries(benchmark.splits)) {
    const absent = { split, cases: null, expected, duplicateQuestions: null, fault: null };
    if (needed.some((file) => missing.has(file.path))) {
      splits.push(absent);
      continue;
    }
    try {
      const { cases, duplicateQuestions } = await loadBenchmark(benchmark, split, data, folder);
      splits.push({ ...absent, cases: cases.length, duplicateQuestions });
    } catch (thrown) {
      splits.push({ ...absent, fault: toFault(thrown) });
    }
  }
  return { benchmark: benchmark.name, licence: benchmark.licence, files, splits };
}

async function checkFile(file: BenchmarkFile, folder: string): Promise<FileCheck> {
  const full = filePath(folder, file);
  const found = await unlessAbsent(full, null, async () => stat(full));
  if (found === null || !found.isFile()) return { path: file.path, state: "missing", bytes: null, sha256: null };
  const sha256 = await fileHash(full);
  const state = file.sha256 === null ? "unpinned" : file.sha256 === sha256 ? "ok" : "differs";
  return { path: file.path, state, bytes: found.size, sha256 };
}

type PinnedFile = BenchmarkFile & { readonly url: string; readonly sha256: string; readonly bytes: number };

function pinned(benchmark: Benchmark, file: BenchmarkFile): PinnedFile {
  const { url, sha256, bytes } = file;
  if (url !== null && sha256 !== null && bytes !== null) return { ...file, url, sha256, bytes };
  throw new Fault("usage", "This benchmark has no upstream files to download.", {
    found: benchmark.name,
    remedy: "Put its files where preceptor.json says; `preceptor benchmarks check` reads them.",
  });
}

async function fetchFile(
  file: PinnedFile,
  folder: string,
  options: FetchOptions,
  progress: Progress,
): Promise<FetchReport["files"][number]> {
  const target = filePath(folder, file);
  const before = await checkFile(file, folder);
  if (before.state === "ok") {
    progress.finish(file);
    return { path: file.path, bytes: file.bytes, state: "present" };
  }
  const url = options.mirror === undefined ? file.url : mirrored(file.url, options.mirror);
  if (before.state === "differs") await onDisk(target, async () => rename(target, `${target}.before`));
  await download(
    { url, file: target, bytes: file.bytes, sha256: file.sha256 },
    {
      signal: options.signal,
      fetch: options.fetch ?? globalThis.fetch,
      idleMs: options.idleMs ?? 30_000,
      retries: options.retries ?? 4,
      pauseMs: options.pauseMs ?? 500,
      onBytes: (bytes) => progress.bytes(file, bytes),
    },
  );
  progress.finish(file);
  return { path: file.path, bytes: file.bytes, state: before.state === "differs" ? "replaced" : "fetched" };
}

/** The upstream address with another base: `https://host/a/b` at `http://mirror/x` is `http://mirror/x/a/b`. */
export function mirrored(url: string, mirror: string): string {
  const { pathname } = new URL(url);
  let base;
  try {
    base = new URL(mirror);
  } catch (thrown) {
    throw notAMirror(mirror, thrown);
  }
  if (base.protocol !== "http:" && base.protocol !== "https:") throw notAMirror(mirror, null);
  return `${base.origin}${base.pathname.replace(/\/+$/u, "")}${pathname}`;
}

function notAMirror(mirror: string, cause: unknown): Fault {
  return new Fault("usage", "The mirror is not a web address.", {
    found: mirror,
    allowed: "an address such as https://mirror.example/raw",
    remedy: "Give the base address that stands in for https://raw.githubusercontent.com.",
    cause,
  });
}

class Progress {
  readonly #sizes = new Map<string, number>();
  readonly #files: readonly PinnedFile[];
  readonly #tell: (progress: FetchProgress) => void;
  #done = 0;

  constructor(files: readonly PinnedFile[], tell: ((progress: FetchProgress) => void) | undefined) {
    this.#files = files;
    this.#tell = tell ?? (() => undefined);
  }

  bytes(file: PinnedFile, bytes: number): void {
    this.#sizes.set(file.path, bytes);
    const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
    this.#tell({
      file: file.path,
      filesDone: this.#done,
      files: this.#files.length,
      bytes: sum(this.#sizes.values()),
      totalBytes: sum(this.#files.map((each) => each.bytes)),
    });
  }

  finish(file: PinnedFile): void {
    this.#done += 1;
    this.bytes(file, file.bytes);
  }
}
