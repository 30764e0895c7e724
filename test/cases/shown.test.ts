import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shown } from "../../src/worker/cases/shown.js";

describe("other people's text, as documents show it", () => {
  test("lines end with a line feed, and what controls or turns text is a visible mark", () => {
    expect(shown("a\r\nb\rc").text).toBe("a\nb\nc");
    expect(shown("\u001b[31mred\u202egnorw\u2028\ufeff").text).toBe("\ufffd[31mred\ufffdgnorw\ufffd\ufffd");
    expect(shown("tab\tstays").text).toBe("tab\tstays");
  });

  test("a span goes where its characters went", () => {
    const text = "one\r\ntwo\r\n\r\nthree 62.";
    const at = text.indexOf("62");
    const { text: out, spanOf } = shown(text);
    const span = spanOf([at, at + 2]);
    expect(span === null ? null : out.slice(...span)).toBe("62");
  });

  test("a line of two million characters keeps its beginning and says how much is missing", () => {
    const long = `${"x".repeat(2_000_000)}\nThe answer is 5.`;
    const { text, hidden, spanOf } = shown(long);
    expect(text.length).toBeLessThan(11_000);
    expect(text.split("\n")).toHaveLength(2);
    expect(hidden).toBe(1_990_000);
    expect(text).toContain("… [+1,990,000]");
    const span = spanOf([long.length - 2, long.length - 1]);
    expect(span === null ? null : text.slice(...span)).toBe("5");
    expect(spanOf([20_000, 20_005])).toBeNull();
  });

  test("a text of very many lines is cut as a whole", () => {
    const { text, hidden } = shown("line of text\n".repeat(100_000));
    expect(text.length).toBeLessThan(101_000);
    expect(hidden).toBeGreaterThan(1_000_000);
  });

  test("no surrogate pair is halved", () => {
    expect(shown("😀".repeat(6000)).text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/u);
  });

  test("every span of short text survives, whatever its line ends", () => {
    const piece = fc.constantFrom("a", "bc", "\n", "\r\n", "\r", "\u202e", "7");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(30), (pieces, index) => {
        const text = pieces.join("");
        const before = pieces.slice(0, index).join("").length;
        const wanted = pieces[index];
        if (wanted === undefined || /[\r\n\u202e]/u.test(wanted)) return;
        const { text: out, spanOf } = shown(text);
        const span = spanOf([before, before + wanted.length]);
        expect(span === null ? null : out.slice(...span)).toBe(wanted);
      }),
    );
  });
});
