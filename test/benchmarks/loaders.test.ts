import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  benchmarks,
  caseHash,
  domainOf,
  filesOf,
  findBenchmark,
  loadBenchmark,
  questionHash,
  type Benchmark,
  type BenchmarkFile,
  type Row,
} from "../../src/engine/benchmarks/index.js";
import { goldAfterHashes, goldInBox, plainNumber } from "../../src/engine/benchmarks/gold.js";
import { joinSentences } from "../../src/engine/benchmarks/loaders/math.js";
import { splitCanary } from "../../src/engine/benchmarks/loaders/bigBench.js";
import { Fault } from "../../src/engine/fault.js";
import { loadRows, MemoryFiles } from "./memory.js";

async function only(name: string, split: string, row: Row) {
  const { cases } = await loadRows(name, split, [row]);
  const [first] = cases;
  if (first === undefined) throw new Error("no case");
  return first;
}

describe("gold answers", () => {
  it.each([
    ["so it is 2,125\n#### 2,125", "2125"],
    ["#### -10", "-10"],
    ["#### 1\nthen more #### 7 \nrest", "7"],
    ["#### $1,000.50", "1000.50"],
    ["#### 1/4", "1/4"],
    ["#### None", "None"],
    ["no mark 5", null],
    ["####", null],
  ])("after the hashes of %j is %j", (text, gold) => {
    expect(goldAfterHashes(text)).toBe(gold);
  });

  it.each([
    ["first \\boxed{1}, last \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}"],
    ["\\boxed{\\left\\{ a, \\{b\\} \\right\\}}", "\\left\\{ a, \\{b\\} \\right\\}"],
    ["\\boxed 7$", "7"],
    ["\\boxed{open", null],
    ["nothing", null],
  ])("in the last box of %j is %j", (text, gold) => {
    expect(goldInBox(text)).toBe(gold);
  });

  it.each([
    ["1,234", "1234"],
    ["-3", "-3"],
    ["−3", "-3"],
    ["+4", "4"],
    [".5", ".5"],
    ["50%", "50"],
    ["-$1,234.50", "-1234.50"],
    ["12,34", null],
    ["1/0", null],
    ["/4", null],
    ["x", null],
    ["", null],
    ["-", null],
    ["3 apples", null],
  ])("reads %j as the number %j", (text, number) => {
    expect(plainNumber(text)).toBe(number);
  });
});

describe("math benchmarks", () => {
  it("reads GSM8K's solution with its annotations and a gold without commas", async () => {
    const answer = "There are 5 * 425 = <<5*425=2125>>2,125 nails.\n#### 2,125";
    const found = await only("gsm8k", "train", { question: "How  many nails are “there”?", answer });
    expect(found).toMatchObject({
      key: "gsm8k/train/0",
      id: "0",
      family: "math",
      group: null,
      question: "How  many nails are “there”?",
      data: { answerKind: "number", gold: "2125", solution: answer },
    });
    expect(found.hash).toBe(caseHash("math", found.question, found.data));
  });

  it("names file, row and field when a gold is missing", async () => {
    const rows = [
      { question: "a", answer: "#### 1" },
      { question: "b", answer: "none" },
    ];
    const fault: unknown = await loadRows("gsm8k", "train", rows).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect((fault as Fault).details).toMatchObject({
      file: "data/gsm8k/train.jsonl",
      field: "[1].answer",
      found: '"none"',
    });
  });

  it.each([
    ["None", { answerKind: "none", gold: "None" }],
    ["1/4", { answerKind: "number", gold: "1/4" }],
    ["4.33", { answerKind: "number", gold: "4.33" }],
    ["-2", { answerKind: "number", gold: "-2" }],
    ["1,250", { answerKind: "number", gold: "1250" }],
  ])("reads GSM-Plus's gold %s", async (answer, data) => {
    const row = { question: "q", solution: `s\n#### ${answer}`, answer, perturbation_type: "distraction insertion" };
    expect(await only("gsm-plus", "testmini", row)).toMatchObject({ group: "distractor insertion", data });
  });

  it("takes the paper's GSM-Plus gold from its own field", async () => {
    const row = {
      question: "q",
      answer: "60 + 60 = #### 120 windows.",
      extracted_answer: "120",
      type: "adding operation",
    };
    expect(await only("gsm-plus-paper", "test", row)).toMatchObject({
      group: "adding operation",
      data: { gold: "120", solution: row.answer },
    });
  });

  it("joins SVAMP's body and question, reads 51.0 as 51 and mends the misspelt type", async () => {
    const row = {
      ID: "chal-1",
      Body: "A box costs 76 coins",
      Question: "How much is it?",
      Answer: 51.0,
      Equation: "( ( 76.0 - 20.0 ) - 5.0 )",
      Type: "Common-Divison",
    };
    expect(await only("svamp", "test", row)).toMatchObject({
      id: "chal-1",
      group: "Common-Division",
      question: "A box costs 76 coins. How much is it?",
      data: { gold: "51", solution: "( 76 - 20 ) - 5 = 51" },
    });
    expect(joinSentences("It is late. ", " Why?")).toBe("It is late. Why?");
    expect(joinSentences('He said "go!"', "Why?")).toBe('He said "go!" Why?');
  });

  it("reads both forms of MATH: the last box of the solution, or the field with the answer", async () => {
    const solution = "First \\boxed{1}, no: \\boxed{\\frac{3}{4}}.";
    const hendrycks = { problem: "p", level: "Level 5", type: "Algebra", solution, idx: 12 };
    expect(await only("math", "test", hendrycks)).toMatchObject({
      id: "12",
      group: "Algebra",
      data: { answerKind: "latex", gold: "\\frac{3}{4}" },
    });
    const row = {
      problem: "p",
      solution,
      answer: "0.75",
      subject: "Geometry",
      level: 5,
      unique_id: "test/geometry/7.json",
    };
    expect(await only("math", "test-500", row)).toMatchObject({
      key: "math/test-500/test/geometry/7.json",
      group: "Geometry",
      data: { gold: "0.75" },
    });
  });
});

