import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  defineOwnBenchmark,
  loadBenchmark,
  type FieldMap,
  type OwnBenchmark,
  type Row,
} from "../../src/engine/benchmarks/index.js";
import { dataFiles } from "../../src/adapters/project/index.js";
import { Fault } from "../../src/engine/fault.js";
import { MemoryFiles } from "./memory.js";

async function load(family: string, map: Partial<FieldMap>, rows: readonly Row[], more: Partial<OwnBenchmark> = {}) {
  const own = { name: "mine", family, files: { train: "train.jsonl" }, map: { question: "q", ...map }, ...more };
  const { cases } = await loadBenchmark(
    defineOwnBenchmark(own),
    "train",
    new MemoryFiles({ "/p/train.jsonl": rows }),
    "/p",
  );
  return cases;
}

async function dataOf(family: string, map: Partial<FieldMap>, row: Row) {
  return (await load(family, map, [{ q: "Why?", ...row }]))[0]?.data;
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const thrown: unknown = await work.catch((error: unknown) => error);
  if (!(thrown instanceof Fault)) throw new Error(`expected a fault, not ${JSON.stringify(thrown)}`);
  return thrown;
}

describe("math", () => {
  it.each([
    ["s\n#### 2,125", { answerKind: "number", gold: "2125", solution: "s\n#### 2,125" }],
    [12, { answerKind: "number", gold: "12", solution: null }],
    ["1/4", { answerKind: "number", gold: "1/4", solution: null }],
    ["so \\boxed{\\frac{1}{2}}", { answerKind: "latex", gold: "\\frac{1}{2}", solution: "so \\boxed{\\frac{1}{2}}" }],
    ["so \\boxed{12}", { answerKind: "number", gold: "12", solution: "so \\boxed{12}" }],
    ["x^2", { answerKind: "latex", gold: "x^2", solution: null }],
    ["none", { answerKind: "none", gold: "None", solution: null }],
  ])("reads the gold %j", async (gold, data) => {
    expect(await dataOf("math", { gold: "a.b" }, { a: { b: gold } })).toEqual(data);
  });

  it("prefers a mapped solution, dotted names and paths into lists", async () => {
    const map = { gold: "answers.0", solution: "x.y" };
    expect(await dataOf("math", map, { answers: ["7"], "x.y": "seven" })).toMatchObject({
      gold: "7",
      solution: "seven",
    });
  });
});

describe("multiple choice", () => {
  const texts = ["red", "green", "blue"];
  it.each([
    ["B", 1],
    ["(c)", 2],
    ["b.", 1],
    ["blue", 2],
    [0, 0],
    ["2", 2],
  ])("finds the gold %j in a list of texts", async (gold, index) => {
    expect(await dataOf("choice", { gold: "a", options: "o" }, { o: texts, a: gold })).toEqual({
      options: texts.map((text, at) => ({ label: "ABC"[at], text })),
      gold: "ABC"[index],
    });
  });

  it.each<[string, Partial<FieldMap>, Row]>([
    ["fields of their own", { options: ["A", "B", "C"] }, { A: "red", B: "green", C: "blue", a: "C" }],
    ["labelled objects", { options: "o" }, { o: texts.map((text, at) => ({ label: String(at + 1), text })), a: "3" }],
    ["an object of texts", { options: "o" }, { o: { x: "red", y: "green", z: "blue" }, a: "z" }],
    ["lists of labels and texts", { options: "o" }, { o: { label: ["1", "2", "3"], text: texts }, a: 3 }],
  ])("reads %s", async (_name, map, row) => {
    expect(await dataOf("choice", { gold: "a", ...map }, row)).toEqual({
      options: texts.map((text, at) => ({ label: "ABC"[at], text })),
      gold: "C",
    });
  });

  it("refuses a gold that no option has, and a single option", async () => {
    const map = { gold: "a", options: "o" };
    expect((await faultOf(dataOf("choice", map, { o: texts, a: "D" }))).details.field).toBe("[0].a");
    expect((await faultOf(dataOf("choice", map, { o: texts, a: 3 }))).details.found).toBe("3");
    expect((await faultOf(dataOf("choice", map, { o: ["one"], a: 0 }))).details.allowed).toBe("2 to 26 options");
  });
});

describe("code", () => {
  const reference = "def f(x):\r\n    return x\r\n";
  it("reads assertions as a list or as lines, and finds the function", async () => {
    const wanted = {
      entryPoint: "f",
      prefix: null,
      tests: {
        imports: ["import math"],
        setup: "y = 1\n",
        kind: "assertions",
        code: ["assert f(1) == 1", "assert f(2) == 2"],
      },
      reference: "def f(x):\n    return x\n",
    };
    const map = { test: "t", reference: "r", imports: "i", setup: "s" };
    const row = { r: reference, i: "import math", s: "y = 1\r\n" };
    expect(await dataOf("code", map, { ...row, t: wanted.tests.code })).toEqual(wanted);
    expect(await dataOf("code", map, { ...row, t: "assert f(1) == 1\nassert f(2) == 2\n" })).toEqual(wanted);
  });

  it("reads check(candidate) with prompt and a reference that is only the body", async () => {
    const map = { test: "t", prompt: "p", reference: "r", entry_point: "e" };
    const row = {
      t: "def check(candidate):\n    assert candidate(1) == 1",
      p: "def g(x):\n",
      r: "    return x\n",
      e: "g",
    };
    expect(await dataOf("code", map, row)).toMatchObject({
      entryPoint: "g",
      prefix: "def g(x):\n",
      tests: { kind: "check", code: [row.t] },
      reference: "def g(x):\n    return x\n",
    });
    expect(await dataOf("code", map, { ...row, r: "def g(x):\n    return x" })).toMatchObject({
      reference: "def g(x):\n    return x",
    });
    expect((await faultOf(dataOf("code", { test: "t" }, row))).message).toContain("check(candidate)");
    expect((await faultOf(dataOf("code", { test: "t" }, { t: [] }))).details.allowed).toBe("at least one test");
  });
});

