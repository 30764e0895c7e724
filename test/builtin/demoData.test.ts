import { describe, expect, it } from "vitest";
import { makeChoice } from "../../scripts/makeDemo/choice.js";
import { makeCode } from "../../scripts/makeDemo/code.js";
import { makeMath } from "../../scripts/makeDemo/math.js";
import { baseStudent, studentRevision } from "../../src/adapters/builtin/baseStudent.js";
import { contentHash } from "../../src/engine/hash.js";
import { families } from "../../src/engine/families/index.js";
import { demoCases, demoRows, type FamilyName } from "./support.js";

const names: readonly FamilyName[] = ["math", "choice", "code"];
const makers = { math: makeMath, choice: makeChoice, code: makeCode };

describe.each(names)("demo-%s", (family) => {
  const target = demoRows(`demo-${family}/target.jsonl`);
  const evaluation = demoRows(`demo-${family}/evaluation.jsonl`);
  const ood = demoRows(`demo-${family}-ood/evaluation.jsonl`);

  it("is what its generator makes", () => {
    const made = makers[family](1);
    expect(made.target).toEqual(target);
    expect(made.evaluation).toEqual(evaluation);
    expect(made.ood).toEqual(ood);
  });

  it("asks no question of the target split in an evaluation split", () => {
    const taught = new Set(target.map((row) => row["question"]));
    const base = new Set(demoRows("pretraining.jsonl").map((row) => JSON.stringify(row["prompt"])));
    for (const row of [...evaluation, ...ood]) {
      expect(taught.has(row["question"])).toBe(false);
      for (const seen of base) expect(seen).not.toContain(JSON.stringify(row["question"]).slice(1, -1));
    }
  });

  it("has enough cases, with distinct ids", () => {
    expect(target.length).toBeGreaterThanOrEqual(60);
    expect(evaluation.length).toBeGreaterThanOrEqual(120);
    expect(ood.length).toBeGreaterThanOrEqual(60);
    const ids = [...target, ...evaluation, ...ood].map((row) => row["id"]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it("worked solutions of demo-math reach their answers", async () => {
  for (const row of [...demoRows("demo-math/target.jsonl"), ...demoRows("demo-math/evaluation.jsonl")]) {
    const draft = {
      question: String(row["question"]),
      solution: String(row["solution"]),
      answer: String(row["answer"]),
      options: null,
      tests: null,
      entryPoint: null,
    };
    const context = { runner: null, timeoutMs: 1000, judge: null, signal: new AbortController().signal };
    expect((await families.math.verify(draft, context)).verdict).toBe("verified");
  }
});

it("the base student's revision is raised when its answers change", async () => {
  const { student } = await baseStudent();
  const answers = names.flatMap((family) =>
    demoCases(family, "evaluation").map((testCase) => student.answer(families[family].prompt(testCase))),
  );
  // When this fails, raise `studentRevision`, so that answers of the old base student are not taken for the new one's.
  expect([studentRevision, contentHash(answers)]).toMatchInlineSnapshot(`
    [
      "base-1",
      "b000cdea2ab4f1c68826026843f1a676",
    ]
  `);
});