describe("multiple choice", () => {
  it("reads MMLU's headerless files with their subject, also with two equal options and line breaks", async () => {
    const mmlu = findBenchmark("mmlu");
    const row = { question: "Pick\none", A: "0,1", B: "same", C: "same", D: "", answer: "D" };
    const paths = mmlu.splits["dev"]?.files.map(({ path }) => `d/${path}`) ?? [];
    const files = new MemoryFiles(Object.fromEntries(paths.map((path) => [path, [row]])));
    const { cases, duplicateQuestions } = await loadBenchmark(mmlu, "dev", files, "d");
    expect(cases).toHaveLength(57);
    expect(duplicateQuestions).toBe(56);
    expect(files.options.get("d/mmlu/dev/virology_dev.csv")?.header).toEqual([
      "question",
      "A",
      "B",
      "C",
      "D",
      "answer",
    ]);
    expect(cases.at(-2)).toMatchObject({
      key: "mmlu/dev/virology/0",
      group: "virology",
      question: "Pick\none",
      data: { options: [{ label: "A", text: "0,1" }, { text: "same" }, { text: "same" }, { text: "" }], gold: "D" },
    });
  });

  it("gives a case of the paper's MMLU file the hash that it has in the upstream files", async () => {
    const row = { question: "Which?", A: "a", B: "b", C: "c", D: "d", answer: "B" };
    const paper = await only("mmlu", "paper-train", { ...row, subject: "virology" });
    expect(paper.group).toBe("virology");
    expect(paper.hash).toBe(caseHash("choice", row.question, paper.data));
    await expect(loadRows("mmlu", "paper-train", [{ ...row, answer: "E", subject: "s" }])).rejects.toThrow(Fault);
  });

  it.each([
    [["1", "2", "3", "4"], "4", "D"],
    [["A", "B", "C"], "C", "C"],
    [["A", "B", "C", "D", "E"], "E", "E"],
  ])("maps ARC's labels %j and key %s to letters", async (labels, answerKey, gold) => {
    const choices = labels.map((label) => ({ label, text: `text ${label}` }));
    const found = await only("arc-challenge", "test", { id: "X_1", question: { stem: "Why?", choices }, answerKey });
    expect(found).toMatchObject({
      id: "X_1",
      question: "Why?",
      data: { gold, options: labels.map((label, index) => ({ label: "ABCDE"[index], text: `text ${label}` })) },
    });
  });

  it("refuses a key that no option has", async () => {
    const question = {
      stem: "Why?",
      choices: [
        { label: "A", text: "a" },
        { label: "B", text: "b" },
      ],
    };
    await expect(loadRows("arc-challenge", "test", [{ id: "1", question, answerKey: "1" }])).rejects.toThrow(Fault);
  });
});

