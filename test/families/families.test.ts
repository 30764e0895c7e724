import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  type BigBenchData,
  type ChoiceData,
  families,
  type Family,
  familyOf,
  type FamilyTable,
  type JudgedData,
  type MathData,
  protocols,
  sampleJsonSchema,
  type SampleDraft,
} from "../../src/engine/families/index.js";
import { Fault } from "../../src/engine/fault.js";
import { caseOf, codeCase, contextWith, ScriptedRunner } from "./support.js";

const { math, choice, code, bigbench, judged } = families;
const mathData = (gold: string, answerKind: MathData["answerKind"] = "number"): MathData => ({
  answerKind,
  gold,
  solution: null,
});
const plum = caseOf<MathData>("math", "How many plums are left?", mathData("12"));
const options = ["red", "green", "blue", "none of these"].map((text, index) => ({ label: "ABCD"[index] ?? "", text }));
const colour = caseOf<ChoiceData>("choice", "Which colour has grass?", { options, gold: "B" });
const nobody = contextWith(null);
const draft = (fields: Partial<SampleDraft>): SampleDraft => ({
  question: "How many?",
  solution: "3 + 4 = 7",
  answer: "7",
  options: null,
  tests: null,
  entryPoint: null,
  ...fields,
});

describe("every family", () => {
  const examples = {
    math: plum,
    choice: colour,
    code: codeCase(),
    bigbench: caseOf<BigBenchData>("bigbench", "Is it so?", {
      task: "t",
      gold: "Yes",
      shots: "Q: Is 1 so?\nA: The answer is No.",
    }),
    judged: caseOf<JudgedData>("judged", "Why is it so?", { reference: "Because." }),
  };

  it.each(Object.entries(examples))(
    "%s accepts its own data, asks the question and shows the case",
    (name, testCase) => {
      const family = familyOf(name);
      expect(family.data.safeParse(testCase.data).success).toBe(true);
      expect(family.data.safeParse({}).success).toBe(false);
      const [turn] = family.prompt(testCase);
      expect(turn?.role).toBe("user");
      expect(turn?.content).toContain(testCase.question);
      expect(
        family
          .show(testCase)
          .map(({ text }) => text)
          .join("\n"),
      ).toContain(testCase.question);
    },
  );

  it.each(["math", "choice", "code"] as const)(
    "%s: the question comes first and the instruction holds no digits",
    (name) => {
      const testCase = examples[name];
      const content = familyOf(name).prompt(testCase)[0]?.content ?? "";
      expect(content.startsWith(testCase.question)).toBe(true);
      expect(content.split("\n\n").at(-1)).not.toMatch(/\d/);
      expect(content).toContain("\n\n");
    },
  );

  it.each(Object.values(families))(
    "$name: an object that follows the JSON schema becomes a draft that is complete",
    (family) => {
      const schema = z.fromJSONSchema(sampleJsonSchema(family));
      const sample = {
        question: "What is left?",
        solution: "3 + 4 = 7",
        answer: family.name === "choice" ? "B" : "7",
        explanation: "It is 7.",
        options: { A: "1", B: "7", C: "8", D: "9" },
        entry_point: "f",
        code: "def f(): return 7",
        tests: ["assert f() == 7"],
      };
      const keys = Object.keys((sampleJsonSchema(family) as { properties: object }).properties);
      const own = Object.fromEntries(Object.entries(sample).filter(([key]) => keys.includes(key)));
      expect(schema.safeParse(own).success).toBe(true);
      expect(family.incomplete(family.sampleSchema.parse(own))).toBeNull();
      expect(schema.safeParse({ ...own, surplus: 1 }).success).toBe(false);
      const { question: _question, ...rest } = own;
      expect(schema.safeParse(rest).success).toBe(false);
      expect(family.incomplete({ ...family.sampleSchema.parse(own), question: " " })).toMatch(/question/);
    },
  );

  it("a name that is in no table is a fault that lists the names", () => {
    expect(() => familyOf("poetry")).toThrow(Fault);
    expect(() => familyOf("toString")).toThrow(/no benchmark family/);
  });

  it("a new family is one object in a table", async () => {
    const echo: Family<{ readonly echo: string }> = {
      name: "echo",
      title: "Echo",
      data: z.object({ echo: z.string() }),
      prompt: ({ question }) => [{ role: "user", content: question }],
      extractorFor: () => "whole",
      extract: (_testCase, response) => ({ value: response, span: [0, response.length] }),
      async judge({ data }, response) {
        const extraction = { value: response, span: null };
        return { correct: response === data.echo, extraction, failure: null, by: "exact", forgeable: false };
      },
      triage: async () => null,
      questionText: ({ question }) => question,
      questionType: () => "free",
      reference: ({ data }) => data.echo,
      sampleSchema: z
        .object({ question: z.string() })
        .transform(({ question }) => draft({ question, solution: question, answer: question })),
      incomplete: () => null,
      verify: async () => ({ verdict: "not-verifiable", evidence: "" }),
      trainingRow: ({ question }) => ({ prompt: [{ role: "user", content: question }], completion: question }),
      show: () => [],
    };
    const table: FamilyTable = { ...families, echo };
    const family = familyOf("echo", table);
    const testCase = caseOf("echo", "hello", { echo: "hello" });
    expect((await family.judge(testCase, "hello", "paper", nobody)).correct).toBe(true);
    expect((await family.judge(testCase, "hallo", "clean", nobody)).correct).toBe(false);
    expect(sampleJsonSchema(family)).toMatchObject({ required: ["question"] });
  });
});

