import { LcsPattern } from "./lcs.js";
import { words } from "./words.js";

/**
 * ROUGE-L F1 of two texts (Lin 2004), from 0 to 1: twice the longest common subsequence of their words over the sum of
 * their lengths. 0 when one of them has no words.
 */
export function rougeL(a: string, b: string): number {
  const ids = new Map<string, number>();
  const sequence = (text: string): number[] => words(text).map((word) => idOf(ids, word));
  const [left, right] = [sequence(a), sequence(b)];
  return fScore(new LcsPattern(left).lengthWith(right), left.length, right.length);
}

/** F1 of a common subsequence of two sequences. */
export function fScore(common: number, leftLength: number, rightLength: number): number {
  return leftLength === 0 || rightLength === 0 ? 0 : (2 * common) / (leftLength + rightLength);
}

/** The number of a word, counted from 0 in the order in which words are met. */
export function idOf(ids: Map<string, number>, word: string): number {
  let id = ids.get(word);
  if (id === undefined) {
    id = ids.size;
    ids.set(word, id);
  }
  return id;
}
