import { Fault } from "../../engine/fault.js";
import type { Case, SampleDraft } from "../../engine/families/index.js";
import type { GatedSample } from "../../engine/gates/index.js";
import { contentHash } from "../../engine/hash.js";
import type { Sample } from "../../engine/instructor/index.js";
import type { LoopBenchmark } from "../../engine/iteration/index.js";
import type { GateResultView } from "../../protocol/worker/index.js";
import type { Sandboxes } from "../cases/sandbox.js";
import { shown } from "../cases/shown.js";
import { gateSamples } from "../gateSamples.js";
import { errorCase, type FoundIteration } from "./found.js";
import type { IndexedSample } from "./sampleIndex.js";

/** Kept samples that a draft is compared with: those of its own benchmark, as the index has their questions. */
export interface Gating {
  readonly sandboxes: Sandboxes;
  readonly signal: AbortSignal;
}

/** An error with its benchmark. Faults with kind `usage` where the project has it no more. */
export function taughtCase(
  { readable }: Pick<FoundIteration, "readable">,
  key: string,
): { readonly benchmark: LoopBenchmark; readonly testCase: Case } {
  const { benchmark, testCase } = errorCase(readable, key, undefined);
  if (benchmark !== null && testCase !== null) return { benchmark, testCase };
  throw new Fault("usage", "The project no longer has this case.", {
    found: key,
    remedy: "Its benchmark was removed from preceptor.json, or the benchmark's files changed.",
  });
}

/**
 * Sends drafts about one error through the gates of the configuration, except the quota: that compares samples of a
 * whole round. Samples that are kept already count as known, but those in `except`.
 */
export async function gateDrafts(
  found: FoundIteration,
  { benchmark, testCase }: { readonly benchmark: LoopBenchmark; readonly testCase: Case },
  drafts: readonly SampleDraft[],
  { sandboxes, signal, except }: Gating & { readonly except: ReadonlySet<string> },
): Promise<GatedSample[]> {
  const { project, index } = found;
  const errors = new Map(benchmark.target.map((item) => [item.key, item]));
  const others = index.samples.filter(
    (sample) => sample.benchmark === benchmark.name && !except.has(sample.id) && index.isKept(sample),
  );
  const samples = drafts.map((draft, place): Sample => {
    const lineage = { source: testCase.key, round: 0, call: 0, index: place, answer: null };
    const common = { benchmark: benchmark.name, family: benchmark.family.name, strategy: "" };
    return { id: contentHash({ ...common, lineage, draft }), ...common, draft, lineage };
  });
  const against = {
    benchmark,
    errors: index.errors.flatMap((key) => errors.get(key) ?? []),
    known: await wholeSamples(found, others),
    withQuota: false,
    source: () => testCase,
  };
  return gateSamples(project, samples, against, { sandboxes, signal });
}

export function gateViews({ results }: GatedSample): GateResultView[] {
  return results.map((result) => ({ ...result, reason: shown(result.reason).text }));
}

/** Records that are read at once; more would hold as many files open. */
const atOnce = 64;

async function wholeSamples({ index }: FoundIteration, wanted: readonly IndexedSample[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let from = 0; from < wanted.length; from += atOnce) {
    const part = await Promise.all(
      wanted.slice(from, from + atOnce).map(async (sample) => {
        const { sample: whole } = await index.sampleRecord(sample);
        return { ...whole, draft: index.review(sample.id)?.draft ?? whole.draft };
      }),
    );
    samples.push(...part);
  }
  return samples;
}
