import { LcsPattern } from "./lcs.js";
import { fScore, idOf } from "./rouge.js";
import { words } from "./words.js";

export interface NearDuplicateOptions {
  /** Texts with a ROUGE-L F1 above it are near duplicates; 1 finds none. */
  readonly threshold: number;
  /** Whether two texts with different numbers are never duplicates. */
  readonly numbersDistinguish: boolean;
}

/** An indexed text that a new one resembles. */
export interface NearDuplicate {
  readonly label: string;
  /** ROUGE-L F1 of the two texts. */
  readonly score: number;
}

interface Entry {
  readonly label: string;
  readonly sequence: Int32Array;
  /** Words as a set: the second "the" is an element of its own, so that the overlap of two sets bounds the subsequence. */
  readonly elements: Int32Array;
  /** The numbers of the text, sorted, as one text. */
  readonly numbers: string;
}

/**
 * Finds the most similar earlier text by ROUGE-L, exactly, without comparing each pair. Two bounds thin the candidates:
 * a common subsequence is no longer than the shorter text, and no longer than the overlap of the words as multisets. By
 * the second one a near duplicate must share one of the text's rarer words, so only their posting lists are read
 * (prefix filtering, Chaudhuri et al. 2006).
 */
export class NearDuplicateIndex {
  readonly #options: NearDuplicateOptions;
  readonly #words = new Map<string, number>();
  readonly #elements = new Map<string, number>();
  readonly #entries: Entry[] = [];
  /** Entries that hold an element, by element. */
  readonly #postings: number[][] = [];

  constructor(options: NearDuplicateOptions) {
    this.#options = options;
  }

  add(label: string, text: string): void {
    const entry = this.#entry(label, text);
    const position = this.#entries.push(entry) - 1;
    for (const element of entry.elements) (this.#postings[element] ??= []).push(position);
  }

  /** The indexed text with the highest score above the threshold, the earliest among equals; null when there is none. */
  find(text: string): NearDuplicate | null {
    const { threshold, numbersDistinguish } = this.#options;
    const query = this.#entry("", text);
    const length = query.sequence.length;
    const pattern = new LcsPattern(query.sequence);
    const marked = new Uint8Array(query.elements.length === 0 ? 0 : this.#elements.size);
    for (const element of query.elements) marked[element] = 1;
    let best: NearDuplicate | null = null;
    for (const position of this.#candidates(query, threshold)) {
      const entry = this.#entries[position];
      if (entry === undefined) continue;
      if (numbersDistinguish && entry.numbers !== query.numbers) continue;
      const other = entry.sequence.length;
      const least = Math.max(threshold, best?.score ?? 0);
      if (fScore(Math.min(length, other), length, other) <= least) continue;
      let overlap = 0;
      for (const element of entry.elements) overlap += marked[element] ?? 0;
      if (fScore(overlap, length, other) <= least) continue;
      const score = fScore(pattern.lengthWith(entry.sequence), length, other);
      if (score > least) best = { label: entry.label, score };
    }
    return best;
  }

  /** Positions, in order, of the entries that share one of the words of which a near duplicate cannot miss all. */
  #candidates(query: Entry, threshold: number): readonly number[] {
    const length = query.elements.length;
    // F > t needs more than t · length / (2 − t) common words, whatever the length of the other text; of any
    // `length − needed + 1` words at least one is then common.
    const needed = Math.floor((threshold * length) / (2 - threshold) - 1e-9) + 1;
    const count = (element: number): number => this.#postings[element]?.length ?? 0;
    const rarest = [...query.elements].sort((a, b) => count(a) - count(b) || a - b);
    const read = Math.min(length, length - needed + 1);
    const hits = new Uint16Array(this.#entries.length);
    for (const element of rarest.slice(0, read)) {
      for (const position of this.#postings[element] ?? []) hits[position] = (hits[position] ?? 0) + 1;
    }
    // The words that were not read can at best all be common, too.
    const unread = length - read;
    const found: number[] = [];
    for (const [position, hit] of hits.entries()) {
      const other = this.#entries[position]?.sequence.length ?? 0;
      if (hit > 0 && fScore(Math.min(hit + unread, other), length, other) > threshold) found.push(position);
    }
    return found;
  }

  #entry(label: string, text: string): Entry {
    const tokens = words(text);
    const times = new Map<string, number>();
    const elements = tokens.map((token) => {
      const time = times.get(token) ?? 0;
      times.set(token, time + 1);
      return idOf(this.#elements, time === 0 ? token : `${token}\u0000${time}`);
    });
    return {
      label,
      sequence: Int32Array.from(tokens, (token) => idOf(this.#words, token)),
      elements: Int32Array.from(elements),
      numbers: numbersOf(text),
    };
  }
}

/** The numbers of a text, sorted, as one text: `1,200 apples at 2.50` gives `1200 2.5`. */
export function numbersOf(text: string): string {
  const found = text.match(/\d+(?:,\d{3})*(?:\.\d+)?/g) ?? [];
  return found
    .map((number) => String(Number(number.replaceAll(",", ""))))
    .sort()
    .join(" ");
}
