import { sha256 } from "./hash.js";

/**
 * A seeded generator (xoshiro128**, Blackman and Vigna 2018). Every random choice of the engine comes from one of
 * these, derived by name from the run's seed, so that results never depend on the clock or on the order of answers.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** `names` separates independent streams of one seed: `new Random(7, "selection", "gsm8k")`. */
  constructor(seed: number, ...names: readonly string[]) {
    const digest = sha256([String(seed), ...names].join("\u0000"));
    const word = (index: number): number => Number.parseInt(digest.slice(index * 8, index * 8 + 8), 16) | 0;
    [this.#a, this.#b, this.#c, this.#d] = [word(0), word(1), word(2), word(3) | 1];
  }

  /** A number in [0, 1) with 32 random bits. */
  next(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return (result >>> 0) / 4294967296;
  }

  /** A whole number in [low, high], both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One item; the list must not be empty. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("cannot pick from an empty list");
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let last = copy.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
    }
    return copy;
  }
}
