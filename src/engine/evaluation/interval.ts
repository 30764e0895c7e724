/** Two-sided 95 % of the standard normal distribution. */
const z95 = 1.959964;

/**
 * Wilson's score interval of a share of right answers (Wilson 1927), from 0 to 1. Unlike the normal approximation it
 * stays inside [0, 1] and is sound for few cases and for shares near the ends. `[0, 1]` when n is 0: nothing is known.
 */
export function wilson(correct: number, n: number, z = z95): [number, number] {
  if (n === 0) return [0, 1];
  const share = correct / n;
  const shrink = 1 + z ** 2 / n;
  const centre = (share + z ** 2 / (2 * n)) / shrink;
  const half = (z / shrink) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  // At the ends the formula is exact on paper; rounding must not move it off them.
  return [correct === 0 ? 0 : Math.max(0, centre - half), correct === n ? 1 : Math.min(1, centre + half)];
}
