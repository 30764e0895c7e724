import path from "node:path";
import { openProjectStore, removeLeftClaims } from "../../adapters/store/index.js";
import type { Handlers } from "../../protocol/rpc.js";
import type { runRequests } from "../../protocol/worker/index.js";
import type { Projects } from "../projects.js";
import { trainingJobs } from "./jobs.js";
import { cancelLaunch, launchesIn } from "./launches.js";
import { planOf } from "./plan.js";
import { ProjectRuns, RunsWatch, type RunsChange } from "./watched.js";

/** Requests about runs: what they did and do, what one would do, and stopping one. */
export function runHandlers(
  projects: Projects,
  say: (change: RunsChange) => void,
): Handlers<{ readonly requests: typeof runRequests; readonly events: Record<never, never> }> {
  const known = new Map<string, ProjectRuns>();
  const watches = new Map<string, RunsWatch>();
  const runsOf = (folder: string): ProjectRuns => {
    const key = path.resolve(folder);
    const runs = known.get(key) ?? new ProjectRuns(key);
    known.set(key, runs);
    return runs;
  };
  return {
    "runs/list": async ({ folder }) => ({ runs: (await runsOf(folder).look()).runs }),
    "runs/watch": async ({ folder }) => {
      watches.get(folder)?.stop();
      // A run may be waiting for an answer that this window's worker was asking for when it died.
      await removeLeftClaims((await openProjectStore(folder, { access: "read" })).folder);
      const watch = new RunsWatch(folder, runsOf(folder), say, (thrown) => {
        process.stderr.write(`Runs of ${folder} cannot be read: ${String(thrown)}\n`);
      });
      watches.set(folder, watch);
      return watch.start();
    },
    "runs/unwatch": async ({ folder }) => {
      watches.get(folder)?.stop();
      watches.delete(folder);
      return {};
    },
    "runs/plan": async ({ folder, run, baseOnly }, { signal }) =>
      planOf(await projects.open(folder), run, await runsOf(folder).followers(), signal, {
        baseOnly,
        load: projects.load,
      }),
    "runs/cancel": async ({ folder, run }) => {
      const store = await openProjectStore(folder);
      const cancelled = await (await store.readRun(run)).running();
      if (cancelled) await store.requestCancel(run);
      return { cancelled };
    },
    "runs/launched": async ({ folder, launch }) => {
      await (await launchesIn(folder, "write")).note(launch);
      return {};
    },
    "runs/takeLaunch": async ({ folder, launch }) => ({
      taken: await (await launchesIn(folder, "write")).take(launch),
    }),
    "runs/cancelLaunch": async ({ folder, launch }) => {
      const begun = async (): Promise<boolean> =>
        (await runsOf(folder).look()).runs.some((run) => run.launch === launch);
      return { cancelled: await cancelLaunch(await launchesIn(folder, "write"), launch, begun) };
    },
    "hosts/jobs": async ({ folder }) => ({ jobs: await trainingJobs(await runsOf(folder).followers()) }),
  };
}
