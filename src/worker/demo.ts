import path from "node:path";
import { demoFolder } from "../adapters/builtin/index.js";
import { isDemo, prepareDemo } from "../adapters/demo/index.js";
import type { Handlers } from "../protocol/rpc.js";
import type { demoRequests } from "../protocol/worker/index.js";

/** Seed of the demo's project; the command line's demo has an option for it. */
const seed = 1;

export function demoHandlers(): Handlers<{
  readonly requests: typeof demoRequests;
  readonly events: Record<never, never>;
}> {
  return {
    "demo/prepare": async ({ folder }) => {
      if (await isDemo(folder)) return { folder: path.resolve(folder), made: false };
      return { folder: await prepareDemo({ folder, data: demoFolder(), seed, control: false }), made: true };
    },
  };
}
