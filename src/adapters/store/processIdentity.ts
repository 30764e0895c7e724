import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import os from "node:os";
import { promisify } from "node:util";
import { z } from "zod";
import { errorCode } from "./faults.js";

/** What tells one process from every other one, on this machine and elsewhere. `null` = not known on this system. */
export interface ProcessIdentity {
  readonly host: string;
  /** Hash of the machine's id: two machines may have one name. */
  readonly machine: string | null;
  /** Changes with each start of the system. */
  readonly bootId: string | null;
  /** Process numbers mean something inside one of these only (containers). */
  readonly pidNamespace: string | null;
  readonly pid: number;
  /** In units and from a zero of the system's own; only ever compared for equality. */
  readonly startTime: string | null;
}

/** An identity as records have it. */
export const processIdentitySchema = z.object({
  host: z.string(),
  machine: z.string().nullable(),
  bootId: z.string().nullable(),
  pidNamespace: z.string().nullable(),
  pid: z.number().int().positive(),
  startTime: z.string().nullable(),
});

/** What a machine can say about the processes on it. */
export interface ProcessTable {
  self(): Promise<ProcessIdentity>;
  /** Start time of a running process, `null` when the process is there but the time is not known, `undefined` when gone. */
  startTime(pid: number): Promise<string | null | undefined>;
}

/** The process table of this machine: `/proc` on Linux, `ps` on macOS and BSD, bare existence elsewhere. */
export const systemProcesses: ProcessTable = {
  async self() {
    const [machineId, bootId, pidNamespace, startTime] = await Promise.all([
      readText("/etc/machine-id"),
      readText("/proc/sys/kernel/random/boot_id"),
      readlink("/proc/self/ns/pid").catch(() => null),
      processStart(process.pid),
    ]);
    const machine =
      machineId === null || machineId === "" ? null : createHash("sha256").update(machineId).digest("hex").slice(0, 16);
    return { host: os.hostname(), machine, bootId, pidNamespace, pid: process.pid, startTime: startTime ?? null };
  },
  startTime: processStart,
};

/**
 * What is known here of a process: `there` where one of its number lives and its start time cannot be told, `elsewhere`
 * where its number means nothing on this machine, or in this container.
 */
export type ProcessState = "live" | "gone" | "there" | "elsewhere";

/** @param self this process, whose machine is the one that is asked. */
export async function processState(
  asked: ProcessIdentity,
  self: ProcessIdentity,
  processes: ProcessTable = systemProcesses,
): Promise<ProcessState> {
  const sameMachine = asked.host === self.host && asked.machine === self.machine;
  if (asked.bootId !== self.bootId) {
    // The same machine has started anew since. Without a machine id it could be another one of that name.
    const certain = sameMachine && self.machine !== null && asked.bootId !== null && self.bootId !== null;
    return certain ? "gone" : "elsewhere";
  }
  if (asked.pidNamespace !== self.pidNamespace || (asked.bootId === null && !sameMachine)) return "elsewhere";
  const startTime = await processes.startTime(asked.pid);
  if (startTime === undefined) return "gone";
  if (startTime === null || asked.startTime === null) return "there";
  return startTime === asked.startTime ? "live" : "gone";
}

async function processStart(pid: number): Promise<string | null | undefined> {
  if (process.platform === "linux") {
    const stat = await readText(`/proc/${pid}/stat`);
    if (stat !== null) return startFromStat(stat);
    // With `hidepid` another user's process has no folder here, yet it can be asked for.
    return exists(pid) ? null : undefined;
  }
  if (!exists(pid)) return undefined;
  if (process.platform === "win32") return null;
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], { env: { LC_ALL: "C" } });
    return stdout.trim() === "" ? null : stdout.trim();
  } catch {
    // Without ps the process number alone decides, as on Windows.
    return null;
  }
}

/**
 * Field 22 of `/proc/PID/stat` (proc(5)): clock ticks from boot to the start of the process. The command's name may
 * contain spaces and parentheses, so fields are counted behind the last `)`. A zombie counts as gone.
 */
export function startFromStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" ? undefined : fields[19];
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return errorCode(thrown) === "EPERM";
  }
}

/** The text of a small system file without white space around it; null where the system has no such file. */
async function readText(file: string): Promise<string | null> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch {
    return null;
  }
}
