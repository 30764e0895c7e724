import { existsSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import * as rows from "../../src/adapters/rows/index.js";
import { checkBenchmark } from "../../src/adapters/fetch/index.js";
import {
  assertRoles,
  benchmarks,
  filePath,
  filesOf,
  findBenchmark,
  loadBenchmark,
  overlaps,
  withoutEvaluated,
  type LoadedSplit,
} from "../../src/engine/benchmarks/index.js";
import {
  checkEquations,
  familyOf,
  type BigBenchData,
  type Case,
  type ChoiceData,
  type CodeData,
  type MathData,
} from "../../src/engine/families/index.js";

const data = path.resolve(import.meta.dirname, "../../../shared/data");
const absent = !existsSync(data);
const note = absent ? " (skipped: ../shared/data with the upstream files is not here)" : "";

const loaded = new Map<string, Promise<LoadedSplit>>();
async function load(name: string, split: string): Promise<LoadedSplit> {
  const key = `${name}/${split}`;
  const known = loaded.get(key) ?? loadBenchmark(findBenchmark(name), split, rows, data);
  loaded.set(key, known);
  return known;
}

async function casesOf<Data>(name: string, split: string): Promise<Case<Data>[]> {
  return (await load(name, split)).cases.map((testCase) => ({ ...testCase, data: testCase.data as Data }));
}

function count<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.filter(test).length;
}

