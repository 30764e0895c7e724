import type { RunWatcher } from "../../src/engine/iteration/index.js";

/** For runs that nobody looks at. */
export const silent: RunWatcher = { started: () => undefined, progress: () => undefined, finished: () => undefined };
