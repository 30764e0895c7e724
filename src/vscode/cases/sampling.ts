/** Temperatures that are offered for asking again: as in the run first, and what the model does by itself always. */
export function temperaturesOf(usual: number | null): (number | null)[] {
  return [...new Set([usual, null, 0, 0.3, 0.7, 1])];
}

/**
 * Which sample is asked for when the same was asked so many times before. Only temperature 0 gives the same answer each
 * time; at any other, also at the model's own, asking again means another answer and not the stored one.
 */
export function nextSample(temperature: number | null, asked: number): number {
  return temperature === 0 ? 0 : asked;
}
