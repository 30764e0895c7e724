/**
 * Length of the longest common subsequence of two sequences of numbers, with one bit a position of the pattern
 * (Hyyrö 2004, "Bit-parallel LCS-length computation revisited"): a word of 32 positions costs a few operations a step
 * instead of 32. The pattern is prepared once and compared with many sequences.
 */
export class LcsPattern {
  readonly #length: number;
  readonly #wordCount: number;
  readonly #masks = new Map<number, Int32Array>();
  readonly #state: Int32Array;

  constructor(pattern: ArrayLike<number>) {
    this.#length = pattern.length;
    this.#wordCount = Math.ceil(pattern.length / 32);
    this.#state = new Int32Array(this.#wordCount);
    for (let position = 0; position < pattern.length; position += 1) {
      const token = pattern[position] ?? 0;
      let mask = this.#masks.get(token);
      if (mask === undefined) {
        mask = new Int32Array(this.#wordCount);
        this.#masks.set(token, mask);
      }
      mask[position >>> 5] = (mask[position >>> 5] ?? 0) | (1 << (position & 31));
    }
  }

  /** Length of the longest common subsequence with another sequence. */
  lengthWith(other: ArrayLike<number>): number {
    const state = this.#state.fill(-1);
    for (let index = 0; index < other.length; index += 1) {
      const mask = this.#masks.get(other[index] ?? 0);
      if (mask === undefined) continue;
      let carry = 0;
      for (let word = 0; word < this.#wordCount; word += 1) {
        const before = state[word] ?? 0;
        const matched = before & (mask[word] ?? 0);
        const sum = (before >>> 0) + (matched >>> 0) + carry;
        carry = sum > 0xffffffff ? 1 : 0;
        state[word] = sum | (before & ~matched);
      }
    }
    // Every zero bit at a position of the pattern is one step of the subsequence.
    let zeros = 0;
    for (let word = 0; word < this.#wordCount; word += 1) {
      const positions = Math.min(32, this.#length - word * 32);
      const used = positions === 32 ? -1 : (1 << positions) - 1;
      zeros += ones(~(state[word] ?? 0) & used);
    }
    return zeros;
  }
}

function ones(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
