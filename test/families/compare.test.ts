import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameAnswerText } from "../../src/engine/families/compare/answerText.js";
import { sameLatex } from "../../src/engine/families/compare/latex.js";
import { sameNumber, saysUnanswerable } from "../../src/engine/families/compare/number.js";

describe("LaTeX answers", () => {
  it.each([
    ["\\frac12", "\\frac{1}{2}"],
    ["\\dfrac{3}{4}", "\\tfrac34"],
    ["0.5", "\\frac{1}{2}"],
    [".5", "0.50"],
    ["1/2", "\\frac{1}{2}"],
    ["-\\frac{2}{3}", "\\frac{-2}{3}"],
    ["x = 5", "5"],
    ["x \\in [1,2)", "[1, 2)"],
    ["\\left(1, \\frac{1}{2}\\right)", "(1,0.5)"],
    ["10,080", "10080"],
    ["10{,}080", "10080"],
    ["\\$32", "32"],
    ["25\\%", "25"],
    ["45^\\circ", "45"],
    ["12\\text{ cm}^2", "12"],
    ["18 \\mbox{ inches}", "18"],
    ["\\text{(C)}", "C"],
    ["(C)", "C"],
    ["\\text{Evelyn}", "evelyn"],
    ["\\sqrt2", "\\sqrt{2}"],
    ["\\frac{1}{\\sqrt{2}}", "\\frac{\\sqrt{2}}{2}"],
    ["3\\sqrt{13}", "\\sqrt{117}"],
    ["2 + x", "x+2"],
    ["\\{1, 2, 3\\}", "\\{3,2,1\\}"],
    ["1, -2", "-2,1"],
    ["3 \\text{ or } 5", "3,5"],
    ["1\\frac{1}{2}", "\\frac{3}{2}"],
    ["6 - 5i", "6-5i"],
    ["\\pi/2", "\\frac{\\pi}{2}"],
    ["$7$", "7"],
    ["7.", "7"],
    ["x^{2}", "x^2"],
  ])("%s means %s", (answer, gold) => {
    expect(sameLatex(answer, gold)).toBe(true);
    expect(sameLatex(gold, answer)).toBe(true);
  });

  it.each([
    ["\\frac{1}{2}", "\\frac{1}{3}"],
    ["(1,2)", "(2,1)"],
    ["(1,2)", "[1,2]"],
    ["(1,2)", "\\{1,2\\}"],
    ["cat", "act"],
    ["x-y", "y-x"],
    ["12", "1,2"],
    ["0.333", "\\frac{1}{3}"],
    ["", "5"],
    ["2516_8", "2516"],
    ["\\sqrt{2}", "2"],
  ])("%s does not mean %s", (answer, gold) => {
    expect(sameLatex(answer, gold)).toBe(false);
    expect(sameLatex(gold, answer)).toBe(false);
  });

  it("is reflexive and never throws, whatever stands in the box", () => {
    const piece = fc.constantFrom(
      "\\frac",
      "{",
      "}",
      "1",
      "2",
      "x",
      "(",
      ")",
      ",",
      "\\sqrt",
      "\\text",
      "^",
      "-",
      "\\",
      "$",
      " ",
      "/",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.array(piece, { maxLength: 14 }), (a, b) => {
        expect(sameLatex(a.join(""), a.join(""))).toBe(true);
        sameLatex(a.join(""), b.join(""));
      }),
    );
  });
});

describe("numbers", () => {
  it.each([
    ["$1,234.50", "1234.5"],
    ["50%", "50"],
    ["51", "51.0"],
    ["0.25", "1/4"],
    ["0.33", "1/3"],
    ["18 dollars", "18"],
    ["-7", "-7.00001"],
  ])("%s equals %s", (answer, gold) => {
    expect(sameNumber(answer, gold)).toBe(true);
  });
  it.each([
    ["0.3", "1/3"],
    ["18", "-18"],
    ["0.5", "50"],
    ["none", "5"],
    ["7.001", "7"],
  ])("%s does not equal %s", (answer, gold) => {
    expect(sameNumber(answer, gold)).toBe(false);
  });
});

it.each([
  ["(A)", "A"],
  ["A", "(A)"],
  ["(b) the second one", "(B)"],
  ["**True**.", "True"],
  ['"valid"', "valid"],
  ["-3.0", "-3"],
  ["apple  pear", "apple pear"],
])("the short answer %j means %j", (answer, gold) => {
  expect(sameAnswerText(answer, gold)).toBe(true);
});

it.each([
  ["(A)", "(B)"],
  ["an apple", "(A)"],
  ["", "0"],
  ["pear apple", "apple pear"],
])("the short answer %j does not mean %j", (answer, gold) => {
  expect(sameAnswerText(answer, gold)).toBe(false);
});

it.each([
  "The question cannot be answered.",
  "We do not have enough information to say.",
  "It is impossible to determine how many were left.",
  "The problem does not specify the price of a ticket.",
  "There is insufficient data.",
])("%j says that there is no answer", (text) => {
  expect(saysUnanswerable(text)).toBe(true);
});

it.each(["He could not eat all 5 apples.", "She has enough information now."])("%j does not", (text) => {
  expect(saysUnanswerable(text)).toBe(false);
});