describe("math", () => {
  it("judges by the protocol's own extractor, and triage finds what the other one reads", async () => {
    const response = "The answer is 12. It took 3 steps.";
    const paper = await math.judge(plum, response, "paper", nobody);
    expect(paper).toMatchObject({ correct: false, extraction: { value: "3" } });
    expect(await math.judge(plum, response, "clean", nobody)).toMatchObject({ correct: true });
    expect(await math.triage(plum, response, paper, nobody)).toMatchObject({ reason: "disputed" });
    const wrong = await math.judge(plum, "It is 13.", "paper", nobody);
    expect(await math.triage(plum, "It is 13.", wrong, nobody)).toBeNull();
  });

  it("the published tolerance is 1e-4", async () => {
    expect((await math.judge(plum, "12.00009", "paper", nobody)).correct).toBe(true);
    expect((await math.judge(plum, "12.0002", "paper", nobody)).correct).toBe(false);
  });

  it("a question that cannot be answered is answered by saying so", async () => {
    const none = caseOf<MathData>("math", "How old is the captain?", mathData("None", "none"));
    const says = "There are 5 goats. There is not enough information to tell the captain's age.";
    expect((await math.judge(none, says, "clean", nobody)).correct).toBe(true);
    expect((await math.judge(none, "#### None", "clean", nobody)).correct).toBe(true);
    expect(
      (await math.judge(none, "We cannot know. Assume 5 years each. The answer is 35.", "clean", nobody)).correct,
    ).toBe(false);
    expect((await math.judge(none, "The answer is 35.", "clean", nobody)).correct).toBe(false);
    expect((await math.judge(plum, "It cannot be determined.", "clean", nobody)).correct).toBe(false);
  });

  it.each([
    [{ solution: "3 + 4 = <<3+4=7>>7\nThe answer is 7." }, "verified", "1 equation recomputed"],
    [{ solution: "7 * 8 = 54\nThe answer is 54.", answer: "54" }, "refuted", "7 * 8 is 56, not 54"],
    [
      { solution: "3 + 4 = 7\nThe answer is 8.", answer: "7" },
      "refuted",
      "the solution ends with 8, the answer says 7",
    ],
    [{ solution: "3 + 4 = 7", answer: "9" }, "refuted", "no step of the solution gives the answer 9"],
    [{ solution: "It is plain.\nThe answer is 7." }, "not-verifiable", "the solution has no equation to recompute"],
    [
      { solution: "So \\boxed{\\frac{x}{2}}", answer: "\\frac{x}{3}" },
      "refuted",
      "the solution ends with \\frac{x}{2}",
    ],
    [{ solution: "10 / 4 = 2.5 \n#### $2.50", answer: "$2.50" }, "verified", ""],
  ] as const)("verification of %j is %s", async (fields, verdict, evidence) => {
    const result = await math.verify(draft(fields), nobody);
    expect(result.verdict).toBe(verdict);
    expect(result.evidence).toContain(evidence);
  });

  it("a training row asks as the evaluation does, or with the bare question, and ends by stating the answer", () => {
    const sample = draft({ question: "How many plums are left?", solution: "5 + 7 = 12\n#### 12", answer: "12" });
    expect(math.trainingRow(sample, "clean")).toEqual({
      prompt: math.prompt(plum),
      completion: "5 + 7 = 12\nThe answer is 12.",
    });
    expect(math.trainingRow(sample, "paper").prompt[0]?.content).toBe("How many plums are left?");
  });
});

