/**
 * What the engine needs of the disk, as ports. The node implementation is `src/adapters/store`; formats are documented
 * in `docs/data-format.md`.
 */

/** An append-only log of JSON records, one a line. A torn last line is healed when the log is opened. */
export interface RecordLog<T> {
  /** Records already there, in order. */
  readonly records: readonly T[];
  /** Resolves when the record is durable (group commit and fsync). */
  append(record: T): Promise<void>;
  close(): Promise<void>;
}

/** Checks one parsed JSON value; throws a fault that names what is wrong. */
export type RecordParser<T> = (value: unknown) => T;

/** The manifest that ends a stage: only a stage with one is complete. */
export interface StageManifest {
  readonly version: 1;
  readonly stage: string;
  readonly iteration: number;
  readonly fingerprint: string;
  /** Hash of each result file's bytes, by file name. */
  readonly files: { readonly [name: string]: string };
  readonly counts: { readonly [name: string]: number };
  /** Hash over everything above: what downstream stages put into their own fingerprints. */
  readonly hash: string;
}

/** The results of one stage of one iteration. */
export interface StageStore {
  readonly folder: string;
  manifest(): Promise<StageManifest | null>;
  /**
   * Opens a result file for this fingerprint. Results of another fingerprint are moved aside first (never deleted: they
   * may have been paid for).
   */
  log<T>(name: string, fingerprint: string, parse: RecordParser<T>): Promise<RecordLog<T>>;
  /** Reads a complete result file. */
  read<T>(name: string, parse: RecordParser<T>): Promise<T[]>;
  writeFile(name: string, content: string): Promise<string>;
  finish(fingerprint: string, counts: { readonly [name: string]: number }): Promise<StageManifest>;
}

/** One line of a run's journal: what happened and when. Times are for people; nothing is decided by them. */
export interface JournalEvent {
  readonly version: 1;
  readonly sequence: number;
  readonly time: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A run's folder, held under its lock by one runner. */
export interface RunStore {
  readonly id: string;
  readonly folder: string;
  /** Journal events so far, and the way to add one. `sequence` and `time` are filled in. */
  readonly journal: readonly JournalEvent[];
  event(type: string, fields: { readonly [field: string]: unknown }): Promise<void>;
  stage(iteration: number, stage: string): StageStore;
  /** Reads a small JSON document of the run (`run.json`, `state.json`), null when absent. */
  readDocument<T>(name: string, parse: RecordParser<T>): Promise<T | null>;
  /** Writes one atomically. */
  writeDocument(name: string, value: unknown): Promise<void>;
  /** True once somebody asked to cancel (a file in the run's folder). */
  cancelRequested(): boolean;
  close(): Promise<void>;
}

/** A paid answer or a vector under its content address. */
export interface KeyedCache<T> {
  get(key: string): Promise<T | undefined>;
  /** Resolves when the entry is durable. */
  put(key: string, value: T): Promise<void>;
  close(): Promise<void>;
}

/** Everything in `.preceptor/`. */
export interface ProjectStore {
  readonly folder: string;
  runIds(): Promise<string[]>;
  /** Takes the lock and opens the run for writing, creating it when new. Faults with kind `locked` while a live runner holds it. */
  openRun(id: string): Promise<RunStore>;
  /** Opens a run for reading, without a lock. */
  readRun(id: string): Promise<RunReader>;
  requestCancel(id: string): Promise<void>;
  answers<T>(parse: RecordParser<T>): Promise<KeyedCache<T>>;
}

export interface RunReader {
  readonly id: string;
  readonly folder: string;
  journal(): Promise<JournalEvent[]>;
  readDocument<T>(name: string, parse: RecordParser<T>): Promise<T | null>;
  stage(iteration: number, stage: string): Pick<StageStore, "folder" | "manifest" | "read">;
  /** Whether a live runner holds the lock now. */
  running(): Promise<boolean>;
}
