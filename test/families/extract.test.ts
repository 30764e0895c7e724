import { describe, expect, it } from "vitest";
import { type Case, extractText, families, type MathData } from "../../src/engine/families/index.js";
import { boxed } from "../../src/engine/families/extract/boxed.js";
import { carefulCode, paperCode } from "../../src/engine/families/extract/code.js";
import { carefulOptionLetter } from "../../src/engine/families/extract/careful.js";
import { paperOptionLetter } from "../../src/engine/families/extract/optionLetter.js";
import { carefulNumbers } from "../../src/engine/families/extract/numbers.js";

const options = ["granite", "basalt", "limestone", "a kind of slate"].map((text, index) => ({
  label: "ABCD"[index] ?? "",
  text,
}));

describe("text extractors", () => {
  it.each([
    ["last-number", "He has 3 and then 1,250.", "1250"],
    ["last-number", "It falls to 12-3", "-3"],
    ["last-number", "no digits at all", null],
    ["after-hashes", "so it is 9\n#### 2,125 \nbye", "2,125"],
    ["after-hashes", "nothing marked", null],
    ["last-answer-is", "The answer is 4. No, the answer is Not Sure.\nBye.", "Not Sure"],
    ["last-answer-is", "So the answer is ( [ ] ).", "( [ ] )"],
    ["first-answer-is", "The answer is (B). Then the answer is (C).", "(B)"],
    ["first-answer-is", " valid ", "valid"],
    ["whole", "  Yes \n", "Yes"],
    ["boxed", "first \\boxed{1}, then \\boxed{\\frac{1}{2}} done", "\\frac{1}{2}"],
    ["boxed", "cut off \\boxed{\\frac{1}{2", null],
    ["boxed", "plain \\boxed 7 token", "7"],
  ] as const)("%s reads %j as %j", (extractor, text, value) => {
    expect(extractText(text, extractor).value).toBe(value);
  });

  it.each(["last-number", "final-answer", "after-hashes", "boxed", "last-answer-is", "whole"] as const)(
    "the span of %s covers the text that the value was read from",
    (extractor) => {
      const text = "Sum is 40.\nThe answer is \\boxed{42}\n#### 42";
      const { value, span } = extractText(text, extractor);
      expect(span).not.toBeNull();
      expect(text.slice(...(span ?? [0, 0]))).toBe(value);
    },
  );

  it("keeps braces that are escaped out of the count", () => {
    expect(boxed("\\boxed{\\{1, 2\\}}").value).toBe("\\{1, 2\\}");
  });
});

describe("final-answer", () => {
  it.each([
    ["She earns 16 - 7 = 9 and then $18 every day.\n#### 18", "18"],
    ["Steps with 5 and 6.\nA: 1,234", "1234"],
    ["The answer is 18. That is 3 more than 15.", "18"],
    ["The answer is 3 * 6 = 18 dollars.", "18"],
    ["So \\boxed{12} of the 30 remain.", "12"],
    ["First the answer is 5. After checking again, the answer is 7.", "7"],
    ["The final answer is that each of the 4 friends gets 20 bars.", "20"],
    ["In total she walks **14** km in 7 days.", "14"],
    ["He drops to -4 degrees", "-4"],
    ["5-3 leaves 2, a range of 10-12", "12"],
    ["It costs -$18.", "-18"],
    ["half, that is 3/4", "3/4"],
    ["They meet at 3:00 after 25 minutes", "25"],
    ["Answer: cannot be determined from the 3 numbers given", "None"],
    ["The answer is none.", "None"],
    ["It reaches 1.5.", "1.5"],
    ["Dora lives on the 6th floor.", "6"],
    ["no number", null],
  ])("reads %j as %j", (text, value) => {
    expect(extractText(text, "final-answer").value).toBe(value);
  });

  it("reads fractions, mixed numbers and LaTeX fractions as one number each", () => {
    expect(carefulNumbers("1 1/2 and \\frac{3}{4} and €2,000.50").map(({ text }) => text)).toEqual([
      "1 1/2",
      "3/4",
      "2000.50",
    ]);
  });
});

describe("option-letter", () => {
  it.each([
    ["The answer is B.", "B", "B"],
    ["The answer is C. No wait, the answer is (D).", "C", "D"],
    ["B. basalt, because it cools fast", "B", "B"],
    ["Among the options, C is correct.", "C", "C"],
    ["A stone that forms from lava is basalt.", "A", "B"],
    ["**Answer:** C", "C", "C"],
    ["It is not A, which looks alike. It is B.", "A", "B"],
    ["\\boxed{\\text{D}}", "D", "D"],
    ["None of the options A, B, C, or D is the correct answer.", "D", null],
    ["The rock is limestone", "C", "C"],
    ["The answer is A and B.", "A", null],
  ])("%j is %j by the published rule and %j when read carefully", (text, paper, clean) => {
    expect(paperOptionLetter(text, options).value).toBe(paper);
    expect(carefulOptionLetter(text, options).value).toBe(clean);
  });

  it("finds labels beyond D only in the careful reading: ARC has questions with five options", () => {
    const five = [...options, { label: "E", text: "chalk" }];
    expect(carefulOptionLetter("The answer is E.", five).value).toBe("E");
    expect(paperOptionLetter("The answer is E.", five).value).not.toBe("E");
  });
});

describe("code", () => {
  const fenced = "Here:\n```python\nimport math\n\ndef area(r):\n    return math.pi * r * r\n```\nIt works.";

  it("paper keeps what follows the signature, so that the import is lost", () => {
    expect(paperCode(fenced, "area").value).toBe("    return math.pi * r * r");
  });

  it("clean keeps the whole fenced program", () => {
    expect(carefulCode(fenced, "area").value).toBe("import math\n\ndef area(r):\n    return math.pi * r * r");
  });

  it("clean joins an earlier block of imports and helpers, and leaves sessions out", () => {
    const text =
      "```python\nfrom math import pi\n```\nthen\n```\n>>> area(1)\n3.14\n```\nand\n```py\r\ndef area(r):\r\n    return pi * r\r\n```";
    expect(carefulCode(text, "area").value).toBe("from math import pi\n\ndef area(r):\n    return pi * r");
  });

  it("an unclosed fence ends with the text", () => {
    expect(carefulCode("```python\ndef f():\n    return 1", "f").value).toBe("def f():\n    return 1");
  });

  it("clean cuts the prose around a program without a fence", () => {
    const text = "Sure, this works:\ndef f(x):\n    return x\n\nIt gives back its argument.";
    expect(carefulCode(text, "f").value).toBe("def f(x):\n    return x");
  });

  it.each([paperCode, carefulCode])("a response that is a program stays whole", (extract) => {
    const program = "import math\n\ndef f(x):\n    return g(x)\n\ndef g(x):\n    return math.sqrt(x)";
    expect(extract(program, "f").value).toBe(program);
  });
});

it("MATH falls back to the stated answer where nothing is boxed", () => {
  const testCase: Case<MathData> = {
    key: "math/test/1",
    benchmark: "math",
    split: "test",
    id: "1",
    hash: "",
    family: "math",
    group: null,
    question: "",
    data: { answerKind: "latex", gold: "\\frac{1}{2}", solution: null },
  };
  expect(families.math.extract(testCase, "Thus the answer is $1/2$.", "boxed", "clean").value).toBe("$1/2$");
});