describe("choice", () => {
  it.each([
    [{ options, answer: "B" }, "not-verifiable"],
    [{ options, answer: "E" }, "refuted"],
    [{ options: [...options.slice(0, 3), { label: "D", text: " GREEN " }], answer: "B" }, "refuted"],
    [{ options: null, answer: "B" }, "refuted"],
    [{ options, answer: "B", solution: "The answer is C." }, "refuted"],
  ] as const)("verification of %j is %s", async (fields, verdict) => {
    expect((await choice.verify(draft(fields), nobody)).verdict).toBe(verdict);
  });

  it("the training row of clean is the evaluation prompt and its completion is judged right", async () => {
    const row = choice.trainingRow(
      draft({ question: colour.question, options, answer: "B", solution: "Grass is green." }),
      "clean",
    );
    expect(row.prompt).toEqual(choice.prompt(colour));
    for (const protocol of protocols)
      expect((await choice.judge(colour, row.completion, protocol, nobody)).correct).toBe(true);
  });

  it("the reference names letter and text", () => {
    expect(choice.reference(colour)).toBe("B. green");
  });
});

describe("code", () => {
  it.each([
    ["Write the area of a circle.", "Write the area of a circle."],
    [
      'import math\n\n\ndef area(r):\n    """ Area of a circle,\n    given its radius.\n    >>> area(1)\n    3.14\n    """\n',
      "area: Area of a circle,\n    given its radius.",
    ],
    ["def helper(r):\n    return r\n\ndef area(r):\n    '''Area of a circle.'''\n", "area: Area of a circle."],
    ["def area(r):\n    # Area of a circle.\n", "area"],
    [`def area(r):\n    """${" ".repeat(1_000_000)}`, "area"],
  ])("a list says what a task is about, and not how its text begins: %j", (question, brief) => {
    expect(code.brief?.({ ...codeCase(), question })).toBe(brief);
  });

  const answer = "```python\nimport math\n\ndef area(r):\n    return math.pi * r * r\n```";
  const prefix = 'from typing import List\n\n\ndef area(r: float) -> float:\n    """Area of a circle."""\n';

  it("paper runs the prompt and the body, clean the whole program under the prompt's imports", async () => {
    const runner = new ScriptedRunner(() => true);
    for (const protocol of protocols) await code.judge(codeCase({ prefix }), answer, protocol, contextWith(runner));
    const [paper, clean] = runner.tasks.map(({ program }) => program);
    expect(paper).toBe(`${prefix}    return math.pi * r * r\n`);
    expect(clean).toBe("from typing import List\n\n\nimport math\n\ndef area(r):\n    return math.pi * r * r");
  });

  it.each([
    ["a body", "    return 3.2 * r", "    return 3.2 * r\n"],
    ["a body whose first line lost its indentation", "x = 3.2\n    return x * r", "    x = 3.2\n    return x * r\n"],
    ["a body without any indentation", "x = 3.2\nreturn x * r", "    x = 3.2\n    return x * r\n"],
  ])("%s gets its prompt in front", async (_name, body, mended) => {
    const runner = new ScriptedRunner(() => true);
    await code.judge(codeCase({ prefix }), body, "clean", contextWith(runner));
    expect(runner.tasks[0]?.program).toBe(`${prefix}${mended}`);
  });

  it("a body that defines helpers of its own gets the prompt, too, unless the tests call one of them", async () => {
    const helper = "    return pi2() * r\n\ndef pi2():\n    return 3.2\n";
    const runner = new ScriptedRunner(() => true);
    const calling = codeCase({
      prefix,
      tests: { imports: [], setup: "", kind: "assertions", code: ["assert pi2() > 3"] },
    });
    await code.judge(codeCase({ prefix }), helper, "clean", contextWith(runner));
    await code.judge(calling, helper, "clean", contextWith(runner));
    expect(runner.tasks.map(({ program }) => program.startsWith(prefix))).toEqual([true, false]);
  });

  it("a body may begin with a function of its own", async () => {
    const body = "    def square(x):\n        return x * x\n\n    return 3.2 * square(r)";
    const runner = new ScriptedRunner(() => true);
    for (const protocol of protocols) await code.judge(codeCase({ prefix }), body, protocol, contextWith(runner));
    expect(runner.tasks.map(({ program }) => program)).toEqual([`${prefix}${body}\n`, `${prefix}${body}\n`]);
  });

  it("a whole program stays bare", async () => {
    const program = "def area(r):\n    return 3.2 * r";
    const runner = new ScriptedRunner(() => true);
    for (const protocol of protocols) await code.judge(codeCase({ prefix }), program, protocol, contextWith(runner));
    expect(runner.tasks.map((task) => task.program)).toEqual([program, program]);
  });

  it("a failure that only lacks an import is proposed as an artefact", async () => {
    const runner = new ScriptedRunner(
      (program) => program.includes("from math import *") || program.includes("\nimport math"),
    );
    const testCase = codeCase({ prefix });
    const judgement = await code.judge(testCase, answer, "paper", contextWith(runner));
    expect(judgement).toMatchObject({ correct: false, by: "exception", failure: { type: "NameError" } });
    expect(await code.triage(testCase, answer, judgement, contextWith(runner))).toMatchObject({
      reason: "missing-import",
    });
    const never = contextWith(new ScriptedRunner(() => false));
    expect(await code.triage(testCase, answer, judgement, never)).toBeNull();
  });

  it("without a sandbox there is no verdict", async () => {
    await expect(code.judge(codeCase(), answer, "clean", nobody)).rejects.toThrow(/no sandbox/);
  });

  it("a sample is verified by its own tests", async () => {
    const sample = draft({ solution: answer, tests: ["assert area(1) > 3"], entryPoint: "area", answer: null });
    const passing = new ScriptedRunner(() => true);
    expect((await code.verify(sample, contextWith(passing))).verdict).toBe("verified");
    expect(passing.tasks[0]?.tests).toMatchObject({ kind: "assertions", code: ["assert area(1) > 3"] });
    expect(await code.verify(sample, contextWith(new ScriptedRunner(() => false)))).toMatchObject({
      verdict: "refuted",
      evidence: "fails assert area(1) > 3",
    });
    expect((await code.verify(sample, nobody)).verdict).toBe("not-verifiable");
  });
});

