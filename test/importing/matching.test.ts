import { describe, expect, it } from "vitest";
import type { Case } from "../../src/engine/families/index.js";
import {
  CaseIndex,
  columnsOf,
  importedHash,
  matchRows,
  mergeImported,
  parseImportMapping,
  proposeMappings,
  rememberedMapping,
  rememberMapping,
  verdictOf,
  type ImportedDocument,
  type RecordedContent,
} from "../../src/engine/importing/index.js";

function caseOf(split: string, id: string, question: string, options?: readonly string[]): Case {
  const data = options === undefined ? {} : { options: options.map((text, at) => ({ label: "ABCD"[at], text })) };
  const key = `quiz/${split}/${id}`;
  return { key, benchmark: "quiz", split, id, hash: key, family: "math", group: null, question, data };
}

function content(rows: readonly object[]): RecordedContent {
  return {
    format: "rows",
    task: null,
    model: null,
    rows: rows.map((fields, row) => ({ row, line: row + 1, fields: fields as { [field: string]: unknown } })),
    leftOut: [],
  };
}

function match(index: CaseIndex, rows: readonly object[], mapping: Parameters<typeof matchRows>[1]): string[] {
  const { matched, leftOut } = matchRows(content(rows).rows, mapping, index, new Map());
  const found = [
    ...matched.map(({ row, key }) => [row, key] as const),
    ...leftOut.map(({ row, reason }) => [row, reason] as const),
  ];
  return found.sort((a, b) => a[0] - b[0]).map(([, text]) => text);
}

const sums = new CaseIndex({
  name: "sums",
  target: [caseOf("train", "0", "1+1?"), caseOf("train", "1", "2+2?"), caseOf("train", "2", "1+1?")],
  evaluation: [caseOf("test", "0", "9+9?")],
});

describe("rows and cases", () => {
  it("belong together by the question, white space folded; repeated questions take rows in order", () => {
    const rows = ["1+1?", " 2+2?\n", "1+1?", "1+1?", "9+9?", "7?"].map((q) => ({ q, r: "2" }));
    expect(match(sums, rows, { question: "q", response: "r" })).toEqual([
      "quiz/train/0",
      "quiz/train/1",
      "quiz/train/2",
      "duplicate",
      "quiz/test/0",
      "no-case",
    ]);
  });

  it("do not belong together by a row number beside a strange question", () => {
    const rows = [{ id: 1, q: "7?", r: "" }];
    expect(match(sums, rows, { id: "id", question: "q", response: "r" })).toEqual(["no-case"]);
    expect(match(sums, rows, { id: "id", response: "r" })).toEqual(["quiz/train/1"]);
  });

  it("belong together by ids that say something, with or without a benchmark's name in front", () => {
    const tasks = new CaseIndex({
      name: "tasks",
      target: [caseOf("train", "601", "Add."), caseOf("train", "602", "Multiply.")],
      evaluation: [caseOf("test", "11", "Divide.")],
    });
    const rows = ["601", "TASKS/602", "TASKS/11", "TASKS/77"].map((id) => ({ id, prompt: "Write it.", r: "" }));
    expect(match(tasks, rows, { id: "id", question: "prompt", response: "r" })).toEqual([
      "quiz/train/601",
      "quiz/train/602",
      "quiz/test/11",
      "no-case",
    ]);
  });

  it("of a question that both splits have belong to the split that most other rows are about, and are never taught", () => {
    const quiz = new CaseIndex({
      name: "quiz",
      target: [caseOf("train", "0", "1+1?"), caseOf("train", "1", "2+2?")],
      evaluation: [caseOf("test", "0", "9+9?"), caseOf("test", "1", "Both?")],
      shared: ["quiz/test/1"],
    });
    const mapping = { question: "q", response: "r" };
    const rows = (...questions: string[]) => questions.map((q) => ({ q, r: "2" }));
    expect(match(quiz, rows("Both?", "1+1?"), mapping)).toEqual(["evaluated", "quiz/train/0"]);
    expect(match(quiz, rows("Both?", "9+9?"), mapping)).toEqual(["quiz/test/1", "quiz/test/0"]);
    expect(match(quiz, rows("Both?"), mapping)).toEqual(["quiz/test/1"]);
    // The row that was left out of one file does not stand in the way of another one.
    const taken = new Map<string, "duplicate" | "already">();
    const files = [rows("Both?", "1+1?"), rows("Both?", "9+9?")].map((each) => content(each).rows);
    const found = files.map((each) => matchRows(each, mapping, quiz, taken).matched.map(({ evaluated }) => evaluated));
    expect(found).toEqual([[false], [true, true]]);
  });

  it("of a numbered benchmark do not belong to an evaluated case by a number that no target case has", () => {
    const rows = [{ id: 7, r: "" }];
    const one = new CaseIndex({
      name: "one",
      target: [caseOf("train", "0", "1+1?")],
      evaluation: Array.from({ length: 9 }, (_, at) => caseOf("test", String(at), `${at}?`)),
    });
    expect(match(one, rows, { id: "id", response: "r" })).toEqual(["no-case"]);
  });

  it("with the same question are told apart by their options, and other options are never taken for the case's", () => {
    const quiz = new CaseIndex({
      name: "quiz",
      target: [
        caseOf("dev", "0", "Which is right?", ["red", "blue"]),
        caseOf("dev", "1", "Which is right?", ["up", "down"]),
      ],
      evaluation: [],
    });
    const rows = [
      { q: "Which is right?", A: "up", B: "down", r: "A" },
      { q: "Which is right?", A: "blue", B: "red", r: "A" },
    ];
    const mapping = { question: "q", options: "A,B", response: "r" };
    expect(match(quiz, rows, mapping)).toEqual(["quiz/dev/1", "other-options"]);
    const listed = rows.map(({ A, B, ...row }) => ({ ...row, choices: { label: ["A", "B"], text: [A, B] } }));
    expect(match(quiz, listed, { ...mapping, options: "choices" })).toEqual(["quiz/dev/1", "other-options"]);
    expect(proposeMappings(content(rows), columnsOf(content(rows).rows), [quiz])[0]?.mapping.options).toBe("A,B");
  });

  it("without a response are left out", () => {
    expect(match(sums, [{ q: "1+1?" }, { q: "1+1?", r: "" }], { question: "q", response: "r" })).toEqual([
      "no-response",
      "quiz/train/0",
    ]);
  });
});

