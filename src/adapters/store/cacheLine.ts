import type { FileHandle } from "node:fs/promises";
import { z } from "zod";
import { versioned } from "../../engine/store/index.js";
import { parseJson } from "./files.js";
import { scanLines } from "./lines.js";

/** One entry of a cache as it is in its line. */
export interface CacheEntry {
  readonly version: 1;
  readonly key: string;
  readonly value?: unknown;
}

const parseEntry = versioned<CacheEntry>({
  what: "cache",
  version: 1,
  schema: z.object({ version: z.literal(1), key: z.string(), value: z.unknown() }),
});

const usualStart = Buffer.from('{"version":1,"key":"');
const usualMiddle = '","value":';
const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;

export function cacheLine(key: string, value: unknown): Buffer {
  const entry: CacheEntry = { version: 1, key, value };
  return Buffer.from(`${JSON.stringify(entry)}\n`, "utf8");
}

export function parseCacheLine(bytes: Buffer): CacheEntry {
  return parseEntry(parseJson(bytes));
}

/** The key of a line, without parsing its value when the line begins as `cacheLine` writes it. */
export function keyOfLine(bytes: Buffer): string {
  if (bytes.length > usualStart.length && usualStart.compare(bytes, 0, usualStart.length) === 0) {
    const start = usualStart.length;
    const end = bytes.indexOf(quote, start);
    const usual = end !== -1 && bytes.toString("latin1", end, end + usualMiddle.length) === usualMiddle;
    const escape = usual ? bytes.subarray(start, end).indexOf(backslash) : -1;
    if (usual && escape === -1 && bytes.at(-1) === closingBrace) return bytes.toString("utf8", start, end);
  }
  return parseCacheLine(bytes).key;
}

/** The number of the line, from 1, that begins at an offset. Only faults need it, so it is counted anew. */
export async function lineAt(file: FileHandle, offset: number): Promise<number> {
  let number = 1;
  await scanLines(file, 0, (line) => {
    if (line.offset < offset) number += 1;
  });
  return number;
}
