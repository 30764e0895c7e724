import { readFile } from "node:fs/promises";
import { asyncBufferFromFile, parquetReadObjects, type AsyncBuffer } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { Fault } from "../../engine/fault.js";
import type { Row } from "./row.js";
import { isCompressed, readBytes, requireFile, tooLarge } from "./source.js";

/** Rows of a parquet file. 64-bit integers become numbers where that is exact, else their digits as text. */
export async function readParquet(path: string): Promise<Row[]> {
  await requireFile(path);
  const file = isCompressed(path) ? await unpacked(path) : await asyncBufferFromFile(path);
  let rows;
  try {
    rows = await parquetReadObjects({ file, compressors });
  } catch (thrown) {
    throw new Fault("data", "The file is not a readable parquet file.", {
      file: path,
      found: `${thrown instanceof Error ? thrown.message : String(thrown)} (begins with ${await firstBytes(path)})`,
      allowed: "a complete parquet file",
      remedy: "Download it again, or write it again as JSON Lines.",
      cause: thrown,
    });
  }
  return rows.map((row) => plainValue(row) as Row);
}

/** The value as JSON has it: no BigInt, dates as ISO text, bytes as hexadecimal text. */
export function plainValue(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value as ArrayLike<unknown>, plainValue);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainValue(inner)]));
  }
  return value;
}

/** A small packed file can unpack to any size; parquet is packed by itself, so that one this large is better left so. */
const mostUnpackedBytes = 1_000_000_000;

async function unpacked(path: string): Promise<AsyncBuffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of readBytes(path)) {
    length += chunk.length;
    if (length > mostUnpackedBytes) throw tooLarge(path, mostUnpackedBytes);
    chunks.push(chunk);
  }
  const bytes = Uint8Array.from(Buffer.concat(chunks)).buffer;
  return { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) };
}

async function firstBytes(path: string): Promise<string> {
  return JSON.stringify((await readFile(path)).subarray(0, 8).toString("latin1"));
}