describe("bigbench", () => {
  const letter = caseOf<BigBenchData>("bigbench", "Which one?", { task: "t", gold: "(A)", shots: null });

  it("paper compares without case up to the first full stop, clean forgives brackets, a named extractor nothing", async () => {
    const judge = async (response: string, protocol: "paper" | "clean", named?: "last-answer-is" | "whole") =>
      (await bigbench.judge(letter, response, protocol, nobody, named)).correct;
    expect(await judge("So the answer is (a). Or the answer is (B).", "paper")).toBe(true);
    expect(await judge("So the answer is A.", "paper")).toBe(false);
    expect(await judge("So the answer is A.", "clean")).toBe(true);
    expect(await judge("A", "clean")).toBe(true);
    expect(await judge("So the answer is A.", "clean", "last-answer-is")).toBe(false);
    expect(await judge(" (A)\n", "clean", "whole")).toBe(true);
    expect(await judge("(a)", "paper", "whole")).toBe(false);
  });

  it("the worked examples stand in front of the question", () => {
    const shots = "Q: one\nA: The answer is (B).";
    const asked = bigbench.prompt(caseOf<BigBenchData>("bigbench", "two", { task: "t", gold: "(A)", shots }));
    expect(asked[0]?.content).toBe(`${shots}\n\nQ: two\nA: Let's think step by step.`);
  });
});

it("judged asks the judge, says so, and faults where there is none", async () => {
  const testCase = caseOf<JudgedData>("judged", "Why?", { reference: "" });
  const context = contextWith(null, async (_case, response) => response === "good");
  expect(await judged.judge(testCase, "good", "clean", context)).toMatchObject({ correct: true, by: "judged" });
  expect((await judged.judge(testCase, "bad", "paper", context)).correct).toBe(false);
  await expect(judged.judge(testCase, "good", "clean", nobody)).rejects.toThrow(/need a judge/);
});
