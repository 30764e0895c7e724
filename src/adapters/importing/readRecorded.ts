import { stat } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../engine/fault.js";
import {
  columnsOf,
  inspectHeader,
  isInspectLog,
  isLmEval,
  readInspect,
  readLmEval,
  type Column,
  type RecordedContent,
} from "../../engine/importing/index.js";
import { lineOf, readRows, readText, type RowFormat } from "../rows/index.js";
import { readBytes, requireFile } from "../rows/source.js";
import { parsePythonJson, readInspectArchive } from "./inspectArchive.js";

/** A file of recorded outputs that was read. */
export interface RecordedFile {
  /** Absolute path. */
  readonly file: string;
  readonly content: RecordedContent;
  readonly columns: readonly Column[];
}

/** Reads files of recorded outputs, each once while it stays the same: a dialog asks again with every change of a mapping. */
export class RecordedFiles {
  readonly #read = new Map<string, { readonly stamp: string; readonly value: Promise<RecordedFile> }>();

  /** @param rows dotted path of the array in a JSON object. */
  async read(file: string, rows?: string): Promise<RecordedFile> {
    const absolute = path.resolve(file);
    await requireFile(absolute);
    const { size, mtimeMs } = await stat(absolute);
    const stamp = JSON.stringify([size, mtimeMs, rows]);
    const known = this.#read.get(absolute);
    if (known?.stamp === stamp) return known.value;
    const value = readRecorded(absolute, rows);
    this.#read.set(absolute, { stamp, value });
    return value;
  }
}

async function readRecorded(file: string, rows: string | undefined): Promise<RecordedFile> {
  try {
    const content = await contentOf(file, rows);
    return { file, content, columns: columnsOf(content.rows) };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    throw thrown.details.file === undefined ? thrown.at({ file }) : thrown;
  }
}

async function contentOf(file: string, rowsPath: string | undefined): Promise<RecordedContent> {
  const kind = await kindOf(file);
  if (kind === "zip") return readInspectArchive(file);
  if (kind === ".json" && rowsPath === undefined) {
    const text = await readText(file);
    // The document's head names what it is; only such a document is parsed here.
    if (/"eval"\s*:/u.test(text.slice(0, 10_000))) {
      const document = parsePythonJson(text, file);
      if (isInspectLog(document)) {
        const { samples } = document as { samples?: unknown };
        return readInspect(inspectHeader(document), Array.isArray(samples) ? samples : []);
      }
    }
  }
  const read = await readRows(file, { as: kind, rows: rowsPath });
  const rows = read.map((fields, row) => ({ row, line: lineOf(fields), fields }));
  if (isLmEval(rows[0]?.fields)) return readLmEval(rows, path.basename(file));
  return { format: "rows", task: null, model: null, rows, leftOut: [] };
}

/** What a file is by its first bytes; its name decides only where these say nothing. */
async function kindOf(file: string): Promise<RowFormat | "zip"> {
  const name = file.toLowerCase().replace(/\.gz$/u, "");
  let head = Buffer.alloc(0);
  for await (const chunk of readBytes(file)) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= 64) break;
  }
  const magic = head.subarray(0, 4).toString("latin1");
  if (magic === "PK\u0003\u0004") return "zip";
  if (magic === "PAR1") return ".parquet";
  const first = head
    .toString("utf8")
    .replace(/^\uFEFF/u, "")
    .trimStart()
    .charAt(0);
  if (first === "{" || first === "[") return name.endsWith(".jsonl") ? ".jsonl" : ".json";
  for (const ending of [".jsonl", ".json", ".parquet"] as const) if (name.endsWith(ending)) return ending;
  return ".csv";
}
