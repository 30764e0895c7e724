import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NearDuplicateIndex, rougeL, words } from "../../src/engine/gates/index.js";
import { LcsPattern } from "../../src/engine/gates/lcs.js";
import { numbersOf } from "../../src/engine/gates/nearDuplicates.js";

/** The textbook table, as slow as it is plain. */
function plainLcs(a: readonly number[], b: readonly number[]): number {
  let previous = new Array<number>(b.length + 1).fill(0);
  for (const left of a) {
    const current = [0];
    for (const [column, right] of b.entries()) {
      current.push(
        left === right ? (previous[column] ?? 0) + 1 : Math.max(previous[column + 1] ?? 0, current[column] ?? 0),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

const sequence = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 110 });
const vocabulary = [
  "the",
  "a",
  "tom",
  "has",
  "buys",
  "3",
  "12",
  "apples",
  "pens",
  "each",
  "how",
  "many",
  "cost",
  "2.5",
];
const sentence = fc
  .array(fc.constantFrom(...vocabulary), { minLength: 0, maxLength: 14 })
  .map((list) => list.join(" "));

describe("words", () => {
  it("are lower-case runs of letters and digits", () => {
    expect(words("Tom's 2 pens cost $3.50, didn't_they?")).toEqual([
      "tom",
      "s",
      "2",
      "pens",
      "cost",
      "3",
      "50",
      "didn",
      "t",
      "they",
    ]);
  });
  it("keep the letters of other scripts, one word a character where words have no spaces between them", () => {
    expect(words("Café 小明有5个")).toEqual(["café", "小", "明", "有", "5", "个"]);
  });
});

describe("longest common subsequence", () => {
  it("equals the textbook table for sequences of every length", () => {
    fc.assert(
      fc.property(sequence, sequence, (a, b) => {
        expect(new LcsPattern(a).lengthWith(b)).toBe(plainLcs(a, b));
      }),
      { numRuns: 500 },
    );
  });
  it("can be asked again with the same pattern", () => {
    const pattern = new LcsPattern([1, 2, 3]);
    expect([pattern.lengthWith([3, 2, 1]), pattern.lengthWith([1, 2, 3]), pattern.lengthWith([])]).toEqual([1, 3, 0]);
  });
});

describe("ROUGE-L", () => {
  // Worked by hand: common subsequence / lengths.
  it.each([
    ["the cat sat on the mat", "the cat lay on the mat", (2 * 5) / 12],
    ["police killed the gunman", "the gunman killed police", (2 * 2) / 8],
    ["one two three", "one two three", 1],
    ["A-B c", "a b C d", (2 * 3) / 7],
    ["", "one", 0],
    ["!!!", "???", 0],
  ])("of %j and %j", (a, b, expected) => {
    expect(rougeL(a, b)).toBeCloseTo(expected, 12);
    expect(rougeL(b, a)).toBeCloseTo(expected, 12);
  });
});

describe("near duplicates", () => {
  it("are those that comparing every pair finds, whatever the bounds skip", () => {
    fc.assert(
      fc.property(
        fc.array(sentence, { maxLength: 25 }),
        sentence,
        fc.constantFrom(0, 0.3, 0.5, 0.7, 0.95, 1),
        fc.boolean(),
        (texts, query, threshold, numbersDistinguish) => {
          const index = new NearDuplicateIndex({ threshold, numbersDistinguish });
          let best: { label: string; score: number } | null = null;
          for (const [position, text] of texts.entries()) {
            index.add(String(position), text);
            const score = rougeL(query, text);
            const distinct = numbersDistinguish && numbersOf(query) !== numbersOf(text);
            if (!distinct && score > threshold && score > (best?.score ?? 0)) best = { label: String(position), score };
          }
          expect(index.find(query)).toEqual(best);
        },
      ),
      { numRuns: 600 },
    );
  });
  it("are not questions with other numbers, unless numbers do not distinguish", () => {
    const question = "Tom buys 3 pens for 2 dollars each. How much does he pay?";
    const varied = "Tom buys 5 pens for 2 dollars each. How much does he pay?";
    const find = (numbersDistinguish: boolean): string | undefined => {
      const index = new NearDuplicateIndex({ threshold: 0.7, numbersDistinguish });
      index.add("first", question);
      return index.find(varied)?.label;
    };
    expect(find(true)).toBeUndefined();
    expect(find(false)).toBe("first");
  });
  it("compare numbers by value, in any order", () => {
    expect(numbersOf("1,200 apples at 2.50")).toBe(numbersOf("2.5 for each of 1200"));
  });
  it("are found among 9,000 questions of 60 words in seconds", () => {
    const index = new NearDuplicateIndex({ threshold: 0.7, numbersDistinguish: false });
    // A word's chance falls with its rank, as in real questions: a few words are in nearly every text.
    let state = 1;
    const random = (): number => (state = (Math.imul(state, 48271) >>> 0) % 2147483647) / 2147483647;
    const text = (): string =>
      Array.from({ length: 60 }, () => `w${Math.floor(Math.exp(random() * Math.log(5000)))}`).join(" ");
    const started = performance.now();
    for (let count = 0; count < 9000; count += 1) {
      const next = text();
      index.find(next);
      index.add(String(count), next);
    }
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});
