import type { FileHandle } from "node:fs/promises";

const newline = 0x0a;
const chunkSize = 256 * 1024;

/** One whole line of a file, without its line feed. The bytes are only valid during the call that hands them over. */
export interface Line {
  readonly bytes: Buffer;
  /** Where the line begins, in bytes from the start of the file. */
  readonly offset: number;
}

/** Reads at a position until the buffer is full or the file ends; returns how much was read. */
export async function readFully(file: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let total = 0;
  while (total < buffer.length) {
    const { bytesRead } = await file.read(buffer, total, buffer.length - total, position + total);
    if (bytesRead === 0) break;
    total += bytesRead;
  }
  return total;
}

/**
 * Hands over every whole line from `start`, split on line feeds only (U+2028 and U+0085 are ordinary characters inside a
 * record). Works in pieces, so a file may be larger than memory.
 *
 * @returns the offset behind the last line feed: what follows it is torn, or still being written.
 */
export async function scanLines(file: FileHandle, start: number, onLine: (line: Line) => void): Promise<number> {
  let buffer = Buffer.allocUnsafe(chunkSize);
  let kept = 0;
  let base = start;
  for (;;) {
    const { bytesRead } = await file.read(buffer, kept, buffer.length - kept, base + kept);
    if (bytesRead === 0) return base;
    const end = kept + bytesRead;
    const view = buffer.subarray(0, end);
    let from = 0;
    for (let at = view.indexOf(newline, kept); at !== -1; at = view.indexOf(newline, from)) {
      onLine({ bytes: view.subarray(from, at), offset: base + from });
      from = at + 1;
    }
    base += from;
    kept = end - from;
    if (from > 0) buffer.copyWithin(0, from, end);
    if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}

/** True for a line of white space only, which an editor may leave behind. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.length < 80 && bytes.toString("latin1").trim() === "";
}
