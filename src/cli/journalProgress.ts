import type { RunWatcher } from "../engine/iteration/index.js";
import type { RunStore } from "../engine/store/index.js";

/** Milliseconds between two progress events in a run's journal: enough to follow it, few enough to keep it small. */
const intervalMs = 500;

/** Passes everything on and writes progress into the run's journal, from which the editor and `status` follow it. */
export function journalProgress(run: RunStore, watcher: RunWatcher, clock: () => number): RunWatcher {
  let last = -intervalMs;
  let pending: Promise<void> = Promise.resolve();
  return {
    ...watcher,
    progress(progress) {
      watcher.progress(progress);
      const now = clock();
      if (now - last < intervalMs) return;
      last = now;
      // Progress is for people; a journal that cannot be written stops the run at its next result, not here.
      pending = pending.then(async () => run.event("progress", { ...progress })).catch(() => undefined);
    },
  };
}
