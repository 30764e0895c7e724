import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../engine/fault.js";
import { onDisk, unlessAbsent } from "../store/faults.js";

/** One file to download; size and hash are known beforehand. */
export interface Download {
  readonly url: string;
  /** Where it goes. Until it is whole it is `FILE.part`. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly fetch: typeof globalThis.fetch;
  /** Time without a byte after which a connection counts as dead, in milliseconds. */
  readonly idleMs: number;
  /** How often a file is tried again after a failure that may pass. */
  readonly retries: number;
  /** First pause before trying again, in milliseconds; it doubles, with jitter. */
  readonly pauseMs: number;
  /** Told how many bytes of the file are on the disk. */
  readonly onBytes: (bytes: number) => void;
}

/** A failure that may pass: the next try goes on where this one ended. */
class Passing extends Error {
  readonly fault: Fault;
  readonly waitMs: number | null;

  constructor(fault: Fault, waitMs: number | null = null) {
    super(fault.message);
    this.fault = fault;
    this.waitMs = waitMs;
  }
}

const longestPauseMs = 60_000;

/**
 * Downloads one file, going on behind what an earlier try left in `FILE.part`. The hash is checked before the file gets
 * its name, in one rename.
 *
 * @throws Fault `endpoint` for what the server did, `data` when size or hash differ from the pinned ones, `storage` for
 * what the disk refused, `cancelled`.
 */
export async function download(wanted: Download, options: DownloadOptions): Promise<void> {
  const part = `${wanted.file}.part`;
  await onDisk(wanted.file, async () => mkdir(path.dirname(wanted.file), { recursive: true }));
  let startedOver = false;
  for (let failures = 0; ;) {
    if (options.signal.aborted) throw cancelled(options.signal.reason);
    try {
      const resumed = await receive(wanted, part, options);
      const found = await fileHash(part);
      if (found === wanted.sha256) break;
      await onDisk(part, async () => rm(part, { force: true }));
      // What an earlier try left may have been of another version; only a download in one piece proves a difference.
      if (!resumed || startedOver) throw differs(wanted, found);
      startedOver = true;
    } catch (thrown) {
      if (!(thrown instanceof Passing)) throw thrown;
      if (failures >= options.retries) throw thrown.fault;
      await pause(thrown.waitMs ?? options.pauseMs * 2 ** failures * (0.5 + Math.random()), options.signal);
      failures += 1;
    }
  }
  await onDisk(wanted.file, async () => rename(part, wanted.file));
}

/** SHA-256 of a file's bytes. */
export async function fileHash(file: string): Promise<string> {
  return onDisk(file, async () => {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest("hex");
  });
}

