/** Data files of any supported form as rows. */
import { Fault } from "../../engine/fault.js";
import { readCsv } from "./csv.js";
import { readJsonDocument, readJsonLines } from "./json.js";
import { readParquet } from "./parquet.js";
import type { Row } from "./row.js";

export { lineOf, type Row } from "./row.js";
export { readText } from "./source.js";

export interface ReadRowsOptions {
  /** Dotted path of the array in a JSON object; other forms have no use for it. */
  readonly rows?: string | undefined;
  /** CSV: whether the first record names the fields (default), or the names for a file that has no header. */
  readonly header?: boolean | readonly string[] | undefined;
  /** What the file is, where its content says more than its name. */
  readonly as?: RowFormat | undefined;
}

/** Endings that `readRows` understands; each may be followed by `.gz`. */
export const rowFormats = [".jsonl", ".json", ".csv", ".parquet"] as const;
export type RowFormat = (typeof rowFormats)[number];

/**
 * Reads all rows of a data file: `.jsonl`, `.json`, `.csv`, `.parquet`, each also with `.gz`. Text must be UTF-8.
 * Faults of kind `data` name the file, the line (from 1), what was found and the remedy.
 */
export async function readRows(path: string, options: ReadRowsOptions = {}): Promise<Row[]> {
  const name = path.toLowerCase().replace(/\.gz$/u, "");
  const format = options.as ?? rowFormats.find((ending) => name.endsWith(ending));
  switch (format) {
    case ".jsonl":
      return readJsonLines(path);
    case ".json":
      return readJsonDocument(path, options.rows);
    case ".csv":
      return readCsv(path, options.header ?? true);
    case ".parquet":
      return readParquet(path);
    case undefined:
      throw new Fault("data", "The file's ending is not that of a data file.", {
        file: path,
        found: /\.[^./\\]*$/u.exec(name)?.[0] ?? "no ending",
        allowed: `${rowFormats.join(", ")}, each also with .gz`,
        remedy: "Rename or convert the file.",
      });
  }
}
