import { throwIfCancelled } from "../fault.js";
import type { Claim, KeyedCache, KeyedClaims } from "../store/index.js";
import type { Clock } from "./clock.js";

/** How often a waiting request looks for the answer; most of these looks cost no file operation. */
const lookMs = 250;
/** Looks for the answer for each look at the claim. */
const looksAClaim = 8;
/** After ten minutes the other one is taken for stuck. */
const mostLooks = (10 * 60_000) / lookMs;

/** The answer, or the right to ask for it; without a claim where waiting for another process went on for too long. */
type StoredOrClaimed<T> =
  { readonly stored: T; readonly claim: null } | { readonly stored: undefined; readonly claim: Claim | null };

/**
 * Claims the key of an answer that is not stored. While another process has the claim, waits for its answer, or for the
 * claim when it gives that back without one. Rejects with the `cancelled` fault as soon as the signal is aborted.
 */
export async function storedOrClaimed<T>(
  key: string,
  { cache, claims }: { readonly cache: KeyedCache<T>; readonly claims: KeyedClaims },
  clock: Clock,
  signal: AbortSignal,
): Promise<StoredOrClaimed<T>> {
  for (let look = 0; look < mostLooks; look += 1) {
    if (look % looksAClaim === 0) {
      const claim = await claims.take(key);
      if (claim !== null) return underClaim(key, cache, claim, signal);
    }
    await clock.sleep(lookMs, signal);
    const stored = await cache.get(key);
    if (stored !== undefined) return { stored, claim: null };
  }
  return { stored: undefined, claim: null };
}

/** Looks once more, for the answer may have come, and its claim gone, since the last look. */
async function underClaim<T>(
  key: string,
  cache: KeyedCache<T>,
  claim: Claim,
  signal: AbortSignal,
): Promise<StoredOrClaimed<T>> {
  let kept = false;
  try {
    throwIfCancelled(signal);
    await cache.refresh();
    const stored = await cache.get(key);
    if (stored !== undefined) return { stored, claim: null };
    kept = true;
    return { stored: undefined, claim };
  } finally {
    if (!kept) await claim.release();
  }
}
