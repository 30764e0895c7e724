import * as z from "zod";
import { Fault } from "../../engine/fault.js";
import type { RunReader } from "../../engine/store/index.js";
import { allCases, type CaseFilter } from "./benchmarks.js";

const startSchema = z.object({
  version: z.literal(1),
  filter: z.object({ cases: z.array(z.string()).nullable(), limit: z.number().nullable() }),
});

/** The part of `run.json` that a resumed run needs. */
function parseStart(value: unknown): z.infer<typeof startSchema> {
  const parsed = startSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault("storage", "This is not the start of a run.", {
    found: z.prettifyError(parsed.error),
    remedy: "The file was changed by hand or damaged; start a new run, which reuses all paid answers.",
  });
}

/** Which cases a run looks at, as it was started. */
export async function filterOf(run: Pick<RunReader, "readDocument">): Promise<CaseFilter> {
  return (await run.readDocument("run.json", parseStart))?.filter ?? allCases;
}