describe("code", () => {
  const row = (task_id: number): Row => ({
    task_id,
    text: "Write a function that doubles.",
    code: "class Node:\r\n  pass\r\ndef helper(x):\r\n  return x\r\ndef double(x):\r\n  return helper(x) * 2",
    test_setup_code: "root = Node()\r\n",
    test_list: ["assert double(1) == 2\r\n", "assert double(helper(2)) == 4"],
    challenge_test_list: ["assert double(0) == 0"],
  });

  it("splits MBPP by task number", async () => {
    const rows = [1, 10, 11, 510, 511, 600, 601, 974].map(row);
    const ids = async (split: string) => (await loadRows("mbpp", split, rows)).cases.map(({ id }) => Number(id));
    expect(await ids("prompt")).toEqual([1, 10]);
    expect(await ids("test")).toEqual([11, 510]);
    expect(await ids("validation")).toEqual([511, 600]);
    expect(await ids("train")).toEqual([601, 974]);
    await expect(loadRows("mbpp", "train", [row(1)])).rejects.toThrow("no cases");
  });

  it("unifies MBPP's line ends, keeps the setup apart, finds the function that the tests call", async () => {
    expect((await only("mbpp", "train", row(700))).data).toEqual({
      entryPoint: "double",
      prefix: null,
      tests: {
        imports: [],
        setup: "root = Node()\n",
        kind: "assertions",
        code: ["assert double(1) == 2\n", "assert double(helper(2)) == 4"],
      },
      reference: "class Node:\n  pass\ndef helper(x):\n  return x\ndef double(x):\n  return helper(x) * 2",
    });
  });

  it("keeps the imports of sanitized MBPP's tests", async () => {
    const sanitized = {
      source_file: "s",
      task_id: 11,
      prompt: "Write it.",
      code: "def f(x):\n  return x",
      test_imports: ["import math"],
      test_list: ["assert math.isclose(f(1.0), 1.0)"],
    };
    expect(await only("mbpp-sanitized", "test", sanitized)).toMatchObject({
      key: "mbpp-sanitized/test/11",
      question: "Write it.",
      data: { tests: { imports: ["import math"], kind: "assertions" } },
    });
  });

  it("puts HumanEval's prompt with its helper in front of the body, and leaves the paper's MBPP without reference", async () => {
    const prompt = 'def helper(x):\n    return x\n\n\ndef triple(x):\n    """Three times."""\n';
    const test = "METADATA = {}\n\ndef check(candidate):\n    assert candidate(1) == 3\n";
    const common = { prompt, entry_point: "triple", test };
    expect(
      await only("humaneval", "test", {
        ...common,
        task_id: "HumanEval/0",
        canonical_solution: "    return helper(x) * 3\n",
      }),
    ).toMatchObject({
      key: "humaneval/test/HumanEval/0",
      question: prompt,
      data: {
        entryPoint: "triple",
        prefix: prompt,
        tests: { kind: "check", code: [test] },
        reference: `${prompt}    return helper(x) * 3\n`,
      },
    });
    expect((await only("mbpp-paper", "train", { ...common, task_id: 511 })).data).toMatchObject({
      prefix: prompt,
      reference: null,
    });
  });
});

describe("BIG-Bench Hard", () => {
  it("keeps the canary out of the prompt and hands it on apart, with targets as they are", async () => {
    const bbh = findBenchmark("bbh");
    const prompt = "Answer questions.\n\nQ: one\nA: two\n-----\nstill the prompt";
    const files = Object.fromEntries(
      (bbh.splits["test"]?.files ?? []).map(({ path, kind }): [string, Row[] | string] => [
        path,
        kind === "rows"
          ? [{ input: "Q?", target: "a text, not a letter" }]
          : `Keep out. canary GUID 0-1\n-----\n${prompt}\n`,
      ]),
    );
    const memory = new MemoryFiles(files);
    const { cases, canary } = await loadBenchmark(bbh, "test", memory, "");
    expect(canary).toBe("Keep out. canary GUID 0-1");
    expect(cases).toHaveLength(27);
    expect(cases[0]).toMatchObject({
      key: "bbh/test/boolean_expressions/0",
      group: "boolean_expressions",
      data: { task: "boolean_expressions", gold: "a text, not a letter", shots: prompt },
    });
    expect(JSON.stringify(cases)).not.toMatch(/canary/i);
    expect(memory.options.get("bbh/bbh/navigate.json")?.rows).toBe("examples");
  });

  it("leaves a prompt without canary as it is", () => {
    expect(splitCanary("a\r\n-----\r\nb\r\n")).toEqual({ canary: null, prompt: "a\n-----\nb" });
  });
});

