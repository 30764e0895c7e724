import type { Embedder } from "../../engine/seams/index.js";

/**
 * The built-in embedder: words, pairs of words and character n-grams of words, hashed into a fixed number of places with
 * a sign (Weinberger et al. 2009, "Feature hashing for large scale multitask learning"), weighted by 1 + ln(count),
 * L2-normalised. It knows spelling, not meaning; it needs no download and no time.
 */
export function createHashedEmbedder(dimensions = 256): Embedder {
  return {
    identity: `builtin/hashed-n-grams/1/${dimensions}`,
    embed: (texts) => Promise.resolve(texts.map((text) => hashedVector(text, dimensions))),
    close: () => Promise.resolve(),
  };
}

function hashedVector(text: string, dimensions: number): Float32Array {
  const sums = new Float64Array(dimensions);
  for (const [feature, count] of countFeatures(text)) {
    const hash = fnv1a(feature);
    const place = hash % dimensions;
    const sign = hash >>> 31 === 0 ? 1 : -1;
    sums[place] = (sums[place] ?? 0) + sign * (1 + Math.log(count));
  }
  const norm = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  // A text without letters and digits still gets a unit vector, the same for all such texts.
  if (norm === 0) return Float32Array.from({ length: dimensions }, (_, place) => (place === 0 ? 1 : 0));
  return Float32Array.from(sums, (value) => value / norm);
}

function countFeatures(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (feature: string): void => void counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const words = text.toLowerCase().match(/\p{L}[\p{L}\p{M}]*|\p{N}+/gu) ?? [];
  for (const [index, word] of words.entries()) {
    count(`w ${word}`);
    const next = words[index + 1];
    if (next !== undefined) count(`p ${word} ${next}`);
    const framed = `^${word}$`;
    for (const size of [3, 4]) {
      for (let start = 0; start + size <= framed.length; start += 1) count(`c ${framed.slice(start, start + size)}`);
    }
  }
  return counts;
}

/** FNV-1a over UTF-16 units with a final mix, 32 bits: without the mix, the high bit of short texts is not random. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
