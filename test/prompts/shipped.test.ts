import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { shippedFolder, TemplateFolder } from "../../src/adapters/prompts/index.js";
import { families, type Case, type Family } from "../../src/engine/families/index.js";
import { judgeMessages, planMessages, type InstructorCall } from "../../src/engine/instructor/index.js";
import {
  check,
  eject,
  findTemplate,
  importPublished,
  listTemplates,
  loadTemplates,
  parseTemplate,
  renderTemplate,
  templateSetNames,
} from "../../src/engine/prompts/index.js";
import type { ChatMessage } from "../../src/engine/seams/index.js";

const folders: string[] = [];
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "preceptor-prompts-"));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** One invented case a family, with what a student answered and a question that the student solved. */
const invented: { readonly [family: string]: { testCase: Case; response: string; solved: Case } } = {
  math: {
    testCase: made("math", "A baker fills 5 trays with 14 rolls each and sells 38 rolls. How many rolls are left?", {
      answerKind: "number",
      gold: "32",
      solution: "The baker makes 5 * 14 = <<5*14=70>>70 rolls.\nThen 70 - 38 = <<70-38=32>>32 rolls are left.",
    }),
    response: "There are 5 * 14 = 60 rolls.\n60 - 38 = 22, so 22 rolls are left.",
    solved: made("math", "Nora has 3 bags with 4 pears each. How many pears has she?", {
      answerKind: "number",
      gold: "12",
      solution: null,
    }),
  },
  choice: {
    testCase: made("choice", "Which organ makes insulin?", {
      options: options("Liver", "Pancreas", "Kidney", "Spleen"),
      gold: "B",
    }),
    response: "The liver controls sugar, so the answer is A.",
    solved: made("choice", "Which organ pumps the blood?", {
      options: options("Heart", "Lung", "Skin", "Brain"),
      gold: "A",
    }),
  },
  code: {
    testCase: made("code", "Write a function to find the longest word of a list.", {
      entryPoint: "longest_word",
      prefix: null,
      tests: { imports: [], setup: "", kind: "assertions", code: ["assert longest_word(['a', 'bcd']) == 'bcd'"] },
      reference: "def longest_word(words):\n    return max(words, key=len)",
    }),
    response: "def longest_word(words):\n    return max(words)",
    solved: made("code", "Write a function to count the words of a list.", {
      entryPoint: "count_words",
      prefix: null,
      tests: { imports: [], setup: "", kind: "assertions", code: ["assert count_words(['a']) == 1"] },
      reference: "def count_words(words):\n    return len(words)",
    }),
  },
};