describe("a proposed mapping", () => {
  const rows = [
    {
      idx: 0,
      given: { input: "Q: 1+1?" },
      problem: "1+1?",
      gold: "2",
      run: { solution: "Two, as", is_correct: true },
      passed: "True",
    },
    { idx: 1, given: { input: "Q: 2+2?" }, problem: "2+2?", gold: "4", run: { solution: "1+1?" }, passed: "False" },
  ];

  it("takes the column that holds the benchmark's questions, not the one that is called so", () => {
    const columns = columnsOf(content(rows).rows);
    const [proposal, ...others] = proposeMappings(content(rows), columns, [sums]);
    expect(proposal).toEqual({
      benchmark: "sums",
      mapping: { question: "problem", response: "run.solution", verdict: "passed" },
      matched: 2,
      evaluated: 0,
    });
    expect(others).toEqual([]);
  });

  it("prefers the benchmark that has more of the rows, and of forms with the same ids the one with the questions", () => {
    const tasks = ["601", "602"].map((id) => ({ task_id: id, prompt: `Do ${id}.`, completion: "pass" }));
    const form = (name: string, question: (id: string) => string): CaseIndex =>
      new CaseIndex({
        name,
        target: ["601", "602", "603"].map((id) => caseOf("train", id, question(id))),
        evaluation: [],
      });
    const indexes = [form("other", (id) => `Write ${id}.`), form("meant", (id) => `Do ${id}.`), sums];
    const proposals = proposeMappings(content(tasks), columnsOf(content(tasks).rows), indexes);
    expect(proposals.map(({ benchmark, matched }) => [benchmark, matched])).toEqual([
      ["meant", 2],
      ["other", 2],
    ]);
  });

  it("takes row numbers for ids only where the benchmark was named", () => {
    const numbered = content([{ id: "1", response: "4" }]);
    const columns = columnsOf(numbered.rows);
    expect(proposeMappings(numbered, columns, [sums])).toEqual([]);
    const mapping = { id: "id", response: "response" };
    expect(proposeMappings(numbered, columns, [sums], "sums")).toMatchObject([{ mapping, matched: 1 }]);
  });

  it("is nothing where no row belongs to a case", () => {
    const strange = content([{ q: "Who?", response: "Nobody." }]);
    expect(proposeMappings(strange, columnsOf(strange.rows), [sums])).toEqual([]);
  });

  it("can be remembered for files with the same columns, in any order", () => {
    const nothing = { version: 1 as const, mappings: [] };
    const once = rememberMapping(nothing, "sums", [{ path: "a" }, { path: "b" }], { question: "a", response: "b" });
    const twice = rememberMapping(once, "sums", [{ path: "b" }, { path: "a" }], {
      question: "b",
      response: "a",
      id: undefined,
    });
    expect(twice.mappings).toHaveLength(1);
    expect(rememberedMapping(twice, "sums", [{ path: "a" }, { path: "b" }])).toEqual({ question: "b", response: "a" });
    expect(rememberedMapping(twice, "sums", [{ path: "a" }])).toBeNull();
    expect(rememberedMapping(twice, "quiz", [{ path: "a" }, { path: "b" }])).toBeNull();
  });

  it("is remembered for a file whose other columns differ, where all its fields are there; the newest one counts", () => {
    const nothing = { version: 1 as const, mappings: [] };
    const columns = (...paths: string[]) => paths.map((path) => ({ path }));
    const options = { question: "q", response: "r", options: "A,B" };
    const older = rememberMapping(nothing, "quiz", columns("q", "r", "A", "B", "note"), options);
    const both = rememberMapping(older, "quiz", columns("q", "r", "s"), { question: "q", response: "s" });
    // `note` was empty in the rows that were looked at.
    expect(rememberedMapping(both, "quiz", columns("q", "r", "A", "B"))).toEqual(options);
    expect(rememberedMapping(both, "quiz", columns("q", "r", "A"))).toBeNull();
    expect(rememberedMapping(both, "quiz", columns("q", "r", "s", "A", "B", "more"))?.response).toBe("s");
    const bare = rememberMapping(nothing, "quiz", columns("q"), { question: "q" });
    expect(rememberedMapping(bare, "quiz", columns("q", "r"))).toBeNull();
  });
});

