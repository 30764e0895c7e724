import { numbersIn, replaceMentions } from "./numbers.js";

/** A sparse vector with equal weights: the distinct indices of hashed features and the value that all of them have. */
export interface SparseVector {
  readonly indices: Uint32Array;
  readonly value: number;
}

/** FNV-1a of a text, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash ^= hash >>> 15;
  return hash >>> 0;
}

/** Hashes named features into `dimensions` places; the vector has length 1 (L2). */
export function hashedFeatures(names: Iterable<string>, dimensions: number): SparseVector {
  const places = new Set<number>();
  for (const name of names) places.add(hashText(name) % dimensions);
  return { indices: Uint32Array.from(places), value: places.size === 0 ? 0 : 1 / Math.sqrt(places.size) };
}

/** Words in lower case with numbers masked as `#` and a crude plural cut, so that `apples` and `apple` agree. */
export function maskedWords(text: string): string[] {
  const masked = replaceMentions(text, numbersIn(text), () => " # ");
  return [...masked.toLowerCase().matchAll(/[a-z]+(?:'[a-z]+)?|[#$%?]/g)].map((match) => stem(match[0]));
}

function stem(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith("s") && !word.endsWith("ss") && !word.endsWith("us")) return word.slice(0, -1);
  return word;
}

/** Words, pairs and triples of neighbouring words, each with a prefix that keeps kinds of features apart. */
export function ngrams(words: readonly string[], prefix: string): string[] {
  const names: string[] = [];
  words.forEach((word, index) => {
    names.push(`${prefix}1 ${word}`);
    const next = words[index + 1];
    if (next === undefined) return;
    names.push(`${prefix}2 ${word} ${next}`);
    const third = words[index + 2];
    if (third !== undefined) names.push(`${prefix}3 ${word} ${next} ${third}`);
  });
  return names;
}

const functionWords: ReadonlySet<string> = new Set(
  (
    "a an the of to in on at by for with from and or is are was were be been it its this that these those which what " +
    "who whom whose when where why how do does did has have had can could will would may might one following as if " +
    "not no than then there here their they them he she his her you your we our i my me most likely best correct " +
    "answer option statement true choose pick select among below describe here more say take time now only think let us see go " +
    "look first all right whether tell asked four over about through leave out cannot will before"
  )
    .split(" ")
    .map(stem),
);

/** Words that carry content, without repetition. */
export function contentWords(text: string): string[] {
  const words = [...text.toLowerCase().matchAll(/[a-z]+|\d+(?:\.\d+)?/g)].map((match) => stem(match[0]));
  return [...new Set(words.filter((word) => !functionWords.has(word)))];
}