describe("other families", () => {
  it("reads BIG-bench's form and judged benchmarks", async () => {
    expect(await dataOf("bigbench", { gold: "a", group: "g" }, { a: "(A)", g: "navigate" })).toEqual({
      task: "navigate",
      gold: "(A)",
      shots: null,
    });
    expect(await dataOf("judged", { reference: "a" }, { a: "because" })).toEqual({ reference: "because" });
  });
});

describe("the definition", () => {
  const own: OwnBenchmark = {
    name: "mine",
    family: "math",
    files: { target: ["a.jsonl", "b.csv"], evaluation: "/abs/c.json" },
    map: { question: "q", gold: "a", id: "id" },
    header: ["q", "a", "id"],
    rows: "data.rows",
  };

  it("has a split for each list of files, with roles by name or as stated", async () => {
    const benchmark = defineOwnBenchmark(own);
    expect(benchmark).toMatchObject({ name: "mine", target: ["target"], evaluation: ["evaluation"], domain: "in" });
    expect(defineOwnBenchmark({ ...own, target: "evaluation" })).toMatchObject({
      target: ["evaluation"],
      evaluation: ["target"],
    });
    const files = new MemoryFiles({
      "p/a.jsonl": [{ q: "one?", a: 1, id: 7 }],
      "p/b.csv": [{ q: "two?", a: "2", id: "x" }],
      "/abs/c.json": [{ q: "three?", a: "3", id: "x" }],
    });
    const { cases } = await loadBenchmark(benchmark, "target", files, "p/");
    expect(cases.map(({ key }) => key)).toEqual(["mine/target/7", "mine/target/x"]);
    expect((await loadBenchmark(benchmark, "evaluation", files, "p")).cases).toHaveLength(1);
    expect(files.options.get("p/b.csv")).toEqual({ header: ["q", "a", "id"], rows: "data.rows" });
  });

  it("numbers rows over the files of a split where no id is mapped", async () => {
    const benchmark = defineOwnBenchmark({ ...own, map: { question: "q", gold: "a" } });
    const row = { q: "same?", a: 1 };
    const loaded = await loadBenchmark(
      benchmark,
      "target",
      new MemoryFiles({ "a.jsonl": [row, row], "b.csv": [row] }),
      "",
    );
    expect(loaded.cases.map(({ id }) => id)).toEqual(["0", "1", "2"]);
    expect(loaded.duplicateQuestions).toBe(2);
  });

  it.each<[string, Partial<OwnBenchmark>, string]>([
    ["an unknown family", { family: "maths" }, "use.family"],
    ["a mapping without what the family needs", { family: "code" }, "use.map.test"],
    ["no files", { files: {} }, "use.files"],
    ["a name with a slash", { name: "a/b" }, "name"],
    ["a split that has no files", { target: ["train"] }, "benchmarks.mine"],
  ])("refuses %s", (_name, change, field) => {
    const thrown: unknown = (() => {
      try {
        return defineOwnBenchmark({ ...own, ...change });
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(Fault);
    expect((thrown as Fault).kind).toBe("configuration");
    expect((thrown as Fault).details.field).toContain(field);
  });

  it.each<[string, Row, string]>([
    ["without a field", { other: 1 }, "[1].q"],
    ["with an empty question", { q: " ", a: 1 }, "[1].q"],
    ["with a gold of a wrong kind", { q: "b", a: null }, "[1].a"],
  ])("names the row %s", async (_name, row, field) => {
    const fault = await faultOf(load("math", { gold: "a" }, [{ q: "a", a: 1 }, row]));
    expect(fault.details).toMatchObject({ file: "/p/train.jsonl", field });
  });

  it("refuses duplicate ids and empty splits", async () => {
    const row = { q: "a", a: 1, id: "x" };
    expect((await faultOf(load("math", { gold: "a", id: "id" }, [row, row]))).details.found).toContain(
      "x, also in [0]",
    );
    expect((await faultOf(load("math", { gold: "a" }, []))).message).toContain("no cases");
  });
});

describe("a fault of a row in a real file", () => {
  it.each([
    ["mine.csv", 'q,a\n"two\nlines",1\n\nWhy?,\n', 5],
    ["mine.jsonl", '\n{"q":"one","a":1}\n{"q":"two","a":""}\n', 3],
  ])("names the line of %s on which the row begins", async (name, content, line) => {
    const folder = await mkdtemp(path.join(tmpdir(), "own-"));
    try {
      await writeFile(path.join(folder, name), content);
      const own = { name: "mine", family: "math", files: { train: name }, map: { question: "q", gold: "a" } };
      const fault = await faultOf(loadBenchmark(defineOwnBenchmark(own), "train", dataFiles, folder));
      expect(fault.details).toMatchObject({ file: path.join(folder, name), line, field: "a" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
