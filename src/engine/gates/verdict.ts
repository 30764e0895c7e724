import type { GateName, GateResult } from "./gate.js";

/** A gate's result from the reason to reject; null passes. */
export function verdictOf(gate: GateName, reason: string | null): GateResult {
  return { gate, passed: reason === null, reason: reason ?? "", verification: null };
}
