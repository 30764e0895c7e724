import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../engine/fault.js";
import { requireVersion, type RecordLog, type RecordParser } from "../../engine/store/index.js";
import { AppendFile } from "./appendFile.js";
import { onDisk, unlessAbsent } from "./faults.js";
import { parseJson, placed, syncFolder } from "./files.js";
import { isBlank, readFully, scanLines } from "./lines.js";

export interface LogOptions {
  /** Runs before each write and throws when this process must not write any more. */
  readonly guard?: () => Promise<void>;
  /** Told when a torn last line was moved to `FILE.torn`. */
  readonly onHealed?: (file: string, bytes: number) => void;
}

const closingBrace = 0x7d;

/** A log that also tells how many fsyncs it needed. */
export interface DiskLog<T> extends RecordLog<T> {
  readonly commits: number;
}

/**
 * Opens a log for appending, creating it when absent, and heals a torn last line: its bytes go to `FILE.torn`, then the
 * log is cut behind its last whole record.
 *
 * @throws Fault `storage` when the disk refuses, `data` with file and line for a record that cannot be read.
 */
export async function openRecordLog<T>(
  file: string,
  parse: RecordParser<T>,
  options: LogOptions = {},
): Promise<DiskLog<T>> {
  const handle = await onDisk(file, async () => open(file, "a+", 0o644));
  try {
    const { records, end: wholeEnd, unended } = await readHandle(file, handle, parse);
    const end = unended ? wholeEnd + 1 : wholeEnd;
    await onDisk(file, async () => {
      const { size } = await handle.stat();
      if (unended) {
        await options.guard?.();
        await handle.writeFile("\n");
        await handle.sync();
      } else if (size > end) {
        await options.guard?.();
        await moveTornBytes(file, handle, end, size);
        options.onHealed?.(file, size - end);
      }
      if (size === 0) await syncFolder(path.dirname(file));
    });
    return diskLog(file, records, new AppendFile(file, handle, end, options.guard));
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

function diskLog<T>(file: string, records: T[], target: AppendFile): DiskLog<T> {
  return {
    records,
    get commits() {
      return target.commits;
    },
    async append(record) {
      const line = recordLine(file, record);
      await target.append(line);
      records.push(record);
    },
    close: async () => target.close(),
  };
}

/** One record as its line. Escapes inside the JSON text keep every line feed out of it. */
function recordLine(file: string, record: unknown): Buffer {
  placed(file, undefined, () => requireVersion(record, "log"));
  return Buffer.from(`${JSON.stringify(record)}\n`, "utf8");
}

/** Reads the whole records of a log that another process may be writing; none when the file is absent. */
export async function readRecords<T>(file: string, parse: RecordParser<T>): Promise<{ records: T[]; torn: boolean }> {
  const handle = await unlessAbsent(file, null, async () => open(file, "r"));
  if (handle === null) return { records: [], torn: false };
  try {
    const { records, end } = await readHandle(file, handle, parse);
    const { size } = await onDisk(file, async () => handle.stat());
    return { records, torn: size > end };
  } finally {
    await handle.close();
  }
}

/** How far a log was read; `logStart` is before its first record. */
export interface LogPosition {
  /** In bytes from the start of the file. */
  readonly offset: number;
  /** Line feeds before it. */
  readonly line: number;
  /** Which file it was: a log that was moved aside and begun anew is another one. */
  readonly inode: number | null;
}

export const logStart: LogPosition = { offset: 0, line: 0, inode: null };

/** Where a record stands in its file, in bytes: who keeps an index reads the record itself again when it is wanted. */
export interface RecordPlace {
  readonly offset: number;
  readonly length: number;
}

/** Reads one record at the place that `readNewRecords` told. */
export async function readRecordAt<T>(
  file: string,
  { offset, length }: RecordPlace,
  parse: RecordParser<T>,
): Promise<T> {
  const bytes = await onDisk(file, async () => {
    const handle = await open(file, "r");
    try {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, await readFully(handle, buffer, offset));
    } finally {
      await handle.close();
    }
  });
  return placed(file, undefined, () => parse(requireVersion(parseJson(bytes), "log")));
}

export interface NewRecords<T> {
  readonly records: T[];
  readonly position: LogPosition;
  /** The file is not the one that was read before, or became shorter: `records` are from its beginning. */
  readonly replaced: boolean;
}

/**
 * Reads the whole records that a log got since the position; none when the file is absent. For readers that look again
 * and again at a log that grows.
 *
 * @throws Fault `data` with file and line for a record that cannot be read.
 */
export async function readNewRecords<T>(
  file: string,
  position: LogPosition,
  parse: (value: unknown, place: RecordPlace) => T,
): Promise<NewRecords<T>> {
  const handle = await unlessAbsent(file, null, async () => open(file, "r"));
  if (handle === null) return { records: [], position: logStart, replaced: position.offset > 0 };
  try {
    const { size, ino } = await onDisk(file, async () => handle.stat());
    const replaced = size < position.offset || (position.inode !== null && position.inode !== ino);
    const start = replaced ? logStart : position;
    if (size === start.offset) return { records: [], position: { ...start, inode: ino }, replaced };
    const { records, end, line } = await readHandle(file, handle, parse, start);
    return { records, position: { offset: end, line, inode: ino }, replaced };
  } finally {
    await handle.close();
  }
}

interface Contents<T> {
  readonly records: T[];
  /** Behind the last whole record. */
  readonly end: number;
  /** Line feeds before `end`. */
  readonly line: number;
  /** The last record is whole and only its line feed is missing, as editors leave files. */
  readonly unended: boolean;
}

/**
 * Parses every whole line. A line with NUL bytes is what a power cut leaves where data had not reached the disk; it and
 * what follows count as torn unless whole records come after it, which is damage that a person must look at.
 */
async function readHandle<T>(
  file: string,
  handle: FileHandle,
  parse: (value: unknown, place: RecordPlace) => T,
  start: Pick<LogPosition, "offset" | "line"> = logStart,
): Promise<Contents<T>> {
  const records: T[] = [];
  let number = start.line;
  const holes: { readonly line: number; readonly offset: number }[] = [];
  const scanned = await onDisk(file, async () =>
    scanLines(handle, start.offset, ({ bytes, offset }) => {
      number += 1;
      if (isBlank(bytes)) return;
      if (bytes.includes(0)) {
        holes.push({ line: number, offset });
        return;
      }
      const [first] = holes;
      if (first !== undefined) throw damaged(file, first.line);
      const place = { offset, length: bytes.length };
      records.push(placed(file, number, () => parse(requireVersion(parseJson(bytes), "log"), place)));
    }),
  );
  const [hole] = holes;
  if (hole !== undefined) return { records, end: hole.offset, line: hole.line - 1, unended: false };
  const rest = await onDisk(file, async () => readRest(handle, scanned));
  const last = wholeObject(rest);
  if (last === null) return { records, end: scanned, line: number, unended: false };
  const place = { offset: scanned, length: rest.length };
  records.push(placed(file, number + 1, () => parse(requireVersion(last, "log"), place)));
  return { records, end: scanned + rest.length, line: number, unended: true };
}

async function readRest(handle: FileHandle, from: number): Promise<Buffer> {
  const { size } = await handle.stat();
  const bytes = Buffer.alloc(Math.max(0, size - from));
  return bytes.subarray(0, await readFully(handle, bytes, from));
}

/** The JSON object that the bytes are; null when they are none. The beginning of an object is never one itself. */
function wholeObject(bytes: Buffer): object | null {
  if (bytes.at(-1) !== closingBrace) return null;
  try {
    const value = parseJson(bytes);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function damaged(file: string, line: number): Fault {
  return new Fault("data", "A line in the middle of this file is damaged.", {
    file,
    line,
    found: "NUL bytes",
    allowed: "one JSON object a line",
    remedy: "Restore the file from a backup, or delete that line.",
  });
}

/** Copies the bytes behind the last whole record aside, durably, before they are cut off. */
async function moveTornBytes(file: string, handle: FileHandle, end: number, size: number): Promise<void> {
  const bytes = Buffer.alloc(size - end);
  const length = await readFully(handle, bytes, end);
  const aside = await open(`${file}.torn`, "a", 0o644);
  try {
    await aside.writeFile(Buffer.concat([bytes.subarray(0, length), Buffer.from("\n")]));
    await aside.sync();
  } finally {
    await aside.close();
  }
  await handle.truncate(end);
  await handle.sync();
}
