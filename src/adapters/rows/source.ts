import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { Fault, toFault } from "../../engine/fault.js";

const chunkBytes = 1 << 20;

/** Checks that a data file is there and is one. Faults of kind `data` name the file. */
export async function requireFile(path: string): Promise<void> {
  let found;
  try {
    found = await stat(path);
  } catch (thrown) {
    const code = errorCode(thrown);
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new Fault("data", "There is no such file.", {
        file: path,
        remedy: "Check the path; `preceptor benchmarks fetch NAME` downloads the files of a known benchmark.",
        cause: thrown,
      });
    }
    throw unreadable(path, thrown);
  }
  if (found.isDirectory()) {
    throw new Fault("data", "This is a folder, not a data file.", {
      file: path,
      found: "a folder",
      remedy: "Name a file in it.",
    });
  }
  if (found.size === 0) throw emptyFile(path);
}

export function emptyFile(path: string): Fault {
  return new Fault("data", "The file holds no rows.", {
    file: path,
    found: "an empty file",
    remedy: "Write or download it again.",
  });
}

/** The file's bytes in chunks; `.gz` is unpacked. */
export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  await requireFile(path);
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const source = isCompressed(path) ? file.pipe(createGunzip({ chunkSize: chunkBytes })) : file;
  // An error of the file does not pass through the pipe by itself.
  if (source !== file) file.on("error", (error) => source.destroy(error));
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch (thrown) {
    const code = errorCode(thrown) ?? "";
    if (code.startsWith("Z_")) {
      throw new Fault("data", "The compressed file cannot be unpacked.", {
        file: path,
        found: `${code}: ${(thrown as Error).message}`,
        allowed: "a complete gzip file",
        remedy:
          code === "Z_BUF_ERROR"
            ? "The file ends too early: download it again."
            : "If it is not compressed, rename it without `.gz`; else download it again.",
        cause: thrown,
      });
    }
    throw unreadable(path, thrown);
  } finally {
    file.destroy();
  }
}

/** The file's text in pieces, strictly UTF-8, without a byte order mark. */
export async function* readTextPieces(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let carried: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 1;
  const decode = (bytes: Buffer): string => {
    try {
      return decoder.decode(bytes);
    } catch (thrown) {
      throw notUtf8(path, bytes, offset, line, thrown);
    }
  };
  for await (const chunk of readBytes(path)) {
    let bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    if (offset === 0) {
      if (bytes.length < 4) {
        carried = bytes;
        continue;
      }
      refuseOtherEncodings(path, bytes);
      if (hasMark(bytes)) {
        bytes = bytes.subarray(3);
        offset = 3;
      }
    }
    const end = bytes.length - unfinishedTail(bytes);
    const text = decode(bytes.subarray(0, end));
    offset += end;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) line += 1;
    carried = bytes.subarray(end);
    if (text !== "") yield text;
  }
  if (carried.length > 0) yield decode(offset === 0 && hasMark(carried) ? carried.subarray(3) : carried);
}

/**
 * Most characters that are read as one text: a document, or a line. A text cannot be much longer than that at all, and a
 * small compressed file can unpack to any length.
 */
export const mostCharacters = 500_000_000;

/** The whole text of a file, strictly UTF-8, without a byte order mark. */
export async function readText(path: string, most = mostCharacters): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of readTextPieces(path)) {
    length += piece.length;
    if (length > most) throw tooLarge(path, most);
    pieces.push(piece);
  }
  return pieces.join("");
}

export function tooLarge(path: string, most: number, line?: number): Fault {
  const what = line === undefined ? "file" : "line";
  return new Fault("data", `The ${what} is too large to be read as one text.`, {
    file: path,
    ...(line === undefined ? {} : { line }),
    found: `more than ${Math.round(most / 1e6)} million characters${isCompressed(path) ? ", unpacked" : ""}`,
    remedy: "Write it as JSON Lines, a row a line, or keep Inspect's log as `.eval`; both are read piece by piece.",
  });
}

export function isCompressed(path: string): boolean {
  return path.toLowerCase().endsWith(".gz");
}

function hasMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Says which other encoding or format the first bytes show, because "invalid UTF-8" alone helps nobody. */
function refuseOtherEncodings(path: string, bytes: Buffer): void {
  const [a, b, c, d] = bytes;
  const utf16 =
    (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || (a === 0 && b !== 0) || (b === 0 && d === 0 && a !== 0);
  if (utf16) {
    throw new Fault("data", "The file is not UTF-8.", {
      file: path,
      found: "UTF-16 or UTF-32",
      allowed: "UTF-8, with or without a byte order mark",
      remedy: "Convert it, for example with `iconv -f UTF-16 -t UTF-8`.",
    });
  }
  const packed =
    a === 0x1f && b === 0x8b
      ? { found: "gzip", remedy: "Give its name the ending `.gz`." }
      : a === 0x50 && b === 0x4b && c === 3 && d === 4
        ? { found: "a zip archive", remedy: "Unpack it first." }
        : bytes.subarray(0, 4).toString("latin1") === "PAR1"
          ? { found: "parquet", remedy: "Give its name the ending `.parquet`." }
          : null;
  if (packed !== null) {
    throw new Fault("data", "The file is not a text file.", { file: path, allowed: "UTF-8 text", ...packed });
  }
}

/** Length of a character that the chunk cut off at its end, in bytes (0 to 3). */
function unfinishedTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

function notUtf8(path: string, bytes: Buffer, offset: number, line: number, cause: unknown): Fault {
  let at = 0;
  // The longest valid prefix ends before the first bad sequence: whole characters are checked one by one.
  const probe = new TextDecoder("utf-8", { fatal: true });
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const length = sequenceLength(byte);
    if (length === 1 && byte < 0x80) {
      if (byte === 0x0a) line += 1;
      at += 1;
      continue;
    }
    try {
      probe.decode(bytes.subarray(at, at + length));
    } catch {
      // This is the bad sequence that the search is for.
      break;
    }
    at += length;
  }
  const hex = [...bytes.subarray(at, at + 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new Fault("data", "The file is not valid UTF-8.", {
    file: path,
    line,
    found: `bytes ${hex} at offset ${offset + at}`,
    allowed: "UTF-8, with or without a byte order mark",
    remedy: "Convert it, for example with `iconv -f WINDOWS-1252 -t UTF-8`, or download it again.",
    cause,
  });
}

function unreadable(path: string, thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  const inner = toFault(thrown);
  return new Fault("data", `The file cannot be read: ${inner.message}`, {
    file: path,
    remedy: "Check the file's permissions.",
    cause: thrown,
  });
}

function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
