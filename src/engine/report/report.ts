import type { GateName } from "../gates/index.js";

/** Everything that a report shows, as plain data: the views and exports below only arrange it. */
export interface Report {
  readonly version: 1;
  readonly run: string;
  readonly target: string;
  readonly instructor: string;
  readonly protocol: "paper" | "clean";
  readonly seed: number;
  /** Currency of all costs; costs are null where a price is unknown. */
  readonly currency: string;
  readonly benchmarks: readonly BenchmarkReport[];
  readonly iterations: readonly IterationReport[];
}

export interface AccuracyReport {
  /** 0 is the base model. */
  readonly iteration: number;
  readonly n: number;
  readonly correct: number;
  /** From 0 to 1. */
  readonly accuracy: number;
  /** Wilson interval of 95 %, from 0 to 1. */
  readonly interval: readonly [number, number];
  readonly disputed: number;
  /** Accuracy without the cases that a person declared an artefact, a bad gold or ignored; null when there are none. */
  readonly triaged: { readonly n: number; readonly correct: number; readonly accuracy: number } | null;
  /** Unbiased pass@k by k, where several answers a case were asked. */
  readonly passAtK: readonly { readonly k: number; readonly value: number }[];
}

export interface BenchmarkReport {
  readonly name: string;
  readonly family: string;
  readonly domain: "in" | "out";
  readonly accuracies: readonly AccuracyReport[];
  /** Learned and forgotten cases (Eq. 4) from the iteration before to this one. */
  readonly learning: readonly {
    readonly iteration: number;
    readonly learned: readonly string[];
    readonly forgotten: readonly string[];
    readonly learnedRate: number;
    readonly forgottenRate: number;
  }[];
}

export interface FunnelStep {
  readonly gate: GateName | "generated" | "kept";
  readonly left: number;
  readonly dropped: number;
}

export interface IterationReport {
  readonly iteration: number;
  readonly strategy: string;
  /** Wrong answers of the target split that could be taught. */
  readonly errors: number;
  readonly calls: number;
  readonly generated: number;
  readonly kept: number;
  readonly learned: number;
  readonly forgotten: number;
  /** Price of the answers of this iteration by their usage; null when a price is unknown. */
  readonly cost: number | null;
  /** Parsed samples of asked ones, from 0 to 1; null when nothing was asked. */
  readonly parseYield: number | null;
  readonly funnel: readonly FunnelStep[];
  readonly verification: { readonly verified: number; readonly refuted: number; readonly notVerifiable: number };
  readonly quotas: readonly {
    readonly benchmark: string;
    readonly wanted: number;
    readonly kept: number;
    readonly errors: number;
  }[];
  readonly loss: readonly {
    readonly step: number;
    readonly loss: number | null;
    readonly heldOutLoss: number | null;
  }[];
}
