/**
 * Unbiased estimate of the chance that at least one of k answers is right, from n answers of which c are right:
 * 1 - C(n - c, k) / C(n, k) (Chen et al. 2021, equation 1), as a product so that nothing overflows. Needs 1 ≤ k ≤ n.
 */
export function passAtK(n: number, correct: number, k: number): number {
  if (!Number.isInteger(k) || k < 1 || k > n || correct < 0 || correct > n) {
    throw new RangeError(
      `pass@${k} needs at least ${k} answers of which 0 to n are right; there are ${n} and ${correct}`,
    );
  }
  if (n - correct < k) return 1;
  let allWrong = 1;
  for (let size = n - correct + 1; size <= n; size += 1) allWrong *= 1 - k / size;
  return 1 - allWrong;
}
