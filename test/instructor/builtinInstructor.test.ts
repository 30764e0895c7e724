import { describe, expect, it } from "vitest";
import { instruct } from "../../src/adapters/builtin/instructor/index.js";
import { TemplateFolder } from "../../src/adapters/prompts/index.js";
import { families, type Case } from "../../src/engine/families/index.js";
import { parseAnswer, planMessages } from "../../src/engine/instructor/index.js";
import { findTemplate, loadTemplates } from "../../src/engine/prompts/index.js";

/** The shipped `clean` templates, the built-in instructor and the parser of answers agree on their forms. */
describe("the built-in instructor", async () => {
  const loaded = await loadTemplates(new TemplateFolder(null));
  const cases: readonly (readonly [string, string, unknown, string])[] = [
    [
      "math",
      "A baker fills 5 trays with 14 rolls each and sells 38 rolls. How many rolls are left?",
      {
        answerKind: "number",
        gold: "32",
        solution: "There are 5 * 14 = <<5*14=70>>70 rolls.\nSo 70 - 38 = <<70-38=32>>32 are left.",
      },
      "There are 60 rolls, so 22 are left.",
    ],
    [
      "choice",
      "Which organ makes insulin?",
      {
        options: ["Liver", "Pancreas", "Kidney", "Spleen"].map((text, index) => ({ label: "ABCD"[index], text })),
        gold: "B",
      },
      "The answer is A.",
    ],
  ];

  it.each(cases.flatMap((item) => ["LE", "LEC", "AugGPT"].map((strategy) => [item[0], strategy, item] as const)))(
    "answers %s %s in a form that is read completely",
    async (name, strategy, [, question, data, response]) => {
      const testCase: Case = {
        key: "a/b/1",
        benchmark: "a",
        split: "b",
        id: "1",
        hash: "h",
        family: name,
        group: null,
        question,
        data,
      };
      const family = families[name];
      if (family === undefined) throw new Error("no family");
      const error = { testCase, response };
      const neighbours = strategy === "LEC" ? [{ testCase, distance: 0.1 }] : [];
      const call = { number: 0, error, neighbours, samples: 2, sample: 0, template: strategy };
      const template = findTemplate(loaded, { strategy, family: name, set: "clean" });
      const messages = planMessages(call, template, family);
      const answer = await instruct(messages, 5, { runner: null }, new AbortController().signal);
      const parsed = parseAnswer(answer, name, template.format, { asked: 2 });
      expect(parsed.faults).toEqual([]);
      expect(parsed.drafts).toHaveLength(2);
      for (const draft of parsed.drafts) expect(family.incomplete(draft)).toBeNull();
      expect(parsed.analysis).not.toBeNull();
    },
  );
});
