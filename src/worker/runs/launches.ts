import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { Launches, openProjectStore, type Launch } from "../../adapters/store/index.js";
import { faultView } from "../../protocol/fault.js";
import type { LaunchView, RunView } from "../../protocol/worker/index.js";

/** How long a process may take to end when it is asked to, before it is ended. */
const patienceMs = 2000;
const lookMs = 50;

/** A launch that nobody has taken, and whether its process has ended. */
interface Noted {
  readonly launch: Launch;
  readonly ended: boolean;
}

/** What a runner prints at its end: its fault, or what came of its run. */
const resultSchema = z.object({ fault: z.optional(faultView), run: z.optional(z.string()) });

/** The launches of a project's store. */
export async function launchesIn(folder: string, access: "read" | "write"): Promise<Launches> {
  return new Launches((await openProjectStore(folder, { access })).folder);
}

/**
 * Launches as they are now. To be asked before the runs are looked at: the run of a process that had ended by then is
 * there, if it began one.
 */
export async function notedLaunches(launches: Launches): Promise<Noted[]> {
  const noted: Noted[] = [];
  for (const launch of await launches.read()) {
    const state = await launches.state(launch.process);
    // Another machine's process is for the windows on that machine.
    if (state !== "elsewhere") noted.push({ launch, ended: state === "gone" });
  }
  return noted;
}

/**
 * What is to be shown of them beside the runs. What came of one is for the window that started it; once that is gone, for
 * whoever takes it first.
 */
export async function launchViews(
  launches: Launches,
  noted: readonly Noted[],
  runs: readonly RunView[],
): Promise<LaunchView[]> {
  const views: LaunchView[] = [];
  for (const { launch, ended } of noted) {
    const run = runs.find((each) => each.launch === launch.id)?.id ?? null;
    const outcome = await outcomeOf(launch, ended, run);
    const teller = outcome === null ? null : await launches.state(launch.by);
    if (teller === "live" && launch.by.pid !== process.pid) continue;
    views.push({ id: launch.id, run: launch.run, ended: launch.ended, log: launch.log, outcome });
  }
  return views;
}

/** Ends the process of a launch, or the run that it has begun meanwhile; false when there is no such launch. */
export async function cancelLaunch(launches: Launches, id: string, begun: () => Promise<boolean>): Promise<boolean> {
  const launch = (await launches.read()).find((each) => each.id === id);
  // Taken first: nobody tells an ending that was asked for, and a process that is not there yet begins nothing any more.
  if (launch === undefined || !(await launches.take(id))) return false;
  const { process: started } = launch;
  const isLive = async (): Promise<boolean> => (await launches.state(started)) === "live";
  if (!(await isLive())) return true;
  end(started.pid, "SIGTERM");
  for (const until = performance.now() + patienceMs; performance.now() < until; await sleep(lookMs)) {
    // A run ends by itself, and says that it was cancelled.
    if (!(await isLive()) || (await begun())) return true;
  }
  // It hangs before anything was begun, so there is nothing to lose.
  end(started.pid, "SIGKILL");
  return true;
}

async function outcomeOf(launch: Launch, ended: boolean, run: string | null): Promise<LaunchView["outcome"]> {
  if (run !== null) return { kind: "run", run };
  if (!ended) return null;
  const result = await resultOf(launch.result);
  // Its run was there and was deleted since.
  if (result?.run !== undefined) return { kind: "run", run: result.run };
  return { kind: "nothing", fault: result?.fault ?? null };
}

async function resultOf(file: string): Promise<z.output<typeof resultSchema> | null> {
  try {
    return resultSchema.safeParse(JSON.parse(await readFile(file, "utf8"))).data ?? null;
  } catch {
    // It was killed before it could say anything.
    return null;
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in this moment.
  }
}
