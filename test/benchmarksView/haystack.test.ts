import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Haystack } from "../../src/worker/benchmarks/haystack.js";

/** Few letters, so that texts and what is searched have much in common; İ is longer in lower case than it was. */
const letters = fc.string({ unit: fc.constantFrom("a", "B", "b", "ß", "İ", " ", "\n"), maxLength: 12 });
const added = fc.array(fc.tuple(fc.constantFrom("one", "two", "three", "four"), letters), { maxLength: 12 });

describe("a haystack", () => {
  it("finds what a search of each text would, whenever they were added", () => {
    fc.assert(
      fc.property(added, added, letters, (first, then, wanted) => {
        const texts = new Haystack();
        for (const [name, text] of first) texts.add(name, text);
        texts.containing(wanted);
        for (const [name, text] of then) texts.add(name, text);
        const last = new Map([...first, ...then]);
        const naive = [...last].filter(([, text]) => text.toLowerCase().includes(wanted.toLowerCase()));
        expect([...texts.containing(wanted)].sort()).toEqual(naive.map(([name]) => name).sort());
        for (const [name, text] of last) expect(texts.text(name)).toBe(text.toLowerCase());
        expect(texts.text("five")).toBeUndefined();
      }),
    );
  });

  it("knows how much it keeps, and of a name only its last text", () => {
    const texts = new Haystack();
    texts.add("one", "aaaa");
    texts.add("one", "bb");
    expect(texts.characters).toBe(2);
    texts.add("two", "c");
    expect([...texts.containing("b")]).toEqual(["one"]);
    expect([...texts.containing("a")]).toEqual([]);
    expect(texts.characters).toBe(3);
  });
});
