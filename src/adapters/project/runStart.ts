import * as z from "zod";
import { recordedConfiguration, type Configuration } from "../../engine/configuration/index.js";
import type { Protocol } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import type { ReportSource } from "../../engine/iteration/index.js";
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

const benchmarkSchema = z.object({
  name: z.string(),
  family: z.string(),
  domain: z.enum(["in", "out"]),
  target: z.number(),
});

const recordSchema = z.object({ configuration: z.unknown(), benchmarks: z.array(benchmarkSchema) });

/** What a run was made with, which its project may have changed since. */
interface RecordedStart {
  readonly configuration: Configuration;
  readonly benchmarks: ReportSource["benchmarks"];
}

/** Null for a run that did not record it: one that was made by hand or by another version. */
export async function recordedStart(run: Pick<RunReader, "readDocument">): Promise<RecordedStart | null> {
  const parsed = recordSchema.safeParse(await run.readDocument("run.json", (value) => value));
  const configuration = parsed.success ? recordedConfiguration(parsed.data.configuration) : null;
  if (!parsed.success || configuration === null) return null;
  const benchmarks = parsed.data.benchmarks.map(({ family, target, ...rest }) => ({
    ...rest,
    family: { name: family },
    target: { length: target },
  }));
  return { configuration, benchmarks };
}

/** What a case is shown with: that of its run, which the project's configuration may not say any more. */
export interface StartedWith {
  /** Name of the target. */
  readonly model: string;
  readonly currency: string;
  protocolOf(benchmark: string): Protocol;
}

/** Null where a run did not record it. */
export async function startedWith(run: Pick<RunReader, "readDocument">): Promise<StartedWith | null> {
  const recorded = await recordedStart(run);
  if (recorded === null) return null;
  const { target, models, protocol, benchmarks, budget } = recorded.configuration;
  return {
    model: models[target]?.name ?? target,
    currency: budget.currency,
    protocolOf: (benchmark) => benchmarks[benchmark]?.protocol ?? protocol,
  };
}
