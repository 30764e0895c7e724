import * as z from "zod";
import type { Protocol } from "../../engine/families/index.js";
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

const startedSchema = z.object({
  configuration: z.object({
    target: z.string(),
    models: z.record(z.string(), z.object({ name: z.string() })),
    protocol: z.enum(["paper", "clean"]),
    benchmarks: z.record(z.string(), z.object({ protocol: z.enum(["paper", "clean"]).optional() })),
    budget: z.object({ currency: z.string() }),
  }),
});

/** What a run was started with, which the project's configuration may not say any more. */
export interface StartedWith {
  /** Name of the target. */
  readonly model: string;
  readonly currency: string;
  protocolOf(benchmark: string): Protocol;
}

/** What a run was started with; null where its `run.json` does not say, as in a folder that was made by hand. */
export async function startedWith(run: Pick<RunReader, "readDocument">): Promise<StartedWith | null> {
  const parsed = startedSchema.safeParse(await run.readDocument("run.json", (value) => value));
  if (!parsed.success) return null;
  const { target, models, protocol, benchmarks, budget } = parsed.data.configuration;
  return {
    model: models[target]?.name ?? target,
    currency: budget.currency,
    protocolOf: (benchmark) => benchmarks[benchmark]?.protocol ?? protocol,
  };
}
