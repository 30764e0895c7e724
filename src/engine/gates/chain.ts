import type { Case, Family, Protocol } from "../families/index.js";
import type { Sample } from "../instructor/index.js";
import { duplicateGate } from "./duplicateGate.js";
import { formatGate } from "./formatGate.js";
import type { Gate, GateName } from "./gate.js";
import { leakGate } from "./leakGate.js";
import type { NearDuplicateOptions } from "./nearDuplicates.js";
import { quotaGate } from "./quotaGate.js";
import { verificationGate, type NotVerifiable } from "./verificationGate.js";

/** Raised when the code of a gate changes results; part of the fingerprint of the stage that runs them. */
export const gatesVersion = 2;

/** All gates in the order in which they always run. */
export const gateOrder: readonly GateName[] = ["format", "leak", "verification", "duplicate", "contamination", "quota"];

/**
 * Gates that run where the project names none. The published code of LLMs-as-Instructors only parses and draws the
 * quota, so `paper` does no more; a strategy that is unfiltered in the paper (AugGPT) has the same two.
 */
export function gateNamesOf(protocol: Protocol): readonly GateName[] {
  return protocol === "paper" ? ["format", "quota"] : gateOrder;
}

export interface GateOptions {
  readonly benchmark: string;
  readonly family: Family;
  readonly protocol: Protocol;
  /** Names of the gates that run; null takes those of the protocol. */
  readonly names: readonly GateName[] | null;
  readonly notVerifiable: NotVerifiable;
  readonly nearDuplicate: NearDuplicateOptions;
  /** Cases that this iteration teaches from. */
  readonly errors: readonly Case[];
  /** Samples of the benchmark kept in earlier iterations. */
  readonly earlierIterations: readonly Sample[];
  /** Samples of the benchmark kept in earlier rounds of this iteration. */
  readonly earlierRounds: readonly Sample[];
  /** Kept samples still wanted. */
  readonly quota: number;
  readonly seed: number;
  /** Compares with the evaluation sets; null leaves its place empty. */
  readonly contamination: Gate | null;
}

/** The chain of one round of one benchmark. A gate may remember samples, so a chain is made anew for each round. */
export function createGates(options: GateOptions): Gate[] {
  const { family, contamination, earlierRounds, earlierIterations } = options;
  const names = options.names ?? gateNamesOf(options.protocol);
  const make: { readonly [name in GateName]: () => Gate | null } = {
    format: () => formatGate(family),
    leak: () => leakGate(),
    verification: () => verificationGate(family, options.notVerifiable),
    duplicate: () => duplicateGate({ ...options, earlier: [...earlierIterations, ...earlierRounds] }),
    contamination: () => contamination,
    quota: () => quotaGate(options),
  };
  return gateOrder
    .filter((name) => names.includes(name))
    .map((name) => make[name]())
    .filter((gate) => gate !== null);
}
