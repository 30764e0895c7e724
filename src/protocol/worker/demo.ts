import * as z from "zod/mini";

export const demoRequests = {
  /**
   * Makes the demo project in a folder that is new, empty or a demo's own. What an earlier demo left there is kept: a
   * person may have worked on it.
   */
  "demo/prepare": {
    params: z.object({ folder: z.string() }),
    result: z.object({ folder: z.string(), made: z.boolean() }),
  },
} as const;
