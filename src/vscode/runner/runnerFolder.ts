/**
 * The runner lives outside the extension's folder: a run may take days, and an update of the extension must not take its
 * files away. This module knows nothing of the editor.
 */
import { randomUUID } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod/mini";

/** `dist/runner.json`, which the build writes: the runner's files, and the hash of what is in them. */
const runnerList = z.object({
  version: z.string().check(z.regex(/^[\w.+-]+$/u)),
  hash: z.string().check(z.regex(/^[0-9a-f]+$/u)),
  files: z.array(z.string().check(z.regex(/^[\w.-]+(?:\/[\w.-]+)*$/u))),
});

const folderPrefix = "runner-";
/** Processes that use a copy, one file each, named by the process's number. */
const usesFolder = "uses";

export interface InstalledRunner {
  readonly folder: string;
  /** The command line, to be run by node. */
  readonly script: string;
}

/**
 * Copies the runner from the extension's built folder into `storage`, unless this very one is there. A copy appears whole
 * or not at all; of two windows that copy at once, one wins and both use it.
 */
export async function installRunner(built: string, storage: string): Promise<InstalledRunner> {
  const list = runnerList.parse(JSON.parse(await readFile(path.join(built, "runner.json"), "utf8")));
  const folder = path.join(storage, `${folderPrefix}${list.version}-${list.hash}`);
  if (!(await isThere(folder))) await copyRunner(built, list.files, folder);
  return { folder, script: path.join(folder, "cli.js") };
}

async function copyRunner(built: string, files: readonly string[], folder: string): Promise<void> {
  const temporary = `${folder}.${randomUUID()}.tmp`;
  try {
    for (const file of files) {
      const target = path.join(temporary, file);
      await mkdir(path.dirname(target), { recursive: true });
      await copyFile(path.join(built, file), target);
    }
    // Beside the extension this is said by its own package.json.
    await writeFile(path.join(temporary, "package.json"), '{ "type": "module" }\n');
    await mkdir(path.join(temporary, usesFolder));
    await rename(temporary, folder);
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    // Another window was faster: its copy has the same content.
    if (!(await isThere(folder))) throw thrown;
  }
}

/** Notes that a process uses the copy, so that no later version removes it before that process has ended. */
export async function noteUse({ folder }: InstalledRunner, pid: number): Promise<void> {
  await writeFile(path.join(folder, usesFolder, String(pid)), "");
}

/**
 * Removes copies that are not the current one and that no live process uses, and what a copying that was broken off left.
 *
 * @returns the names of the removed folders.
 */
export async function removeOldRunners(
  storage: string,
  current: InstalledRunner,
  isAlive: (pid: number) => boolean = processIsAlive,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await namesIn(storage)) {
    const folder = path.join(storage, name);
    if (!name.startsWith(folderPrefix) || folder === current.folder) continue;
    if (name.endsWith(".tmp") && !(await isOld(folder))) continue;
    const users = (await namesIn(path.join(folder, usesFolder))).map(Number);
    if (users.some((pid) => Number.isInteger(pid) && isAlive(pid))) continue;
    await rm(folder, { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}

/** Whether a process of this number lives; one of another user counts, too. */
function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

const hourMs = 3_600_000;

/** Another window may be copying right now. */
async function isOld(folder: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(folder)).mtimeMs > hourMs;
  } catch {
    // Renamed meanwhile: it is in use.
    return false;
  }
}

async function isThere(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch {
    // Absent or unreadable: the copying tells which.
    return false;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // Nothing was ever copied there.
    return [];
  }
}