function made(family: string, question: string, data: unknown): Case {
  const key = `invented/train/${question.length}`;
  return { key, benchmark: "invented", split: "train", id: "1", hash: key, family, group: null, question, data };
}
function options(...texts: string[]): { label: string; text: string }[] {
  return texts.map((text, index) => ({ label: "ABCD"[index] ?? "", text }));
}
function known(name: string): Family {
  const family = families[name];
  if (family === undefined) throw new Error(`no family ${name}`);
  return family;
}
function call(family: string, strategy: string): InstructorCall {
  const { testCase, response, solved } = invented[family] ?? {
    testCase: made(family, "", {}),
    response: "",
    solved: made(family, "", {}),
  };
  const neighbours =
    strategy === "LEC"
      ? [
          { testCase: solved, distance: 0.4 },
          { testCase: solved, distance: 0.5 },
        ]
      : [];
  const error = { testCase, response: strategy === "AugGPT" ? "" : response };
  return { number: 0, error, neighbours, samples: 4, sample: 0, template: strategy };
}
function golden(name: string, messages: readonly ChatMessage[]): void {
  const text = messages.map((message) => `==== ${message.role} ====\n${message.content}\n`).join("\n");
  const path = join(import.meta.dirname, "golden", `${name}.golden.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(existsSync(path), `${path} is missing; run with UPDATE_GOLDEN=1`).toBe(true);
  expect(text).toBe(readFileSync(path, "utf8"));
}

const shipped = await loadTemplates(new TemplateFolder(null));
const names = ["math", "choice", "code"];

describe("the shipped templates", () => {
  it("are 19 and have nothing to report", () => {
    expect(shipped).toHaveLength(19);
    expect(shipped.flatMap((item) => item.diagnostics)).toEqual([]);
    for (const item of shipped) expect(item.file.name).toBe(`${item.head.name}.prompt`);
  });

  const combinations = templateSetNames.flatMap((set) =>
    ["LE", "LEC", "AugGPT"].flatMap((strategy) => names.map((family) => [set, strategy, family] as const)),
  );
  it.each(combinations)("%s %s %s renders as in its golden file", (set, strategy, family) => {
    const template = findTemplate(shipped, { strategy, family, set });
    const messages = planMessages(call(family, strategy), template, known(family));
    golden(template.name, messages);
    const [system, user] = [messages[0]?.content ?? "", messages[1]?.content ?? ""];
    const reference = known(family).reference(call(family, strategy).error.testCase) ?? "?";
    // The paper's instructor never sees the reference; the clean one does.
    const shown =
      user.split(reference).length -
      known(family).questionText(call(family, strategy).error.testCase).split(reference).length;
    expect(shown).toBe(set === "clean" ? 1 : 0);
    if (strategy !== "AugGPT") expect(user).toContain(invented[family]?.response ?? "?");
    if (set === "clean") {
      expect(system).toMatch(new RegExp(`^Family: ${family}$`, "m"));
      expect(user).toMatch(/^Write 4 new |\. Write 4 new |^.*Write 4 new /m);
      const sections = [...user.matchAll(/^### (.*)$/gm)].map((match) => match[1]);
      const wanted = ["Reference answer", "Student's response", "Questions the student answered correctly", "Task"];
      if (strategy === "AugGPT") expect(sections).toEqual(["Given question", "Reference answer", "Task"]);
      if (strategy === "LE") expect(sections).toEqual(["Question", "Reference answer", "Student's response", "Task"]);
      if (strategy === "LEC") expect(sections).toEqual(["Question", ...wanted]);
    } else {
      expect(user).toContain("4 samples");
      expect(template.format).toBe("text");
    }
  });

  it("show at most k members of the contrast set", () => {
    const template = findTemplate(shipped, { strategy: "LEC", family: "math", set: "clean" });
    const user = planMessages(call("math", "LEC"), template, known("math"), 1)[1]?.content ?? "";
    expect(user).toContain("1. Nora has");
    expect(user).not.toContain("2. Nora has");
  });

  it("leave the reference's section out where there is none", () => {
    const template = findTemplate(shipped, { strategy: "LE", family: "math", set: "clean" });
    const family = { ...known("math"), reference: () => null };
    expect(planMessages(call("math", "LE"), template, family)[1]?.content).not.toContain("Reference answer");
  });

  it("judge for every family and both sets", () => {
    for (const set of templateSetNames)
      expect(findTemplate(shipped, { strategy: "judge", family: "judged", set }).name).toBe("judge");
    const testCase = made("judged", "Why is the sky blue?", { reference: "Air scatters blue light most." });
    const template = findTemplate(shipped, { strategy: "judge", family: "judged", set: "clean" });
    golden("judge", judgeMessages(testCase, "Because of scattering.\nVerdict: right", template, known("judged")));
  });

  it("do not copy sentences of the published prompts", () => {
    const published = [
      "You are an educational AI",
      "Keep these requirements in mind",
      "clear and high-quality",
      "appropriate for the student's level",
    ];
    for (const item of shipped) {
      const text = item.template?.sections.map((section) => section.source).join("\n") ?? "";
      for (const part of published) expect(text).not.toContain(part);
    }
  });
});

describe("a project's templates", () => {
  it("win over the shipped ones, whatever their file is called", async () => {
    const folder = project();
    const files = new TemplateFolder(folder);
    const file = await eject(files, "clean-le-math");
    expect(file.path).toBe(join(folder, "prompts", "clean-le-math.prompt"));
    const own = readFileSync(file.path, "utf8").replace("experienced teacher", "patient tutor");
    writeFileSync(join(folder, "prompts", "mine.prompt"), own);
    rmSync(file.path);
    const loaded = await listTemplates(files);
    const found = findTemplate(loaded, { strategy: "LE", family: "math", set: "clean" });
    expect(found.sections[0]?.source).toContain("patient tutor");
    expect(loaded.filter((item) => item.overridden).map((item) => item.file.origin)).toEqual(["shipped"]);
  });

  it("are never replaced unasked, and a name that is none is refused", async () => {
    const files = new TemplateFolder(project());
    await eject(files, "judge.prompt");
    await expect(eject(files, "judge")).rejects.toThrow("already has this template");
    await expect(eject(files, "judge", true)).resolves.toMatchObject({ name: "judge.prompt" });
    await expect(eject(files, "nothing")).rejects.toThrow("no shipped template");
    await expect(new TemplateFolder(null).write("x.prompt", "", false)).rejects.toThrow("no project");
    await expect(files.write("../x.prompt", "", false)).rejects.toThrow("not plain");
  });

  it("that are broken stop the run with file and line instead of falling back", async () => {
    const folder = project();
    const files = new TemplateFolder(folder);
    const file = await eject(files, "paper-le-code");
    writeFileSync(file.path, readFileSync(file.path, "utf8").replace("{{ response }}", "{{ respons }}"));
    expect((await check(files, ["paper-le-code"])).map((item) => item.code).sort()).toEqual([
      "missing-variable",
      "unknown-variable",
    ]);
    const loaded = await loadTemplates(files);
    expect(() => findTemplate(loaded, { strategy: "LE", family: "code", set: "paper" })).toThrow(
      "Unknown variable `respons`",
    );
    await expect(check(files, ["no-such"])).rejects.toThrow("no template `no-such`");
  });

  it("clash when two serve the same purpose", async () => {
    const folder = project();
    const files = new TemplateFolder(folder);
    const file = await eject(files, "judge");
    writeFileSync(join(folder, "prompts", "zz.prompt"), readFileSync(file.path));
    // A copy of the Explorer, whose name sorts before that of the original.
    const copy = await eject(files, "clean-le-math");
    writeFileSync(join(folder, "prompts", "clean-le-math copy.prompt"), readFileSync(copy.path));
    expect((await check(files)).map((item) => [basename(item.file), item.code])).toEqual([
      ["clean-le-math copy.prompt", "duplicate-template"],
      ["clean-le-math.prompt", "duplicate-template"],
      ["judge.prompt", "duplicate-template"],
      ["zz.prompt", "duplicate-template"],
    ]);
    const loaded = await loadTemplates(files);
    expect(loaded.filter(({ file: { origin }, overridden }) => origin === "project" && overridden)).toEqual([]);
    // Nobody can tell which one is meant: neither serves, and the shipped one does not, either.
    expect(() => findTemplate(loaded, { strategy: "LE", family: "math", set: "clean" })).toThrow(
      "`clean-le-math copy.prompt` and `clean-le-math.prompt` are both for clean/LE/math.",
    );
    expect(findTemplate(loaded, { strategy: "LEC", family: "math", set: "clean" }).name).toBe("clean-lec-math");
  });

  it("that say nothing yet do not clash", async () => {
    const folder = project();
    mkdirSync(join(folder, "prompts"));
    for (const name of ["a.prompt", "b.prompt"]) writeFileSync(join(folder, "prompts", name), "");
    expect((await check(new TemplateFolder(folder))).map(({ code }) => code)).not.toContain("duplicate-template");
  });

  it("must be UTF-8", async () => {
    const folder = project();
    const files = new TemplateFolder(folder);
    const file = await eject(files, "judge");
    writeFileSync(file.path, Buffer.from([0x2d, 0xff, 0xfe]));
    await expect(loadTemplates(files)).rejects.toThrow("not UTF-8");
  });

  it("come from beside the bundle, else from the repository", () => {
    expect(shippedFolder()).toBe(join(import.meta.dirname, "..", "..", "prompts"));
  });
});

describe("importing a published text", () => {
  // Written by us in the form of such texts.
  const text = `Maths with learning from errors

You help pupils. Look at {{this}} and {% that %}.
Rules:
1. Be right.
Form:
1. Question: [QUESTION]
Answer: [Answer]
---system---
The pupil had: [QUESTION] The pupil's answer: [Student's WRONG ANSWER] Now generate x samples.

MBPP with learning from errors by contrast

Form: 1. Question: [QUESTION] Code: [PYTHON CODE]
Solved: [QUESTION1] ... [QUESTIONk]
Failed: [QUESTION]
Answer: [Student's WRONG ANSWER]
Write x code samples.
`;
  const imported = importPublished(text);

  it("makes one template a prompt, with strategy and family", () => {
    expect(imported.map((item) => item.name)).toEqual(["paper-le-math.prompt", "paper-lec-code.prompt"]);
    for (const item of imported) expect(item.diagnostics).toEqual([]);
  });

  it("keeps every word and fills the placeholders, but not those of the return format", () => {
    const template = parseTemplate(imported[0]?.text ?? "", "x").template;
    if (template === null) throw new Error("no template");
    const given = {
      question: "Q?",
      response: "R!",
      samples: 5,
      reference: null,
      family: "math",
      benchmark: "b",
      group: null,
    };
    const all = renderTemplate(template, given)
      .map((message) => message.content)
      .join("\n");
    expect(all).toBe(
      "You help pupils. Look at {{this}} and {% that %}.\nRules:\n1. Be right.\nForm:\n1. Question: [QUESTION]\nAnswer: [Answer]\n---system---\nThe pupil had: Q? The pupil's answer: R! Now generate 5 samples.",
    );
  });

  it("turns the numbered questions into the contrast set", () => {
    const template = parseTemplate(imported[1]?.text ?? "", "x").template;
    if (template === null) throw new Error("no template");
    const all = renderTemplate(template, {
      question: "Q?",
      response: "R",
      samples: 2,
      correct_questions: ["c1", "c2"],
    });
    expect(all.map((message) => message.content).join("\n")).toBe(
      "Form: 1. Question: [QUESTION] Code: [PYTHON CODE]\nSolved: c1\n\nc2\nFailed: Q?\nAnswer: R\nWrite 2 code samples.",
    );
  });

  it("adds what a text without places lacks, and says so", () => {
    const [only] = importPublished(
      "Make new questions like the Given Question.\n1. Question: [QUESTION] Answer: [ANSWER]",
    );
    expect(only?.name).toBe("paper-auggpt-any.prompt");
    expect(only?.notes).toHaveLength(3);
    expect(only?.diagnostics).toEqual([]);
    expect(() => importPublished(" \n")).toThrow("empty");
  });
});
