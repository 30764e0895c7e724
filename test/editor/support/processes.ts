import { readFileSync, readdirSync } from "node:fs";

/**
 * Ends every process whose command line or environment names a folder. All processes of an editor have its folder as
 * their home, the detached ones that the extension starts included, so nothing outlives a test. Returns how many there
 * were. Only Linux tells this; elsewhere process groups have to do.
 */
export function endProcessesOf(folder: string): number {
  if (process.platform !== "linux") return 0;
  let ended = 0;
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if (!mentions(pid, folder)) continue;
    if (kill(pid)) ended += 1;
  }
  return ended;
}

function mentions(pid: number, folder: string): boolean {
  return ["environ", "cmdline"].some((file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "latin1").includes(`${folder}/`);
    } catch {
      // The process ended meanwhile, or it belongs to somebody else.
      return false;
    }
  });
}

/** Kills a process, or with a negative number its group; false when there is none. */
export function kill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until there is an answer, or fails with a sentence that says what was waited for. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  { timeout = 30_000, every = 50 }: { timeout?: number; every?: number } = {},
): Promise<T> {
  const end = performance.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`Waited ${timeout / 1000} s in vain for ${what}.`);
    await pause(every);
  }
}

/** Does what may fail because the editor moves on meanwhile, as often as a person would try; the last failure counts. */
export async function retried<T>(most: number, action: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await action();
    } catch (error) {
      if (tries === most) throw error;
    }
  }
}