describe("what was imported", () => {
  const response = (key: string, text: string): ImportedDocument["responses"][number] => ({
    key,
    text,
    verdict: null,
    finish: "stop",
    source: 0,
    row: 0,
  });
  const source = {
    file: "a",
    format: "rows",
    task: null,
    model: null,
    benchmark: "b",
    mapping: {},
    verdicts: "judged",
  } as const;

  it("has a hash of its content, whatever its order and files", () => {
    const [one, two] = [response("a", "1"), response("b", "2")];
    expect(importedHash({ responses: [one, two] })).toBe(
      importedHash({ responses: [{ ...two, row: 7, source: 1 }, one] }),
    );
    expect(importedHash({ responses: [one] })).not.toBe(importedHash({ responses: [{ ...one, verdict: true }] }));
  });

  it("keeps which file each response is from when more is added", () => {
    const before: ImportedDocument = { version: 1, sources: [source, source], responses: [response("a", "1")] };
    const merged = mergeImported(before, { version: 1, sources: [source], responses: [response("b", "2")] });
    expect([merged.sources.length, merged.responses.map((each) => each.source)]).toEqual([3, [0, 2]]);
  });
});

describe("published verdicts and mappings of the command line", () => {
  it.each([
    [true, true],
    ["C", true],
    [1, true],
    ["passed", true],
    ["0.0", false],
    ["I", false],
    ["P", null],
    [0.5, null],
    [null, null],
  ])("%j is %j", (value, verdict) => {
    expect(verdictOf(value)).toBe(verdict);
  });

  it("read only what an import uses", () => {
    expect(parseImportMapping(["id=task_id", "response=a.0"])).toEqual({ id: "task_id", response: "a.0" });
    expect(() => parseImportMapping(["gold=answer"])).toThrow(/does not read this field/u);
  });
});
