import type { Case } from "../families/index.js";

/** One row of a data file. */
export type Row = { readonly [field: string]: unknown };

export interface ReadOptions {
  /** Dotted path of the array in a JSON object. */
  readonly rows?: string | undefined;
  /** CSV: whether the first record names the fields, or the names for a file that has no header. */
  readonly header?: boolean | readonly string[] | undefined;
}

/** What loading needs of the disk; `src/adapters/rows` is the node implementation. */
export interface DataFiles {
  readRows(path: string, options?: ReadOptions): Promise<readonly Row[]>;
  readText(path: string): Promise<string>;
  /** Line on which a row that was read here begins, from 1; null where its format has no line for each row. */
  lineOf?(row: Row): number | null;
}

/** One upstream file of a benchmark. What is not known of a user's own file is null. */
export interface BenchmarkFile {
  /** Path below the data folder, with forward slashes: `gsm8k/train.jsonl`. */
  readonly path: string;
  /** Upstream address. */
  readonly url: string | null;
  /** SHA-256 of the upstream bytes, as hexadecimal digits. */
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly rows: number | null;
  /** `text` is read as it is, for example a prompt. */
  readonly kind: "rows" | "text";
  readonly read: ReadOptions;
}

/** A file with its content, as a loader sees it. */
export interface LoadedFile {
  readonly file: BenchmarkFile;
  /** Full path, for faults. */
  readonly path: string;
  /** Empty for a text file. */
  readonly rows: readonly Row[];
  /** Line on which a row begins, from 1; null where there is none to name. */
  readonly lineOf: (row: Row) => number | null;
  /** Empty for a file of rows. */
  readonly text: string;
}

/** Where a row stands: rows count from 0, lines from 1. */
export interface RowPlace {
  readonly file: string;
  readonly row: number;
  readonly line: number | null;
}

/** A case before it has a name in a project. */
export interface CaseDraft {
  readonly id: string;
  readonly group: string | null;
  readonly question: string;
  readonly data: unknown;
  /** Where it was read, for faults. */
  readonly place: RowPlace;
}

/** What a loader makes of the files of a split. */
export interface SplitContent {
  readonly drafts: readonly CaseDraft[];
  /** String that marks a benchmark's text so that it can be found in training corpora; never part of a prompt. */
  readonly canary: string | null;
}

export type SplitRole = "target" | "evaluation";

export interface Split {
  /** What the split may be used for: errors are taught from `target` splits, `evaluation` splits are never taught. */
  readonly role: SplitRole;
  readonly files: readonly BenchmarkFile[];
  /** Number of cases where it is known. */
  readonly cases: number | null;
  /** Pure: files in, cases out. Throws faults of kind `data`. */
  read(files: readonly LoadedFile[]): SplitContent;
}

export interface Licence {
  /** Name of the licence as its holder states it. */
  readonly name: string;
  readonly holder: string;
  /** What a user should know beyond the name; null when there is nothing. */
  readonly note: string | null;
}

/** A benchmark: where its files are, how they are read, what its splits are for. */
export interface Benchmark {
  /** Name on the command line and in keys of cases: lower-case letters, digits, hyphens. */
  readonly name: string;
  readonly title: string;
  /** Name of its family in `families/index.ts`. */
  readonly family: string;
  /** Benchmarks with the same origin are forms of one another: a target of one makes all of them in-domain. */
  readonly origin: string;
  /** Role in the paper (section 3.1): errors of in-domain benchmarks are taught. */
  readonly domain: "in" | "out";
  readonly licence: Licence;
  readonly splits: { readonly [split: string]: Split };
  /** Splits that errors come from when the user names none; empty when there is no such split. */
  readonly target: readonly string[];
  /** Splits that are evaluated when the user names none. */
  readonly evaluation: readonly string[];
}

/** The cases of one split. */
export interface LoadedSplit {
  readonly benchmark: string;
  readonly split: string;
  readonly cases: readonly Case[];
  /** How many cases repeat the question of an earlier one. They stay, as upstream has them. */
  readonly duplicateQuestions: number;
  readonly canary: string | null;
}
