import * as z from "zod/mini";

/** Which samples of an iteration a list shows. */
export const sampleFilter = z.object({
  /** `open`: nobody has decided about it. */
  state: z.enum(["all", "kept", "dropped", "open", "reviewed"]),
  /** Only those that this gate dropped. */
  gate: z.nullable(z.string()),
});
export type SampleFilter = z.output<typeof sampleFilter>;
