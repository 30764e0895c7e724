import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { Fault } from "../../src/engine/fault.js";
import { versioned } from "../../src/engine/store/index.js";
import type { Job } from "./jobs.js";

export interface Item {
  readonly version: 1;
  readonly n: number;
  readonly text: string;
}

export const parseItem = versioned<Item>({
  what: "item",
  version: 1,
  schema: z.strictObject({ version: z.literal(1), n: z.number(), text: z.string() }),
});

export function item(n: number, text = "some text"): Item {
  return { version: 1, n, text };
}

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The fault that a promise is rejected with. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

/** Bundles `jobs.ts` once, so that a child process can run one of its jobs. */
export async function bundleJobs(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-store-jobs-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outfile = path.join(folder, "jobs.mjs");
  await build({
    stdin: {
      contents: 'import { jobs } from "./jobs.js"; await jobs[process.argv[2]](process.argv[3], process.argv[4]);',
      resolveDir: path.dirname(fileURLToPath(import.meta.url)),
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
  });
  return outfile;
}

/** Starts a job in a process of its own. */
export function startJob(bundle: string, job: Job, ...parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, [bundle, job, ...parameters], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Resolves with one line that a job printed after another. */
export function lineReader(child: ChildProcess): () => Promise<string> {
  const waiting: ((line: string) => void)[] = [];
  const lines: string[] = [];
  let rest = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const pieces = (rest + chunk.toString()).split("\n");
    rest = pieces.pop() ?? "";
    for (const line of pieces) {
      const next = waiting.shift();
      if (next === undefined) lines.push(line);
      else next(line);
    }
  });
  return async () => lines.shift() ?? new Promise((resolve) => waiting.push(resolve));
}

/** What a job printed until it ended. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once("close", resolve));
  return output;
}

/** Runs a program of the system; true when it succeeded. */
export function system(program: string, ...parameters: readonly string[]): boolean {
  return spawnSync(program, parameters, { stdio: "ignore" }).status === 0;
}

/** Mounts a small file system in memory at a folder; null where that is not allowed. */
export function mountMemory(options: string): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const folder = temporaryFolder();
  if (!system("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder)) return null;
  onTestFinished(() => void system("umount", "-l", folder));
  return folder;
}

/** Whether this machine lets the tests mount a file system. */
export function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-store-probe-"));
  const mounted = system("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);
  if (mounted) system("umount", "-l", folder);
  rmSync(folder, { recursive: true, force: true });
  return mounted;
}
