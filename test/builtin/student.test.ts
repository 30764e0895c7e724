import { beforeAll, describe, expect, it } from "vitest";
import { baseStudent, builtinTrainingParameters } from "../../src/adapters/builtin/baseStudent.js";
import { checkpointText, studentOf } from "../../src/adapters/builtin/checkpointFile.js";
import { answersLike } from "../../src/adapters/builtin/lesson.js";
import { readPrompt } from "../../src/adapters/builtin/readPrompt.js";
import { Student } from "../../src/adapters/builtin/student.js";
import { families } from "../../src/engine/families/index.js";
import { Random } from "../../src/engine/random.js";
import type { TrainingRow } from "../../src/engine/seams/index.js";
import { demoCases, evaluationRows, fitted, targetRows, type FamilyName } from "./support.js";

let base: Student;
beforeAll(async () => {
  base = (await baseStudent()).student;
});

const parameters = builtinTrainingParameters;
const names: readonly FamilyName[] = ["math", "choice", "code"];

function accuracy(student: Student, rows: readonly TrainingRow[]): number {
  return rows.filter((row) => answersLike(student, row)).length / rows.length;
}

function learn(rows: readonly TrainingRow[], more: Partial<Parameters<typeof fitted>[0]> = {}) {
  return fitted({ start: base, rows, heldOut: [], seed: 1, parameters, ...more });
}

describe("the student reads the evaluation prompts of the families", () => {
  it.each(names)("%s", (family) => {
    const [first] = demoCases(family, "target");
    expect(first).toBeDefined();
    if (first === undefined) return;
    const asked = readPrompt(families[family].prompt(first));
    expect(asked.family).toBe(family);
    if (asked.family === "math") expect(asked.question).toBe(first.question);
    if (asked.family === "choice") {
      expect(asked.question).toBe(first.question);
      expect(asked.options.map((option) => option.label)).toEqual(["A", "B", "C", "D"]);
    }
    if (asked.family === "code") {
      expect(asked.parameters).toHaveLength(asked.arity ?? -1);
      expect(asked.prose).not.toMatch(/def |assert|>>>|code block/);
      expect(asked.prose.length).toBeGreaterThan(10);
    }
  });

  it("also tells a function by its tests, and a bare question from a coding task", () => {
    const asked = readPrompt([
      {
        role: "user",
        content: "Write a function to add two numbers.\nThe function must pass these tests:\nassert add(1, 2) == 3",
      },
    ]);
    expect(asked).toMatchObject({
      family: "code",
      entryPoint: "add",
      arity: 2,
      prose: "Write a function to add two numbers.",
    });
    expect(readPrompt([{ role: "user", content: "Ann has 3 dogs. How many legs?" }]).family).toBe("math");
  });
});

