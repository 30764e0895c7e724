import { forEachConcurrently } from "../concurrency.js";
import { throwIfCancelled } from "../fault.js";
import type { Sample } from "../instructor/index.js";
import type { Gate, GateContext, GateName, GateResult } from "./gate.js";

/** What became of one sample. */
export interface GatedSample {
  readonly sample: Sample;
  /** One result a gate that saw the sample, in order; the last one is the rejection when there is one. */
  readonly results: readonly GateResult[];
  /** The gate that rejected it; null when the sample is kept. */
  readonly rejectedBy: GateName | null;
}

export interface GateRunOptions {
  readonly context: (sample: Sample) => GateContext;
  readonly signal: AbortSignal;
  /** Samples that gates without memory check at once. */
  readonly concurrency?: number;
  /** A result that an interrupted run already has, so that no program runs twice. Asked of gates without memory only. */
  readonly known?: (sample: Sample, gate: GateName) => GateResult | undefined;
  /** Receives each new result of a gate without memory, in the order of arrival, to be stored. */
  readonly onResult?: (sample: Sample, result: GateResult) => Promise<void> | void;
}

/**
 * Sends samples through the gates in order, gate by gate. Gates without memory look at several samples at once; the
 * others see them one by one in the given order, so that the results depend on nothing but that order.
 */
export async function runGates(
  samples: readonly Sample[],
  gates: readonly Gate[],
  options: GateRunOptions,
): Promise<GatedSample[]> {
  const results = samples.map((): GateResult[] => []);
  const rejectedBy = samples.map((): GateName | null => null);
  for (const gate of gates) {
    const waiting = [...samples.entries()].filter(([index]) => rejectedBy[index] === null);
    gate.prepare?.(waiting.map(([, sample]) => sample));
    await forEachConcurrently(
      waiting,
      gate.concurrent === true ? (options.concurrency ?? 4) : 1,
      async ([index, sample]) => {
        throwIfCancelled(options.signal);
        const known = gate.concurrent === true ? options.known?.(sample, gate.name) : undefined;
        const result = known ?? (await gate.check(sample, options.context(sample)));
        results[index]?.push(result);
        if (!result.passed) rejectedBy[index] = gate.name;
        if (known === undefined && gate.concurrent === true) await options.onResult?.(sample, result);
      },
    );
  }
  return samples.map((sample, index) => ({
    sample,
    results: results[index] ?? [],
    rejectedBy: rejectedBy[index] ?? null,
  }));
}