describe.skipIf(absent)(`the upstream files${note}`, () => {
  it("are the pinned ones and hold the published numbers of cases", { timeout: 120_000 }, async () => {
    const wrong: string[] = [];
    let checked = 0;
    for (const benchmark of benchmarks) {
      const { files, splits } = await checkBenchmark(benchmark, data, rows);
      // MATH's 5,000 problems are larger than what can be kept beside the project.
      const differing = files.filter(({ state, path: name }) => state !== "ok" && name !== "math/math_test5000.jsonl");
      wrong.push(...differing.map((file) => `${file.path} ${file.state}`));
      for (const { split, cases, expected, fault } of splits) {
        if (benchmark.name === "math" && split === "test") continue;
        checked += 1;
        if (fault !== null || cases !== expected) wrong.push(`${benchmark.name}/${split} ${cases} ${fault?.message}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBe(24);
  });

  it("GSM8K: golds with commas and negative ones", async () => {
    const train = await casesOf<MathData>("gsm8k", "train");
    const test = await casesOf<MathData>("gsm8k", "test");
    expect(count(train, ({ data: { gold } }) => gold.startsWith("-"))).toBe(3);
    expect(count(test, ({ data: { gold } }) => gold.startsWith("-"))).toBe(2);
    expect(count(train, ({ data: { solution } }) => /#### -?\d+,\d/.test(solution ?? ""))).toBe(79);
    expect(count(test, ({ data: { solution } }) => /#### -?\d+,\d/.test(solution ?? ""))).toBe(14);
    expect([...train, ...test].every(({ data: { gold } }) => /^-?\d+$/.test(gold))).toBe(true);
    expect(count(test, ({ question }) => question.includes("  "))).toBe(336);
    expect(count(test, ({ question }) => /[^\p{ASCII}]/u.test(question))).toBe(60);
  });

  it("GSM-Plus: None, fractions, decimals, one spelling of the perturbation types", async () => {
    const cases = await casesOf<MathData>("gsm-plus", "testmini");
    expect(count(cases, ({ data: { answerKind } }) => answerKind === "none")).toBe(300);
    expect(count(cases, ({ data: { gold } }) => gold.includes("/"))).toBe(7);
    expect(count(cases, ({ data: { gold } }) => gold.includes("."))).toBe(154);
    expect(count(cases, ({ group }) => group === "distractor insertion")).toBe(300);
    const paper = await casesOf<MathData>("gsm-plus-paper", "test");
    expect(count(paper, ({ group }) => group === "distractor insertion")).toBe(200);
    expect(count(paper, ({ data: { answerKind } }) => answerKind !== "number")).toBe(0);
  });

  it("MATH: every gold is in the last box of the solution", async () => {
    const cases = await casesOf<MathData>("math", "test-500");
    const file = findBenchmark("math").splits["test-500"]?.files[0];
    const raw = await rows.readRows(filePath(data, file ?? { path: "" }));
    const solutions = raw.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== "answer")));
    const boxed = await loadBenchmark(
      findBenchmark("math"),
      "test-500",
      { readText: rows.readText, readRows: async () => solutions },
      data,
    );
    const differing = boxed.cases.filter((testCase, index) => {
      const gold = (text: string | undefined) => text?.replaceAll(/\s/g, "");
      return gold((testCase.data as MathData).gold) !== gold(cases[index]?.data.gold);
    });
    expect(differing.map(({ id }) => id)).toEqual([]);
    expect(new Set(cases.map(({ group }) => group)).size).toBe(7);
  });

  it("SVAMP: 358 bodies without their end, integral golds, one misspelt type", async () => {
    const cases = await casesOf<MathData>("svamp", "test");
    const raw = await rows.readRows(path.join(data, "svamp/SVAMP.json"));
    const texts = raw.map(({ Body, Question }) => [String(Body).trim(), String(Question).trim()] as const);
    expect(count(texts, ([body]) => !body.endsWith("."))).toBe(358);
    expect(cases.map(({ question }) => question)).toEqual(
      texts.map(([body, question]) => `${body.endsWith(".") ? body : `${body}.`} ${question}`),
    );
    expect(cases.every(({ data: { gold } }) => /^\d+$/.test(gold))).toBe(true);
    expect(count(cases, ({ group }) => group === "Common-Division")).toBe(166);
    // The equation is the solution: one row has another answer than its value, and one is a number alone.
    const checked = cases.map(({ data: { solution } }) => checkEquations(solution ?? ""));
    const wrong = checked.flat().filter(({ ok }) => !ok);
    expect(wrong.map(({ evidence }) => evidence)).toEqual(["( 4 - 2 ) + 3 is 5, not 1"]);
    expect(cases.filter((_, index) => checked[index]?.length !== 1).map(({ data }) => data.solution)).toEqual([
      "8 = 8",
    ]);
  });

  it("MMLU: line breaks, equal options, options with commas, letters of the golds, 32 questions of both sides", async () => {
    const test = await casesOf<ChoiceData>("mmlu", "test");
    const letters = ["A", "B", "C", "D"].map((letter) => count(test, ({ data: { gold } }) => gold === letter));
    expect(letters).toEqual([3222, 3462, 3582, 3776]);
    expect(count(test, ({ question }) => question.includes("\n"))).toBeGreaterThan(1000);
    const equal = test.filter(({ data: { options } }) => new Set(options.map(({ text }) => text)).size < 4);
    expect(equal.length).toBeGreaterThanOrEqual(9);
    expect(test.some(({ data: { options } }) => options.some(({ text }) => text === "0,1"))).toBe(true);
    expect(new Set(test.map(({ group }) => group)).size).toBe(57);
    const target = [...(await load("mmlu", "validation")).cases, ...(await load("mmlu", "dev")).cases];
    expect(target).toHaveLength(1816);
    expect(target.find(({ question }) => question.includes("Will to Truth"))?.question).toMatch(/Truth\?"$/);
    expect(() => assertRoles(target, test)).toThrow(/32 cases/);
    const { cases, removed } = withoutEvaluated(target, test);
    expect(removed).toHaveLength(32);
    expect(() => assertRoles(cases, test)).not.toThrow();
    expect(overlaps((await load("mmlu", "paper-train")).cases, target)).toHaveLength(1816);
  });

  it("ARC: 22 rows with numbered labels, 3 to 5 options", async () => {
    const test = await casesOf<ChoiceData>("arc-challenge", "test");
    const sizes = [3, 4, 5].map((size) => count(test, ({ data: { options } }) => options.length === size));
    expect(sizes).toEqual([4, 1165, 3]);
    const raw = await rows.readRows(path.join(data, "arc_challenge/ARC-Challenge-Test.jsonl"));
    const numbered = raw.flatMap(({ answerKey }, index) => (/^\d$/.test(String(answerKey)) ? [index] : []));
    expect(numbered).toHaveLength(22);
    for (const index of numbered) {
      expect(test[index]?.data.gold).toBe("ABCD"[Number(raw[index]?.["answerKey"]) - 1]);
    }
    const dev = await casesOf<ChoiceData>("arc-challenge", "dev");
    expect(count(dev, ({ data: { gold } }) => gold === "E")).toBe(1);
    expect([...test, ...dev].every(({ data: { options, gold } }) => options.some(({ label }) => label === gold))).toBe(
      true,
    );
  });

  it("MBPP: no carriage returns, two tasks with setup, a function for each, 257 sanitized tests", async () => {
    const splits = await Promise.all(
      ["prompt", "test", "validation", "train"].map(async (name) => casesOf<CodeData>("mbpp", name)),
    );
    const all = splits.flat();
    expect(all).toHaveLength(974);
    expect(count(all, ({ data: { reference } }) => reference?.includes("\r") === true)).toBe(0);
    expect(all.filter(({ data: { tests } }) => tests.setup !== "").map(({ id }) => id)).toEqual(["367", "927"]);
    expect(count(all, ({ data: { entryPoint } }) => entryPoint === null)).toBe(0);
    expect(all.every(({ data: { tests } }) => tests.code.length === 3 && tests.kind === "assertions")).toBe(true);
    const sanitized = await casesOf<CodeData>("mbpp-sanitized", "test");
    expect(sanitized).toHaveLength(257);
    expect(sanitized.some(({ data: { tests } }) => tests.imports.includes("import math"))).toBe(true);
    const paper = await casesOf<CodeData>("mbpp-paper", "train");
    expect([paper[0]?.id, paper.at(-1)?.id]).toEqual(["511", "974"]);
    expect(paper.every(({ data: { reference, tests } }) => reference === null && tests.kind === "check")).toBe(true);
  });

  it("HumanEval: helpers in four prompts, references that begin with the prompt", async () => {
    const cases = await casesOf<CodeData>("humaneval", "test");
    const helpers = cases.filter(({ data: { prefix } }) => (prefix?.match(/^def /gm) ?? []).length > 1);
    expect(helpers.map(({ id }) => id)).toEqual(["HumanEval/10", "HumanEval/32", "HumanEval/38", "HumanEval/50"]);
    expect(cases.every(({ data: { prefix, reference } }) => reference?.startsWith(prefix ?? "-") === true)).toBe(true);
    expect(count(cases, ({ data: { tests } }) => tests.code.join("").includes("METADATA"))).toBe(64);
  });

  it("BBH: 27 tasks, canaries outside of prompts, the three wrong targets as they are", async () => {
    const { cases, canary } = await load("bbh", "test");
    expect(new Set(cases.map(({ group }) => group)).size).toBe(27);
    expect(canary).toMatch(/canary GUID [0-9a-f-]{36}$/);
    const text = await rows.readText(path.join(data, "bbh/bbh/navigate.json"));
    expect(text).toContain(canary);
    expect(cases.some(({ data }) => JSON.stringify(data).includes("canary GUID"))).toBe(false);
    const shots = cases.map(({ data }) => (data as BigBenchData).shots ?? "");
    expect(shots.every((prompt) => (prompt.match(/^A: Let's think step by step\./gm) ?? []).length === 3)).toBe(true);
    const wordy = cases.filter(
      ({ group, data }) =>
        ["movie_recommendation", "ruin_names"].includes(group ?? "") &&
        !/^\([A-Z]\)$/.test((data as BigBenchData).gold),
    );
    expect(wordy).toHaveLength(3);
    expect(count(cases, ({ group }) => group === "causal_judgement")).toBe(187);
  });

  it("recorded outputs: a raw U+0085 inside a row is no line end", async () => {
    const folder = path.join(data, "outputs/mistral7b_llms_as_instructors");
    const wrong = await rows.readRows(path.join(folder, "mmlu__mistral__Train_raw_wrong.jsonl.gz"));
    expect(wrong).toHaveLength(724);
    expect(count(wrong, (row) => JSON.stringify(row).includes("\u0085"))).toBe(1);
  });

  it("have different keys everywhere and the data that their families expect", async () => {
    const keys = new Set<string>();
    let total = 0;
    for (const benchmark of benchmarks) {
      for (const split of Object.keys(benchmark.splits)) {
        if (filesOf(benchmark, [split]).some((file) => !existsSync(filePath(data, file)))) continue;
        const { cases } = await load(benchmark.name, split);
        const schema = familyOf(benchmark.family).data;
        for (const { key, data: content } of cases) {
          keys.add(key);
          // A loader's data is what its family expects, to the field.
          if (!isDeepStrictEqual(schema.parse(content), content)) throw new Error(`the family changes ${key}`);
        }
        total += cases.length;
      }
    }
    expect(keys.size).toBe(total);
  });
});
