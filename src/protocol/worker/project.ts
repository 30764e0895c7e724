import * as z from "zod/mini";
import { engineText } from "../engineText.js";
import { faultView } from "../fault.js";

/** A project as every view needs it. */
export const projectSummary = z.object({
  /** Absolute path. */
  folder: z.string(),
  name: z.string(),
  benchmarks: z.array(
    z.object({ name: z.string(), family: z.string(), familyTitle: engineText, domain: z.enum(["in", "out"]) }),
  ),
  /** Names of the configured models, and which play which part. */
  models: z.array(z.string()),
  /** Models of the editor that it names, by the editor's names. */
  editorModels: z.array(z.string()),
  /** Those of them that a run asks, and as what. */
  askedEditorModels: z.array(z.object({ role: z.enum(["target", "instructor", "judge"]), name: z.string() })),
  target: z.string(),
  instructor: z.string(),
  /** Strategy of each iteration, in order. */
  iterations: z.array(z.string()),
  protocol: z.enum(["paper", "clean"]),
  currency: z.string(),
  /** Ids of the runs, the oldest first. */
  runs: z.array(z.string()),
});
export type ProjectSummary = z.output<typeof projectSummary>;

export const projectRequests = {
  /** Reads `preceptor.json`. A broken one is a result, not a fault, because the views go on with what they have. */
  "project/open": {
    params: z.object({ folder: z.string() }),
    result: z.discriminatedUnion("state", [
      z.object({ state: z.literal("ready"), project: projectSummary }),
      z.object({ state: z.literal("broken"), fault: faultView }),
    ]),
  },
} as const;
