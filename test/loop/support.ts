import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { baseStudent } from "../../src/adapters/builtin/baseStudent.js";
import { instruct } from "../../src/adapters/builtin/instructor/index.js";
import { environmentSecrets, openProject, openRun } from "../../src/adapters/project/index.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import {
  buildReport,
  runLoop,
  type LoopServices,
  type RunState,
  type RunWatcher,
  type StageName,
} from "../../src/engine/iteration/index.js";
import type { Report } from "../../src/engine/report/index.js";
import type { ChatMessage } from "../../src/engine/seams/index.js";
import type { JournalEvent } from "../../src/engine/store/index.js";
import { startFaultServer, type FaultServer, type FaultServerOptions } from "../support/faultServer.js";
import { cli, readRecords, root } from "../support/project.js";

/**
 * Serves the built-in models behind the fault server, so that a test counts every request and chooses what goes wrong.
 * The model `student` answers as the base student does, every other name as the instructor without a sandbox.
 */
export async function serveModels(options: Omit<FaultServerOptions, "answer"> = {}): Promise<FaultServer> {
  const { student } = await baseStudent();
  return startFaultServer({
    ...options,
    answer: async ({ model, messages, body }) => {
      const chat = messages as readonly ChatMessage[];
      if (model === "student") return student.answer(chat);
      return instruct(chat, Number(body["seed"] ?? 0), { runner: null }, new AbortController().signal);
    },
  });
}

/** A model of a configuration that is served by a fault server. The seed tells apart several answers to one request. */
export function remoteModel(
  server: Pick<FaultServer, "baseUrl">,
  name: "student" | "instructor",
  change: object = {},
): ConfigurationInput["models"][string] {
  return {
    provider: "openai",
    endpoint: server.baseUrl,
    name,
    revision: "tests",
    price: { input: 0, output: 0 },
    parameters: { seed: 1000 },
    ...change,
  };
}

/** Starts the command line as the leader of a process group of its own. */
export function start(args: readonly string[]): {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with the exit code, null when it was killed, and with what it said. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
} {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: root,
    detached: true,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.on("exit", (code) => resolve({ code, stderr }));
  });
  return { child, pid: child.pid ?? 0, ended };
}

/** A process by number and start time, so that a number used again is not mistaken for it. */
interface LiveProcess {
  readonly pid: number;
  readonly parent: number;
  readonly started: string;
}

/** All processes below one, from `/proc`. */
export function descendantsOf(pid: number): LiveProcess[] {
  const all = readdirSync("/proc").flatMap((name) => processNumbered(Number(name)) ?? []);
  const found: LiveProcess[] = [];
  for (let parents = [pid]; parents.length > 0;) {
    const next = all.filter(({ parent }) => parents.includes(parent));
    found.push(...next);
    parents = next.map((child) => child.pid);
  }
  return found;
}

function processNumbered(pid: number): LiveProcess | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // A zombie does nothing any more; it waits for whoever inherited it.
    return fields[0] === "Z" ? null : { pid, parent: Number(fields[1]), started: fields[19] ?? "" };
  } catch {
    return null;
  }
}

/** Those of the processes that still live after at most the given time. */
export async function survivors(processes: readonly LiveProcess[], withinMs: number): Promise<LiveProcess[]> {
  for (const deadline = performance.now() + withinMs; ;) {
    const alive = processes.filter(({ pid, started }) => processNumbered(pid)?.started === started);
    if (alive.length === 0 || performance.now() > deadline) return alive;
    await sleep(20);
  }
}

/** Files of the answer cache, whole lines only. */
export function storedAnswers(folder: string): { readonly key: string; readonly provider: string }[] {
  const answers = path.join(folder, ".preceptor", "answers");
  if (!existsSync(answers)) return [];
  return readdirSync(answers).flatMap((name) =>
    readFileSync(path.join(answers, name), "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { key: string; value: { model: { provider: string } } })
      .map(({ key, value }) => ({ key, provider: value.model.provider })),
  );
}

export function runFolder(folder: string, run = "run-1"): string {
  return path.join(folder, ".preceptor", "runs", run);
}

/** One result of a loop that ran in this process. */
export interface RanHere {
  readonly run: string;
  readonly state: RunState;
  readonly report: Report;
  readonly spent: { readonly calls: number };
  /** Events that this time added to the run's journal. */
  readonly events: readonly JournalEvent[];
  /** Progress that was shown, as `iteration-stage`. */
  readonly progress: readonly string[];
}

export interface HereOptions {
  readonly run?: string;
  readonly until?: StageName;
  readonly iterations?: number;
  readonly fresh?: boolean;
  readonly environment?: { readonly [name: string]: string };
  /** Changes what the loop gets from outside, to add a family or a strategy. */
  readonly change?: (services: LoopServices) => LoopServices;
}

/** Runs the loop of a project in this process, put together as the command line does it. */
export async function runHere(folder: string, options: HereOptions = {}): Promise<RanHere> {
  const project = await openProject(folder, environmentSecrets(options.environment ?? {}));
  const progress: string[] = [];
  const watcher: RunWatcher = {
    started: () => undefined,
    progress: ({ iteration, stage }) => void progress.push(`${iteration}-${stage}`),
    finished: () => undefined,
  };
  const open = await openRun(project, {
    run: options.run ?? null,
    filter: null,
    fresh: options.fresh ?? false,
    watcher,
    signal: new AbortController().signal,
  });
  try {
    const services = options.change?.(open.services) ?? open.services;
    const before = services.run.journal.length;
    const limits = { until: options.until ?? null, iterations: options.iterations ?? null };
    const state = await runLoop(services, limits);
    const report = await buildReport(services);
    const events = services.run.journal.slice(before);
    return { run: services.run.id, state, report, spent: open.spent(), events, progress };
  } finally {
    await open.close();
  }
}

/** `iteration-stage` of the events of a type. */
export function stagesOf({ events }: Pick<RanHere, "events">, type: "stage-started" | "stage-reused"): string[] {
  return events
    .filter((event) => event.type === type)
    .map((event) => `${String(event["iteration"])}-${String(event["stage"])}`);
}

/** Records of a stage's file. */
export function stageRecords(
  folder: string,
  stage: string,
  file: string,
  run = "run-1",
): ReturnType<typeof readRecords> {
  return readRecords(path.join(runFolder(folder, run), "stages", stage, file));
}
