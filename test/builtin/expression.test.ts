import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equationsIn, evaluate, tokenise } from "../../src/adapters/builtin/expression.js";
import { numbersIn, replaceMentions, writeLike } from "../../src/adapters/builtin/numbers.js";

const value = (text: string): number | null => {
  const tokens = tokenise(text);
  return tokens === null ? null : evaluate(tokens, (operand) => operand);
};

describe("expressions", () => {
  it("follow precedence, parentheses, signs and per cent", () => {
    expect(value("2+3*4-6/2")).toBe(11);
    expect(value("(2+3)*-4")).toBe(-20);
    expect(value("200*15%")).toBe(30);
    expect(value("$1,200 × 2 ÷ 3")).toBe(800);
  });

  it("are refused when they are not well formed", () => {
    for (const text of ["", "2+", "(2", "2 apples", "2)", "1/0"]) expect(value(text)).toBeNull();
  });

  it("have the value that arithmetic gives them", () => {
    const expression = fc.letrec<{ all: { text: string; value: number } }>((tie) => ({
      all: fc.oneof(
        { maxDepth: 4 },
        fc.integer({ min: 0, max: 999 }).map((number) => ({ text: String(number), value: number })),
        fc.tuple(tie("all"), fc.constantFrom("+", "-", "*"), tie("all")).map(([a, operator, b]) => ({
          text: `(${a.text}${operator}${b.text})`,
          value: operator === "+" ? a.value + b.value : operator === "-" ? a.value - b.value : a.value * b.value,
        })),
      ),
    })).all;
    fc.assert(fc.property(expression, (made) => Math.abs((value(made.text) ?? Number.NaN) - made.value) < 1e-6));
  });
});

describe("equations of a worked solution", () => {
  it("come from annotations where there are any", () => {
    const found = equationsIn("He folded 48/2 = <<48/2=24>>24 kites.\nTogether 48+24 = <<48+24=72>>72.\n#### 72");
    expect(found?.map((one) => one.result)).toEqual([24, 72]);
  });

  it("come from plain text otherwise", () => {
    const found = equationsIn("First 48 / 2 = 24. Then 48 + 24 = 72 kites. It costs $3 x 4 = $12.");
    expect(found?.map((one) => one.result)).toEqual([24, 72, 12]);
  });

  it("are refused when one of them is wrong", () => {
    expect(equationsIn("<<48/2=25>>25")).toBeNull();
  });
});

describe("numbers of a question", () => {
  it("are found with separators, as words, and without ordinals", () => {
    const found = numbersIn("On the 3rd day, three boys paid $1,250.50 for 2 of the v2 boxes, not one.");
    expect(found.map((one) => one.value)).toEqual([3, 1250.5, 2]);
  });

  it("are replaced in the way they were written", () => {
    const text = "Three boys paid 1,250 dollars and 2.50 more.";
    const mentions = numbersIn(text);
    const fresh = [5, 2400, 3.5];
    expect(replaceMentions(text, mentions, (one, index) => writeLike(one, fresh[index] ?? 0))).toBe(
      "Five boys paid 2,400 dollars and 3.50 more.",
    );
  });
});