/** Gets the missing bytes; true when there were some already. */
async function receive(wanted: Download, part: string, options: DownloadOptions): Promise<boolean> {
  let start = await unlessAbsent(part, 0, async () => (await stat(part)).size);
  if (start > wanted.bytes) start = 0;
  if (start === wanted.bytes) return true;
  const idle = new AbortController();
  const signal = AbortSignal.any([options.signal, idle.signal]);
  let timer = setTimeout(() => idle.abort(), options.idleMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(), options.idleMs);
  };
  try {
    const response = await options.fetch(wanted.url, {
      signal,
      redirect: "follow",
      // The pinned bytes are those of the file itself, never of a packed transfer.
      headers: { "accept-encoding": "identity", ...(start > 0 ? { range: `bytes=${start}-` } : {}) },
    });
    alive();
    try {
      if (response.status === 416) {
        await onDisk(part, async () => rm(part, { force: true }));
        throw new Passing(serverFault(wanted, "The server has no such range.", "status 416"), 0);
      }
      refuse(wanted, response);
      const from = continues(response, start) ? start : 0;
      await onDisk(part, async () => writeBody(wanted, part, from, response, options, alive));
      return from > 0;
    } finally {
      // A body that is not read to its end would keep the connection.
      if (response.body !== null && !response.body.locked) await response.body.cancel();
    }
  } catch (thrown) {
    throw explain(wanted, thrown, options, idle.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function writeBody(
  wanted: Download,
  part: string,
  from: number,
  response: Response,
  options: DownloadOptions,
  alive: () => void,
): Promise<void> {
  const handle = await open(part, from > 0 ? "r+" : "w", 0o644);
  let size = from;
  try {
    for await (const chunk of pieces(response)) {
      alive();
      if (size === 0) refusePage(wanted, chunk);
      if (size + chunk.length > wanted.bytes) {
        await handle.truncate(0);
        throw new Fault("data", "The server sends more bytes than the file has.", {
          file: wanted.url,
          found: `more than ${wanted.bytes} bytes`,
          allowed: `${wanted.bytes} bytes`,
          remedy: "The file changed upstream or the mirror holds another one: try another mirror.",
        });
      }
      await writeAll(handle, chunk, size);
      size += chunk.length;
      options.onBytes(size);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (size < wanted.bytes) {
    throw new Passing(serverFault(wanted, "The download ended too early.", `${size} of ${wanted.bytes} bytes`));
  }
}

async function* pieces(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  for await (const chunk of response.body) yield chunk as Uint8Array;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Whether the response goes on at `start`; a server without ranges sends the whole file again. */
function continues(response: Response, start: number): boolean {
  if (response.status !== 206) return false;
  const first = /^bytes (\d+)-/u.exec(response.headers.get("content-range") ?? "")?.[1];
  if (Number(first) === start) return true;
  throw new Passing(
    new Fault("endpoint", "The server sent another part of the file than the one asked for.", {
      file: response.url,
      found: response.headers.get("content-range") ?? "no content-range",
      allowed: `bytes ${start}-…`,
      remedy: "Delete the .part file, or try another mirror.",
    }),
  );
}

function refuse(wanted: Download, response: Response): void {
  const { status } = response;
  if (status === 200 || status === 206) {
    if (/^text\/html\b/iu.test(response.headers.get("content-type") ?? "")) throw page(wanted);
    return;
  }
  if (status === 429 || status === 408 || status >= 500) {
    const wait = retryAfter(response);
    throw new Passing(serverFault(wanted, "The server could not send the file.", `status ${status}`), wait);
  }
  const missing = status === 404 || status === 410;
  throw serverFault(
    wanted,
    missing ? "The server does not have the file." : "The server refuses to send the file.",
    `status ${status}`,
    missing
      ? "Try a mirror with --mirror, or put the file there by hand and run `preceptor benchmarks check`."
      : "Check the network's proxy and permissions, or try a mirror with --mirror.",
  );
}

/** A page of a proxy or a sign-in form instead of data. */
function refusePage(wanted: Download, first: Uint8Array): void {
  const head = Buffer.from(first.subarray(0, 200)).toString("latin1").trimStart().toLowerCase();
  if (head.startsWith("<!doctype html") || head.startsWith("<html")) throw page(wanted);
}

function page(wanted: Download): Fault {
  return serverFault(
    wanted,
    "The server sent a web page instead of the file.",
    "HTML",
    "A proxy or a sign-in page may be in between: sign in, or try a mirror with --mirror.",
  );
}

function serverFault(wanted: Download, message: string, found: string, remedy?: string): Fault {
  return new Fault("endpoint", message, {
    file: wanted.url,
    found,
    remedy: remedy ?? "Run the command again: it goes on where it stopped; or try a mirror with --mirror.",
  });
}

function differs(wanted: Download, found: string): Fault {
  return new Fault("data", "The downloaded file is not the pinned one.", {
    file: wanted.url,
    found: `sha256 ${found}`,
    allowed: `sha256 ${wanted.sha256}`,
    remedy: "The file changed upstream or the mirror holds another one: try another mirror.",
  });
}

/** What a failed try means: cancelled, a hang, a lost connection, or what is already explained. */
function explain(wanted: Download, thrown: unknown, options: DownloadOptions, idle: AbortSignal): unknown {
  if (options.signal.aborted) return cancelled(thrown);
  if (idle.aborted) {
    return new Passing(serverFault(wanted, "The server stopped sending.", `no byte for ${options.idleMs} ms`));
  }
  if (thrown instanceof Passing) return thrown;
  // `onDisk` wraps what it does not know; a connection that broke inside the body is found in the cause.
  const cause: unknown = thrown instanceof Fault ? thrown.details.cause : thrown;
  if (cause instanceof Passing) return cause;
  // `fetch` reports every trouble of the network as a TypeError whose cause says which.
  if (!(cause instanceof TypeError)) return thrown;
  const inner = cause.cause instanceof Error ? cause.cause.message : cause.message;
  return new Passing(serverFault(wanted, "The connection failed.", inner));
}

function cancelled(cause: unknown): Fault {
  return new Fault("cancelled", "The download was cancelled.", {
    remedy: "Run the command again: it goes on where it stopped.",
    cause,
  });
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? "x");
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, longestPauseMs) : null;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.min(milliseconds, longestPauseMs), undefined, { signal });
  } catch (thrown) {
    throw cancelled(thrown);
  }
}
