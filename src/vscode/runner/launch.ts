/** Starts the runner as a process of its own. This module knows nothing of the editor. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { open, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import * as z from "zod/mini";
import { faultView, type FaultView } from "../../protocol/fault.js";
import type { NodeProgram } from "./node.js";
import { noteUse, type InstalledRunner } from "./runnerFolder.js";

/** What the runner is to do. */
export type RunnerWork = { readonly command: "iterate" } | { readonly command: "resume"; readonly run: string };

/** Arguments of the command line: never through a shell, and never with a secret among them. */
export function runnerArguments(script: string, project: string, work: RunnerWork): string[] {
  const words = work.command === "resume" ? ["resume", work.run] : ["iterate"];
  return [script, ...words, "--project", project, "--json", "--yes", "--secrets-on-stdin"];
}

/** The environment of the runner: that of the editor without what is the editor's own business. */
export function runnerEnvironment(
  environment: NodeJS.ProcessEnv,
  { environment: own }: Pick<NodeProgram, "environment">,
): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(?:VSCODE_|ELECTRON_|NODE_OPTIONS$)/u.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: "1", ...own };
}

/** What the runner is told on its standard input, and nowhere else. */
export interface HandedOver {
  /** Values of `${secret:NAME}` by name. */
  readonly secrets: { readonly [name: string]: string };
  /** Where models of the editor answer, for as long as it is open. */
  readonly bridge?: {
    readonly url: string;
    readonly token: string;
    /** Family and version of each model that the project names. */
    readonly revisions: { readonly [name: string]: string };
  };
  /** Whether a person answers questions on the same input, behind this. */
  readonly answers?: true;
}

export function handedLine(handed: HandedOver): string {
  return `${JSON.stringify(handed)}\n`;
}

export interface Launch {
  readonly runner: InstalledRunner;
  readonly node: NodeProgram;
  readonly project: string;
  readonly work: RunnerWork;
  readonly handed: HandedOver;
  /** Folder for logs. */
  readonly logs: string;
  readonly environment: NodeJS.ProcessEnv;
}

export interface LaunchedRunner {
  readonly pid: number;
  readonly log: string;
  /** Resolves when it ends while this process lives: with its exit code, null when it was killed, and its fault. */
  readonly ended: Promise<{ readonly code: number | null; readonly fault: FaultView | null }>;
}

/**
 * Starts the runner detached: it is the leader of its own group, writes into files and not into pipes, and holds nothing
 * of this process, so that it goes on when the window closes, reloads or crashes.
 */
export async function launchRunner({
  runner,
  node,
  project,
  work,
  handed,
  logs,
  environment,
}: Launch): Promise<LaunchedRunner> {
  await mkdir(logs, { recursive: true });
  // Named by the process once it has a number.
  const starting = path.join(logs, `starting-${randomUUID()}`);
  const [out, err] = [await open(`${starting}.json`, "wx"), await open(`${starting}.log`, "wx")];
  try {
    const child = spawn(node.file, runnerArguments(runner.script, project, work), {
      cwd: project,
      detached: true,
      windowsHide: true,
      stdio: ["pipe", out.fd, err.fd],
      env: runnerEnvironment(environment, node),
    });
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code));
    });
    const { pid, stdin } = child;
    if (pid === undefined) {
      await exited;
      throw new Error(`${node.file} did not start.`);
    }
    const name = path.join(logs, `${new Date().toISOString().replaceAll(/[:.]/gu, "-")}-${pid}`);
    await noteUse(runner, pid);
    await rename(`${starting}.json`, `${name}.json`);
    await rename(`${starting}.log`, `${name}.log`);
    // A runner that ended at once reads nothing; its exit tells why.
    stdin?.on("error", () => undefined);
    stdin?.end(handedLine(handed));
    child.unref();
    return {
      pid,
      log: `${name}.log`,
      ended: exited.then(async (code) => ({ code, fault: await faultIn(`${name}.json`) })),
    };
  } finally {
    await out.close();
    await err.close();
  }
}

/** The fault that the runner printed as its result; null when it printed something else. */
async function faultIn(file: string): Promise<FaultView | null> {
  try {
    const parsed = z.object({ fault: faultView }).safeParse(JSON.parse(await readFile(file, "utf8")));
    return parsed.success ? parsed.data.fault : null;
  } catch {
    // It was killed before it could say anything.
    return null;
  }
}

/** The log of the runner that had this process number last; null when it was started elsewhere. */
export async function logOfRunner(logs: string, pid: number): Promise<string | null> {
  const names = (await namesIn(logs)).filter((name) => name.endsWith(`-${pid}.log`)).sort();
  const newest = names.at(-1);
  return newest === undefined ? null : path.join(logs, newest);
}

/** Runners whose logs are kept. */
const mostLogs = 50;

/** Removes the oldest logs. */
export async function removeOldLogs(logs: string): Promise<void> {
  const names = (await namesIn(logs)).sort();
  for (const name of names.slice(0, Math.max(0, names.length - mostLogs * 2))) {
    await rm(path.join(logs, name), { force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // No runner was ever started.
    return [];
  }
}
