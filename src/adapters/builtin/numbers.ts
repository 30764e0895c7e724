/** Numbers as they are mentioned in a text: digits with or without thousands separators, and small number words. */

export interface NumberMention {
  readonly value: number;
  /** Start and end offset in the text (UTF-16 units). */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const numberWords: ReadonlyMap<string, number> = new Map([
  ["two", 2],
  ["three", 3],
  ["four", 4],
  ["five", 5],
  ["six", 6],
  ["seven", 7],
  ["eight", 8],
  ["nine", 9],
  ["ten", 10],
  ["eleven", 11],
  ["twelve", 12],
  ["fifteen", 15],
  ["twenty", 20],
  ["thirty", 30],
  ["forty", 40],
  ["fifty", 50],
  ["sixty", 60],
]);

const wordOfNumber: ReadonlyMap<number, string> = new Map([...numberWords].map(([word, value]) => [value, word]));

const mention = new RegExp(
  String.raw`(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?!\d|(?:st|nd|rd|th)\b)|\b(?:` +
    [...numberWords.keys()].join("|") +
    String.raw`)\b`,
  "gi",
);

/**
 * All numbers of a text in order. Ordinals (`3rd`) are left out, and so is the word "one", which is mostly a pronoun.
 */
export function numbersIn(text: string): NumberMention[] {
  return [...text.matchAll(mention)].map((match) => {
    const found = match[0];
    const value = numberWords.get(found.toLowerCase()) ?? Number(found.replaceAll(",", ""));
    return { value, start: match.index, end: match.index + found.length, text: found };
  });
}

/** A number without noise of floating point: at most six decimals, no exponent for usual sizes. */
export function plainNumber(value: number): string {
  return String(Number(value.toFixed(6)));
}

/** Writes a new value the way the old mention was written: as a word, with thousands separators, or plainly. */
export function writeLike(mentioned: NumberMention, value: number): string {
  if (numberWords.has(mentioned.text.toLowerCase())) {
    const word = wordOfNumber.get(value);
    if (word === undefined) return plainNumber(value);
    return /^[A-Z]/.test(mentioned.text) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
  }
  if (mentioned.text.includes(",") && value >= 1000) return value.toLocaleString("en-US");
  const decimals = /\.(\d+)$/.exec(mentioned.text)?.[1]?.length ?? 0;
  return decimals > 0 && !Number.isInteger(value) ? value.toFixed(decimals) : plainNumber(value);
}

/** Replaces mentions by new texts, from the end so that offsets stay valid. */
export function replaceMentions(
  text: string,
  mentions: readonly NumberMention[],
  write: (mentioned: NumberMention, index: number) => string,
): string {
  let result = text;
  for (let index = mentions.length - 1; index >= 0; index -= 1) {
    const mentioned = mentions[index];
    if (mentioned === undefined) continue;
    result = result.slice(0, mentioned.start) + write(mentioned, index) + result.slice(mentioned.end);
  }
  return result;
}

/** Equal up to rounding of worked solutions: half a unit of the sixth decimal, or one part in a million. */
export function sameNumber(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(5e-7, 1e-6 * Math.max(Math.abs(a), Math.abs(b)));
}
