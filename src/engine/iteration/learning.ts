import type { ResponseRecord } from "./records.js";

/** Learned and forgotten cases between two evaluations of the same benchmark (Eq. 4). */
export interface Learning {
  /** Keys that are right now and were wrong before, sorted. */
  readonly learned: readonly string[];
  /** Keys that were right before and are wrong now, sorted. */
  readonly forgotten: readonly string[];
  /** |learned| / |D_eval| and |forgotten| / |D_eval|, from 0 to 1; both 0 for an empty set. */
  readonly learnedRate: number;
  readonly forgottenRate: number;
}

/** Compares two evaluations case by case. Cases that only one of them holds are left out, also of |D_eval|. */
export function learning(before: readonly ResponseRecord[], after: readonly ResponseRecord[]): Learning {
  const was = rightByKey(before);
  const is = rightByKey(after);
  const learned: string[] = [];
  const forgotten: string[] = [];
  let compared = 0;
  for (const [key, right] of is) {
    const previous = was.get(key);
    if (previous === undefined) continue;
    compared += 1;
    if (right && !previous) learned.push(key);
    if (!right && previous) forgotten.push(key);
  }
  const rate = (count: number): number => (compared === 0 ? 0 : count / compared);
  return {
    learned: learned.sort(),
    forgotten: forgotten.sort(),
    learnedRate: rate(learned.length),
    forgottenRate: rate(forgotten.length),
  };
}

function rightByKey(records: readonly ResponseRecord[]): Map<string, boolean> {
  return new Map(records.filter(({ sample }) => sample === 0).map(({ key, correct }) => [key, correct]));
}
