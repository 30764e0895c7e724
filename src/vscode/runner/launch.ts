/** Starts the runner as a process of its own. This module knows nothing of the editor. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { open, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
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
  /** Name of the start. */
  readonly launch?: string;
}

export function handedLine(handed: HandedOver): string {
  return `${JSON.stringify(handed)}\n`;
}

/** A process that was started and not told to begin yet. */
export interface StartedProcess {
  /** Name of this start, and of its files. */
  readonly id: string;
  readonly pid: number;
  readonly log: string;
  /** What it prints when it ends. */
  readonly result: string;
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
  /** Notes the process. It begins only after that: whoever dies in between leaves a process that ends by itself. */
  readonly note: (started: StartedProcess) => Promise<void>;
}

export interface LaunchedRunner extends StartedProcess {
  /** Resolves when it ends while this process lives, with its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
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
  note,
}: Launch): Promise<LaunchedRunner> {
  await mkdir(logs, { recursive: true });
  const id = `${new Date().toISOString().replaceAll(/[:.]/gu, "-")}-${randomUUID().slice(0, 8)}`;
  const [result, log] = [path.join(logs, `${id}.json`), path.join(logs, `${id}.log`)];
  const [out, err] = [await open(result, "wx"), await open(log, "wx")];
  try {
    const child = spawn(node.file, runnerArguments(runner.script, project, work), {
      cwd: project,
      detached: true,
      windowsHide: true,
      stdio: ["pipe", out.fd, err.fd],
      env: runnerEnvironment(environment, node),
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code));
    });
    const { pid, stdin } = child;
    if (pid === undefined) {
      await ended;
      throw new Error(`${node.file} did not start.`);
    }
    // A runner that ended at once reads nothing; its result tells why.
    stdin?.on("error", () => undefined);
    try {
      await noteUse(runner, pid);
      await note({ id, pid, log, result });
      stdin?.write(handedLine({ ...handed, launch: id }));
    } finally {
      // Without its line the runner ends before it has begun anything.
      stdin?.end();
    }
    child.unref();
    return { id, pid, log, result, ended };
  } finally {
    await out.close();
    await err.close();
  }
}

/** The log of a start; null when it is not kept any more, or when another editor started it. */
export async function logOfLaunch(logs: string, launch: string): Promise<string | null> {
  const name = `${launch}.log`;
  return (await namesIn(logs)).includes(name) ? path.join(logs, name) : null;
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
