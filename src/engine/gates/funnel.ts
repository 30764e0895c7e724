import type { GateName } from "./gate.js";
import { gateOrder } from "./chain.js";
import type { GatedSample } from "./run.js";

export interface FunnelStep {
  readonly gate: GateName;
  /** Samples that reached the gate, and how many of them passed. */
  readonly reached: number;
  readonly passed: number;
}

/** How many samples each gate let through. */
export interface Funnel {
  readonly generated: number;
  /** Only gates that ran. */
  readonly steps: readonly FunnelStep[];
  /** The verdicts of verification, whether it dropped the sample or not. */
  readonly verification: { readonly verified: number; readonly refuted: number; readonly notVerifiable: number };
  readonly kept: number;
}

export function funnel(gated: readonly GatedSample[]): Funnel {
  const all = gated.flatMap(({ results }) => results);
  const verdicts = (name: string): number => all.filter(({ verification }) => verification === name).length;
  const steps = gateOrder
    .map((gate) => {
      const own = all.filter((result) => result.gate === gate);
      return { gate, reached: own.length, passed: own.filter(({ passed }) => passed).length };
    })
    .filter(({ reached }) => reached > 0);
  return {
    generated: gated.length,
    steps,
    verification: {
      verified: verdicts("verified"),
      refuted: verdicts("refuted"),
      notVerifiable: verdicts("not-verifiable"),
    },
    kept: gated.filter(({ rejectedBy }) => rejectedBy === null).length,
  };
}
