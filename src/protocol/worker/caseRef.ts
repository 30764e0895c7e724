import * as z from "zod/mini";

/** Which answer to which case: the target's answer in one stage of one iteration of a run. */
export const caseRef = z.object({
  run: z.string(),
  iteration: z.number(),
  stage: z.enum(["collect", "evaluate"]),
  /** `benchmark/split/id`. */
  key: z.string(),
});
export type CaseRef = z.output<typeof caseRef>;
