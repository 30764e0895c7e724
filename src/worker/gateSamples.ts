import type { Project } from "../adapters/project/index.js";
import type { Case } from "../engine/families/index.js";
import { createGates, runGates, type GatedSample } from "../engine/gates/index.js";
import type { Sample } from "../engine/instructor/index.js";
import type { LoopBenchmark } from "../engine/iteration/index.js";
import type { CodeRunner } from "../engine/seams/index.js";
import type { Sandboxes } from "./cases/sandbox.js";

/** What samples are held against that belong to no round of a run. */
export interface Against {
  readonly benchmark: LoopBenchmark;
  readonly errors: readonly Case[];
  /** Samples that are kept already. */
  readonly known: readonly Sample[];
  /** Whether more samples of one error than its share are dropped. */
  readonly withQuota: boolean;
  readonly source: (sample: Sample) => Case | null;
}

/** Sends samples through the gates of the configuration, as a round would; programs run in the sandbox. */
export async function gateSamples(
  project: Project,
  samples: readonly Sample[],
  { benchmark, errors, known, withQuota, source }: Against,
  { sandboxes, signal }: { readonly sandboxes: Sandboxes; readonly signal: AbortSignal },
): Promise<GatedSample[]> {
  const { configuration } = project;
  const gates = createGates({
    benchmark: benchmark.name,
    family: benchmark.family,
    protocol: benchmark.protocol,
    names: configuration.gates.chain,
    notVerifiable: configuration.gates.notVerifiable,
    nearDuplicate: configuration.gates.nearDuplicate,
    errors: [...errors],
    earlierIterations: [],
    earlierRounds: [...known],
    quota: samples.length,
    seed: configuration.seed,
    contamination: null,
  }).filter(({ name }) => withQuota || name !== "quota");
  const timeoutMs = configuration.evaluation.codeSeconds * 1000;
  const run = async (runner: CodeRunner | null): Promise<GatedSample[]> =>
    runGates(samples, gates, {
      context: (sample) => ({ judge: { runner, timeoutMs, judge: null, signal }, source: source(sample) }),
      signal,
    });
  return benchmark.family.name === "code" ? sandboxes.use(project, run) : run(null);
}
