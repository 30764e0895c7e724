import { randomUUID } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Fault } from "../../engine/fault.js";
import type { RecordParser } from "../../engine/store/index.js";
import { errorCode, onDisk, storageFault, unlessAbsent } from "./faults.js";

/** Names of files that are being written start like this; they are no results and may be deleted when no runner is alive. */
export const temporaryPrefix = ".tmp-";

/** Makes the entries of a folder durable, where the system can (Windows cannot open a folder). */
export async function syncFolder(folder: string): Promise<void> {
  let handle;
  try {
    handle = await open(folder, "r");
  } catch (thrown) {
    if (process.platform === "win32") return;
    throw thrown;
  }
  try {
    await handle.sync();
  } catch (thrown) {
    // Some network and FUSE file systems have no fsync for folders; there the rename is as durable as it gets.
    if (!["EINVAL", "ENOTSUP", "ENOSYS", "EPERM", "EISDIR"].includes(errorCode(thrown) ?? "")) throw thrown;
  } finally {
    await handle.close();
  }
}

/**
 * Puts a whole file in place, or leaves the one that is there: temporary file, fsync, rename, fsync of the folder.
 * `FileHandle.writeFile` writes until everything is written, so a full disk is an error and never a shorter file
 * (`write-file-atomic` 7 takes a short write for a complete one).
 */
export async function writeAtomic(file: string, content: string): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `${temporaryPrefix}${path.basename(file)}-${randomUUID()}`);
  try {
    await writeDurably(temporary, content);
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (thrown) {
    await removeQuietly(temporary);
    throw storageFault(thrown, file);
  }
}

/**
 * Creates a file with its whole content unless one is there: a hard link to a finished file, so that nobody ever reads
 * half of it; an exclusive create where the file system has no hard links.
 *
 * @returns false when the file exists.
 */
export async function createExclusive(file: string, content: string): Promise<boolean> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `${temporaryPrefix}${path.basename(file)}-${randomUUID()}`);
  try {
    await writeDurably(temporary, content);
    if (!(await linkExclusive(temporary, file, content))) return false;
    await syncFolder(folder);
    return true;
  } catch (thrown) {
    throw storageFault(thrown, file);
  } finally {
    await removeQuietly(temporary);
  }
}

/**
 * Gives a finished file a second name unless that is taken; a file of its own where the file system has no hard links.
 * Errors are those of the system.
 *
 * @returns false when the name is taken.
 */
export async function linkExclusive(finished: string, file: string, content: string): Promise<boolean> {
  try {
    try {
      await link(finished, file);
    } catch (thrown) {
      if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP"].includes(errorCode(thrown) ?? "")) throw thrown;
      await writeDurably(file, content);
    }
    return true;
  } catch (thrown) {
    if (errorCode(thrown) === "EEXIST") return false;
    throw thrown;
  }
}

async function writeDurably(file: string, content: string): Promise<void> {
  const handle = await open(file, "wx", 0o644);
  try {
    await handle.writeFile(content, "utf8");
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What is left of machines that nobody starts any more, as containers. */
const forgottenMs = 30 * 24 * 3_600_000;

/** Whether a file is one that nobody wrote for a month; false where there is none. */
export async function isForgotten(file: string): Promise<boolean> {
  return unlessAbsent(file, false, async () => {
    const found = await stat(file);
    return found.isFile() && Date.now() - found.mtimeMs > forgottenMs;
  });
}

/** Removes a file of which nobody cares whether it goes; a failure leaves a file that the documentation explains. */
export async function removeQuietly(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
  } catch {
    return;
  }
}

/**
 * Creates a folder and those above it, durably. Folder by folder, because node's recursive `mkdir` reports a full or a
 * read-only disk as a missing file.
 */
export async function ensureFolder(folder: string): Promise<void> {
  await onDisk(folder, async () => makeFolder(folder));
}

async function makeFolder(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  try {
    await makeOneFolder(folder);
  } catch (thrown) {
    if (errorCode(thrown) !== "ENOENT" || parent === folder) throw thrown;
    await makeFolder(parent);
    await makeOneFolder(folder);
  }
}

async function makeOneFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
    await syncFolder(path.dirname(folder));
  } catch (thrown) {
    if (!(await isFolder(folder))) throw thrown;
  }
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch {
    // Whatever keeps it from being looked at, the error of `mkdir` says more.
    return false;
  }
}

/** Reads a JSON document; null when the file is absent. Faults name the file. */
export async function readJson<T>(file: string, parse: RecordParser<T>): Promise<T | null> {
  const bytes = await unlessAbsent(file, null, async () => readFile(file));
  if (bytes === null) return null;
  return placed(file, undefined, () => parse(parseJson(bytes)));
}

/** Writes a JSON document atomically, indented for people. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** JSON from bytes; refuses bytes that are not UTF-8, which decoding would otherwise replace silently. */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) {
    throw new Fault("data", "This is not UTF-8 text.", {
      allowed: "JSON in UTF-8",
      remedy: "Restore the file from a backup, or move it away.",
    });
  }
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new Fault("data", "This is not JSON.", {
      found: text.length <= 80 ? text.trim() : `${text.slice(0, 77)}...`,
      allowed: "one JSON value",
      remedy: "Restore the file from a backup, or move it away.",
      cause: thrown,
    });
  }
}

/** Runs a check and adds file and line to its fault. */
export function placed<T>(file: string, line: number | undefined, check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    throw thrown.at({ file, ...(line === undefined ? {} : { line }) });
  }
}

const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/;

/** Whether a name stays in its folder and every file system can hold it. */
export function isName(name: string): boolean {
  return plainName.test(name) && !name.endsWith(".");
}

/** Refuses names that could leave their folder or that some file system cannot hold. */
export function requireName(name: string, what: string): string {
  if (isName(name)) return name;
  throw new Fault("usage", `This cannot be the name of a ${what}.`, {
    found: JSON.stringify(name),
    allowed: "letters, digits, '.', '_' and '-', at most 121 of them, the first a letter or digit",
    remedy: what === "run" ? "`preceptor status` lists the runs." : "Choose another name.",
  });
}
