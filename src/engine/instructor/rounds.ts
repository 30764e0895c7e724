import type { Strategy, StrategyInput, StrategyRound } from "./strategy.js";

/** Why no further round is made. */
export type RoundsEnd = "quota full" | "no sources" | "nothing new kept" | "round limit";

export type NextRound =
  { readonly round: StrategyRound; readonly end: null } | { readonly round: null; readonly end: RoundsEnd };

/** Rounds of one benchmark and iteration unless the configuration says otherwise: the first and three top-ups. */
const defaultMaxRounds = 4;

/**
 * Plans the next round of a benchmark. `keptAfter` holds the number of samples kept after each earlier round, so its
 * length is the round's number; a round that kept nothing new is the last one.
 */
export function nextRound(
  strategy: Strategy,
  input: Omit<StrategyInput, "round" | "kept">,
  keptAfter: readonly number[],
  maxRounds: number = defaultMaxRounds,
): NextRound {
  const kept = keptAfter.at(-1) ?? 0;
  if (kept >= input.quota) return { round: null, end: "quota full" };
  if (keptAfter.length > 0 && kept <= (keptAfter.at(-2) ?? 0)) return { round: null, end: "nothing new kept" };
  if (keptAfter.length >= maxRounds) return { round: null, end: "round limit" };
  const round = strategy.round({ ...input, round: keptAfter.length, kept });
  if (round.calls.length === 0 && round.drafts.length === 0) return { round: null, end: "no sources" };
  return { round, end: null };
}
