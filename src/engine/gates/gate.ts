import type { Case, JudgeContext } from "../families/index.js";
import type { Sample } from "../instructor/index.js";

export type GateName = "format" | "leak" | "verification" | "duplicate" | "contamination" | "quota";

/** The decision of one gate about one sample, with the evidence that a person wants to see. */
export interface GateResult {
  readonly gate: GateName;
  readonly passed: boolean;
  /** Short reason: `answer missing`, `7 * 8 is 56, not 54`, `same question as sample …`. Empty when passed plainly. */
  readonly reason: string;
  /** Verification only: verified, refuted or not verifiable. */
  readonly verification: "verified" | "refuted" | "not-verifiable" | null;
}

/** What gates may look at besides the sample. Samples arrive in their fixed order; a gate may remember accepted ones. */
export interface GateContext {
  readonly judge: JudgeContext;
  /** The case that the sample was made from; null when it is not known. */
  readonly source: Case | null;
}

/** One gate of the chain. `check` is called once a sample in fixed order, and only for samples that passed before it. */
export interface Gate {
  readonly name: GateName;
  readonly version: number;
  /** Set when the gate remembers nothing, so that several samples may be checked at once. */
  readonly concurrent?: true;
  /** Called once before the first `check`, with all samples that reach the gate in fixed order (quota compares them). */
  prepare?(samples: readonly Sample[]): void;
  check(sample: Sample, context: GateContext): Promise<GateResult>;
}