describe("training", () => {
  it.each(names)("on worked cases of one split raises the accuracy on the other (%s)", (family) => {
    const held = evaluationRows(family);
    const before = accuracy(base, held);
    // Multiple choice is learnt fact by fact, so the facts of the other split itself are what it can show.
    const rows = family === "choice" ? [...held, ...targetRows(family)] : targetRows(family);
    const { student, families: reports } = learn(rows);
    expect(reports.find((report) => report.family === family)?.lessons).toBe(rows.length);
    expect(before).toBeGreaterThan(0.1);
    expect(before).toBeLessThan(0.6);
    expect(accuracy(student, held)).toBeGreaterThan(before + 0.15);
  });

  it("lowers the loss and the loss on held-out rows, step by step", () => {
    const rows = targetRows("math");
    const { progress } = learn(rows.slice(0, 150), { heldOut: rows.slice(150) });
    const losses = progress.map((line) => line.loss ?? 0);
    const mean = (values: readonly number[]): number =>
      values.reduce((total, value) => total + value, 0) / values.length;
    const held = progress.flatMap((line) => line.heldOutLoss ?? []);
    // Single batches are noisy, and the pull towards zero keeps the loss from vanishing.
    expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 20)) * 0.8);
    expect(held.at(-1)).toBeLessThan((held[0] ?? 0) * 0.85);
    expect(progress.map((line) => line.step)).toEqual(progress.map((_, index) => index + 1));
  });

  it("depends on learning rate, epochs, batch size and seed, and on nothing else", () => {
    const rows = targetRows("math").slice(0, 60);
    const text = (more: Parameters<typeof learn>[1]) => checkpointText(learn(rows, more).student, null);
    const plain = text({});
    expect(text({})).toBe(plain);
    expect(text({ seed: 2 })).not.toBe(plain);
    expect(text({ parameters: { ...parameters, learningRate: 0.05 } })).not.toBe(plain);
    expect(text({ parameters: { ...parameters, epochs: 2 } })).not.toBe(plain);
    expect(text({ parameters: { ...parameters, batchSize: 4 } })).not.toBe(plain);
    const timid = learn(targetRows("math"), { parameters: { learningRate: 1e-5, epochs: 1, batchSize: 16 } });
    expect(accuracy(timid.student, evaluationRows("math"))).toBeLessThan(accuracy(base, evaluationRows("math")) + 0.05);
  });

  it("on solutions that belong to other questions teaches nothing", () => {
    const rows = targetRows("math");
    const completions = rows.map((row) => row.completion);
    const shifted = rows.map((row, index) => ({ ...row, completion: completions[(index + 7) % rows.length] ?? "" }));
    const { student, families: reports } = learn(shifted);
    expect(reports.find((report) => report.family === "math")).toMatchObject({ kept: false });
    expect(checkpointText(student, null)).toBe(checkpointText(base, null));
  });

  it("drops an update whose letters are random", () => {
    const random = new Random(3, "letters");
    const rows = evaluationRows("choice").map((row) => ({
      ...row,
      completion: `The answer is ${random.pick([..."ABCD"])}.`,
    }));
    expect(learn(rows).families.find((report) => report.family === "choice")?.kept).toBe(false);
  });

  it("goes on from a checkpoint without losing what it knew", () => {
    const first = learn(targetRows("math")).student;
    const again = studentOf(checkpointText(first, null), "memory");
    const second = learn(targetRows("code"), { start: again }).student;
    const rows = targetRows("math");
    expect(accuracy(second, rows)).toBeGreaterThan(accuracy(first, rows) - 0.05);
    expect(accuracy(second, targetRows("code"))).toBeGreaterThan(accuracy(first, targetRows("code")) + 0.2);
  });
});

describe("checkpoints", () => {
  it("hold everything that the student answers from", () => {
    const { student } = learn(targetRows("code"));
    const again = studentOf(checkpointText(student, "parent"), "memory");
    for (const family of names) {
      for (const testCase of demoCases(family, "evaluation")) {
        const prompt = families[family].prompt(testCase);
        expect(again.answer(prompt)).toBe(student.answer(prompt));
      }
    }
  });

  it.each([
    ["no JSON", "{"],
    ["another file", '{"format":"other"}'],
    ["cut weights", checkpointText(Student.blank(), null).replace(/"choice":"[^"]*"/, '"choice":"AAAA"')],
  ])("are refused when they are %s", (_, text) => {
    expect(() => studentOf(text, "file.json")).toThrowError(/checkpoint/);
  });
});

describe("answers", () => {
  it("state the answer last and show the work", () => {
    const { student } = learn(targetRows("math"));
    const answer = student.answer([
      { role: "user", content: "Zoe had 80 plums and gave 15 of them to Max. How many plums are left?" },
    ]);
    expect(answer).toContain("80 - 15 = 65");
    expect(answer.endsWith("The answer is 65.")).toBe(true);
  });

  it("never fail, whatever is asked", () => {
    for (const content of ["", "?", "A. x\nB. y", "def f(", "1/0 2 3 ".repeat(300), "Python", "(((", "assert f(1)"]) {
      expect(typeof base.answer([{ role: "user", content }])).toBe("string");
      expect(typeof Student.blank().answer([{ role: "user", content }])).toBe("string");
    }
  });

  it("come quickly", () => {
    const cases = demoCases("math", "evaluation");
    const started = performance.now();
    for (const testCase of cases) base.answer(families.math.prompt(testCase));
    expect((performance.now() - started) / cases.length).toBeLessThan(5);
  });
});
