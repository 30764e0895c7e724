import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkEquations } from "../../src/engine/families/index.js";

describe("equations of a worked solution", () => {
  it.each([
    "16 - 3 - 4 = <<16-3-4=9>>9 eggs",
    "26 / 6 = 4.33",
    "26 / 6 = 4.3",
    "- 3 + 4 = 7",
    "-3 + 4 = 1",
    "(-3 + 5) * 2 = 4",
    "$2 x 9 = $18",
    "20% of 50 = 10",
    "50 - 10% = 45",
    "40 / 80 * 100 = 50%",
    "1,000 + 2,500 = 3,500",
    "\\frac{1 + 2}{3} = 1",
    "6 \\times 7 = 42",
    "5 + 3 = 8 * 2 = 16",
    "2 + 3 + 4 = 5 + 4 = 9",
    "16 eggs - 3 eggs - 4 eggs = 9 eggs",
    "3 × 4 = 12 and 12 ÷ 5 = 2.4, 9 − 4 = 5",
    "2^3 = 8 and 2**3 = 8",
    "**3 + 4 = 7**",
    "10 / 3 ≈ 3",
    "0.1 + 0.2 = 0.3",
    "9 = 3 * 3",
    "6 / 1/30 = 180",
    "Day 2 - $40 + $5 = $45",
  ])("%s holds", (text) => {
    const checks = checkEquations(text);
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.map(({ evidence }) => evidence).join("")).toBe("");
    expect(checks.every(({ ok }) => ok)).toBe(true);
  });

  it.each([
    ["7 * 8 = 54", "7 * 8 is 56, not 54", "7 * 8 = 54"],
    ["so <<7*8=54>>54 are left", "7*8 is 56, not 54", "7*8=54"],
    ["First 2 + 2 = 4.\nThen 10 - 4 = 7 remain", "10 - 4 is 6, not 7", "10 - 4 = 7"],
    ["1,200 / 4 = 30", "1,200 / 4 is 300, not 30", "1,200 / 4 = 30"],
    ["20% of 50 = 12", "20% of 50 is 10, not 12", "20% of 50 = 12"],
    ["26 / 6 = 4.5", "26 / 6 is 4.3333…, not 4.5", "26 / 6 = 4.5"],
    ["26 / 6 = 4", "26 / 6 is 4.3333…, not 4", "26 / 6 = 4"],
  ])("%j: %s", (text, evidence, part) => {
    const wrong = checkEquations(text).filter(({ ok }) => !ok);
    expect(wrong.map((check) => check.evidence)).toEqual([evidence]);
    expect(text.slice(...(wrong[0]?.span ?? [0, 0]))).toBe(part);
  });

  it.each([
    "2x + 3 = 7",
    "at 3:00 + 2 = 5",
    "total = 3 + 4",
    "2 kg = 2 * 1000",
    "a third, 1/3 = 40",
    "f(2) - 6 = 32",
    "x = 5",
    "1 / 0 = 5",
    "if a == 3 + 4: return",
  ])("%j is not plainly arithmetic and is left alone", (text) => {
    expect(checkEquations(text)).toEqual([]);
  });

  it("every sum, product and difference of whole numbers is confirmed, and off by one refuted", () => {
    const operand = fc.integer({ min: 0, max: 99_999 });
    fc.assert(
      fc.property(operand, operand, fc.constantFrom("+", "-", "*", "×"), (a, b, operator) => {
        const value = operator === "+" ? a + b : operator === "-" ? a - b : a * b;
        const right = `So ${a} ${operator} ${b} = ${value} in all.`;
        expect(checkEquations(right).map(({ ok }) => ok)).toEqual([true]);
        expect(checkEquations(right.replace(`= ${value}`, `= ${value + 1}`)).map(({ ok }) => ok)).toEqual([false]);
      }),
    );
  });

  it("never throws, and every span lies in the text", () => {
    const piece = fc.constantFrom(
      "1",
      "23",
      "4.5",
      "+",
      "-",
      "*",
      "/",
      "=",
      "(",
      ")",
      " ",
      "%",
      "$",
      "x",
      "of",
      "\n",
      "{",
      "}",
      "\\frac{",
      "^",
      "**",
      "≈",
      "<<",
      ">>",
      ",",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join("");
        for (const { span } of checkEquations(text)) {
          expect(span[0]).toBeLessThan(span[1]);
          expect(span[1]).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});