describe("the table", () => {
  it("has the names that the documentation promises, and says which exist", () => {
    expect(benchmarks.map(({ name }) => name).sort()).toEqual([
      "arc-challenge",
      "bbh",
      "gsm-plus",
      "gsm-plus-paper",
      "gsm8k",
      "humaneval",
      "math",
      "mbpp",
      "mbpp-paper",
      "mbpp-sanitized",
      "mmlu",
      "svamp",
    ]);
    expect(() => findBenchmark("gsm9k")).toThrow(Fault);
  });

  it("pins every upstream file and gives each its own place", () => {
    const files = benchmarks.flatMap((benchmark): BenchmarkFile[] => filesOf(benchmark));
    expect(files).toHaveLength(240);
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    for (const file of files) {
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(file.bytes).toBeGreaterThan(0);
      expect(new URL(file.url ?? "").host).toBe("raw.githubusercontent.com");
    }
  });

  it("names splits that exist, evaluates none that is taught, and states a licence", () => {
    for (const { name, splits, target, evaluation, licence } of benchmarks) {
      for (const split of target) expect(splits[split]?.role, name).toBe("target");
      for (const split of evaluation) expect(splits[split]?.role, name).toBe("evaluation");
      expect(licence.name).not.toBe("");
      expect(licence.holder).not.toBe("");
    }
  });

  it("takes forms of one benchmark for the same domain", () => {
    const [gsm8k, plus, mbpp, paper] = ["gsm8k", "gsm-plus", "mbpp", "mbpp-paper"].map(findBenchmark);
    if (gsm8k === undefined || plus === undefined || mbpp === undefined || paper === undefined)
      throw new Error("table");
    expect(domainOf(paper, [mbpp])).toBe("in");
    expect(domainOf(plus, [gsm8k, mbpp])).toBe("out");
    expect(domainOf(gsm8k, [])).toBe("out");
  });

  it("refuses a split that is not there and two cases with one id", async () => {
    await expect(loadRows("gsm8k", "dev", [])).rejects.toThrow(/no such split/);
    await expect(loadRows("gsm8k", "toString", [])).rejects.toThrow(/no such split/);
    const twice = [1, 1].map(() => ({ ID: "a", Body: "b", Question: "c", Answer: 1, Type: "Addition" }));
    const fault: unknown = await loadRows("svamp", "test", twice).catch((error: unknown) => error);
    expect((fault as Fault).details).toMatchObject({ field: "[1]", found: "a, also in [0]" });
  });

  it("tells a question by its words, not by its white space", () => {
    expect(questionHash("How  many\nare there? ")).toBe(questionHash("How many are there?"));
    expect(questionHash("a")).not.toBe(questionHash("b"));
  });
});

describe("docs/benchmarks.md", () => {
  it("lists every benchmark with its family, default splits and numbers of cases", async () => {
    const text = await readFile(path.resolve(import.meta.dirname, "../../docs/benchmarks.md"), "utf8");
    const table = text.split("\n").filter((line) => line.startsWith("| "));
    const cell = ({ splits }: Benchmark, names: readonly string[]) => {
      const total = names.reduce((sum, name) => sum + (splits[name]?.cases ?? 0), 0);
      return names.length === 0 ? "–" : `${names.join(" + ")} (${total.toLocaleString("en")})`;
    };
    for (const benchmark of benchmarks) {
      const line = table.find((each) => each.startsWith(`| ${benchmark.name} `)) ?? "";
      const cells = line.split("|").map((each) => each.trim());
      const { target, evaluation, family, licence } = benchmark;
      expect(cells.slice(2, 5)).toEqual([family, cell(benchmark, target), cell(benchmark, evaluation)]);
      expect(cells[5]).toContain(licence.name);
    }
  });
});
