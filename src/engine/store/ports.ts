/**
 * What the engine needs of the disk, as ports. The node implementation is `src/adapters/store`; formats are documented
 * in `docs/data-format.md`.
 */

/**
 * An append-only log of JSON records, one a line, each an object with a `version`. A torn last line is healed when the
 * log is opened.
 */
export interface RecordLog<T> {
  /** Durable records in the order of the file; one that is appended shows up here once it is durable. */
  readonly records: readonly T[];
  /**
   * Resolves when the record is durable (group commit and fsync). Many appends that are under way together share one
   * fsync, so hand over a round's records together and await them together. After a fault `storage` the record is not in
   * the file, the records before it are, and later appends work again once the cause is gone.
   */
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
  /** Hash of each result file's content, by file name: `recordsHash` for `.jsonl`, `sha256` of the text for others. */
  readonly files: { readonly [name: string]: string };
  readonly counts: { readonly [name: string]: number };
  /** Hash over everything above: what downstream stages put into their own fingerprints. */
  readonly hash: string;
}

/** The results of one stage of one iteration. */
export interface StageStore {
  readonly folder: string;
  /** The manifest when the stage is complete, else null. */
  manifest(): Promise<StageManifest | null>;
  /** The fingerprint whose results are in the folder, complete or not; null when the stage was never begun. */
  begun(): Promise<string | null>;
  /**
   * Starts or continues the stage under this fingerprint. Results of another fingerprint are moved aside (never deleted:
   * they may have been paid for); a manifest of the same fingerprint is withdrawn until the next `finish`. `log` begins
   * by itself; a stage that only writes files begins before the first `writeFile`.
   */
  begin(fingerprint: string): Promise<void>;
  /** Opens a result file (`NAME.jsonl`) for this fingerprint, after `begin(fingerprint)`. */
  log<T>(name: string, fingerprint: string, parse: RecordParser<T>): Promise<RecordLog<T>>;
  /** Reads a result file of a complete stage and checks it against the manifest. */
  read<T>(name: string, parse: RecordParser<T>): Promise<T[]>;
  /** Whole records of a result file of a stage that may still be going on; none when the file is not there. */
  readSoFar<T>(name: string, parse: RecordParser<T>): Promise<T[]>;
  /** Writes a result file at once and atomically; returns its absolute path. */
  writeFile(name: string, content: string): Promise<string>;
  /** Closes the logs of the stage, hashes its files and writes the manifest, the last thing and atomically. */
  finish(fingerprint: string, counts: { readonly [name: string]: number }): Promise<StageManifest>;
}

/** The part of a stage that needs no lock. */
export type StageReader = Pick<StageStore, "folder" | "manifest" | "begun" | "read" | "readSoFar">;

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
  /** True once somebody asked to cancel (a file in the run's folder, looked at every 250 ms). */
  cancelRequested(): boolean;
  /**
   * Aborts when the work must stop; its `reason` is the fault: `cancelled` when somebody asked for it, `locked` when the
   * run's lock was lost to another runner (then nothing can be written any more).
   */
  readonly stop: AbortSignal;
  /** Waits for what is being written, closes every file and gives the lock back. */
  close(): Promise<void>;
}

/** Paid answers or vectors under their content address. Shared by every process of the project; the first entry of a key wins. */
export interface KeyedCache<T> {
  get(key: string): Promise<T | undefined>;
  /** Whether the entry is there, without reading it. */
  has(key: string): Promise<boolean>;
  /** Looks at once at what other processes put; without it, `get` and `has` see that a moment later. */
  refresh(): Promise<void>;
  /** Resolves when the entry is durable. Does nothing when the key is there. */
  put(key: string, value: T): Promise<void>;
  close(): Promise<void>;
}

/**
 * Who is about to put the entry of a key: what one process has claimed, no other one of the project works on. Claims save
 * double work and protect nothing, so one that cannot be read or written stands in nobody's way, and nothing here faults.
 */
export interface KeyedClaims {
  /** Claims a key; null while somebody who lives has it. */
  take(key: string): Promise<Claim | null>;
  /** Gives back what is still claimed. */
  close(): Promise<void>;
}

export interface Claim {
  /** Gives it back, once the entry is durable or will not be made. */
  release(): Promise<void>;
}

/** Everything in `.preceptor/`. */
export interface ProjectStore {
  readonly folder: string;
  /** Folders whose names can be a run's, in alphabetical order. */
  runIds(): Promise<string[]>;
  /** Takes the lock and opens the run for writing, creating it when new. Faults with kind `locked` while a live runner holds it. */
  openRun(id: string): Promise<RunStore>;
  /** Opens a run for reading, without a lock. */
  readRun(id: string): Promise<RunReader>;
  requestCancel(id: string): Promise<void>;
  answers<T>(parse: RecordParser<T>): Promise<KeyedCache<T>>;
  /** Claims of keys in `answers`. Opening removes what dead processes left. */
  claims(): Promise<KeyedClaims>;
  /**
   * Vectors of one embedder, each `dimensions` float32 numbers. `name` is the embedder's identity: another model, revision
   * or pooling is another name.
   */
  vectors(name: string, dimensions: number): Promise<KeyedCache<Float32Array>>;
  /** A log of a person's decisions, `decisions/NAME.jsonl` beside `preceptor.json`. */
  decisions<T>(name: string, parse: RecordParser<T>): DecisionLog<T>;
}

/**
 * A person's decisions: one line each, made to be committed and merged line by line (`merge=union`), so the last line of a
 * case wins. Any process may append; each append takes a lock of its own for a moment.
 */
export interface DecisionLog<T> {
  readonly file: string;
  read(): Promise<T[]>;
  append(record: T): Promise<void>;
  /** Appends several under one lock: quick, also for a thousand. */
  appendAll(records: readonly T[]): Promise<void>;
}

export interface RunReader {
  readonly id: string;
  readonly folder: string;
  journal(): Promise<JournalEvent[]>;
  readDocument<T>(name: string, parse: RecordParser<T>): Promise<T | null>;
  stage(iteration: number, stage: string): StageReader;
  /** Whether a live runner holds the lock now. */
  running(): Promise<boolean>;
}
