import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { registerScore, scoreCommand, type ScoreRequest, scoreText } from "../../src/cli/commands/score.js";
import { Fault } from "../../src/engine/fault.js";
import type { ScoreResult } from "../../src/engine/evaluation/index.js";
import { ScriptedRunner } from "../families/support.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "preceptor-score-"));
});

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const lines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");

function run(request: Partial<ScoreRequest> & Pick<ScoreRequest, "files">, runner = new ScriptedRunner(() => true)) {
  const services = { createRunner: async () => runner, signal: new AbortController().signal, note: () => undefined };
  return scoreCommand({ benchmark: "gsm8k", protocol: "paper", ...request }, services);
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const thrown: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (thrown instanceof Fault) return thrown;
  throw new Error(`expected a fault, got ${String(thrown)}`);
}

const sums = [
  { id: "a", question: "1 + 1?", answer: "It is <<1+1=2>>2.\n#### 2", response: "The answer is 2.", verdict: true },
  { id: "b", question: "1,000 + 1?", answer: "#### 1,001", response: "The answer is 1,001. Add 1.", verdict: true },
  { id: "c", question: "2 + 2?", answer: "A: 4", response: "It is 5.", verdict: false },
];

describe("score", () => {
  it("prints exactly the fields of its contract", async () => {
    const result = await run({ files: [write("sums.jsonl", lines(sums))] });
    expect(Object.keys(result)).toEqual([
      "n",
      "correct",
      "accuracy",
      "interval",
      "disputed",
      "artefacts",
      "faults",
      "agreement",
    ]);
    expect(result).toMatchObject({
      n: 3,
      correct: 1,
      accuracy: 1 / 3,
      disputed: 1,
      artefacts: 1,
      faults: [],
      agreement: { compared: 3, differ: 1, cases: ["b"] },
    });
    expect(scoreText(result)).toContain("1 of 3 right: 33.33 %");
  });

  it("the clean protocol and a named extractor change verdicts", async () => {
    const files = [write("sums.jsonl", lines(sums))];
    expect((await run({ files, protocol: "clean" })).correct).toBe(2);
    expect((await run({ files, protocol: "clean", extractor: "last-number" })).correct).toBe(1);
    expect((await run({ files, extractor: "after-hashes" })).correct).toBe(0);
  });

  it("reads gzipped files, JSON arrays inside objects, and CSV", async () => {
    const gz = write("sums.jsonl.gz", gzipSync(lines(sums)));
    expect((await run({ files: [gz] })).n).toBe(3);
    const json = write("results.json", JSON.stringify({ meta: 1, run: { outputs: sums } }));
    expect((await run({ files: [json], rows: "run.outputs" })).n).toBe(3);
    const csv = write("sums.csv", 'id,answer,response\n7,#### 12,"first\nthen 12"\n');
    expect(await run({ files: [csv] })).toMatchObject({ n: 1, correct: 1 });
  });

  it("follows dotted paths", async () => {
    const rows = sums.map(({ answer, response, verdict }) => ({
      gold: { text: answer },
      model: { out: [response], ok: verdict },
    }));
    const map = ["gold=gold.text", "response=model.out.0", "verdict=model.ok"];
    const result = await run({ files: [write("nested.jsonl", lines(rows))], map });
    expect(result.agreement).toEqual({ compared: 3, differ: 1, cases: ["1"] });
  });

  it("takes a file's published verdict, and names rows by file where there are several", async () => {
    const right = write("right.jsonl", lines([{ answer: "#### 3", response: "3" }]));
    const wrong = write("wrong.jsonl", lines([{ answer: "#### 3", response: "3" }]));
    const result = await run({ files: [right, wrong], verdict: [`${right}=true`, "wrong.jsonl=false"] });
    expect(result.agreement).toEqual({ compared: 2, differ: 1, cases: ["wrong.jsonl#0"] });
  });

  it.each<readonly [string, string, number]>([
    ["None", "It cannot be determined.", 1],
    ["1/4", "The answer is 0.25.", 1],
    ["51.0", "51", 1],
    ["so 12 apples", "12", 1],
    ["#### -7", "-7", 1],
    ["70000.0", "It costs $70,000.", 1],
  ])("understands the gold %j", async (answer, response, correct) => {
    const files = [write("gold.jsonl", lines([{ answer, response }]))];
    expect((await run({ files, benchmark: "gsm-plus", protocol: "clean" })).correct).toBe(correct);
  });

  it("judges options in fields of their own, in lists, and with numeric labels", async () => {
    const rows = [
      { question: "q", A: "red", B: "green", C: "blue", D: "grey", answer: "B", response: "The answer is B." },
      { question: "q", choices: ["red", "green"], answer: 1, response: "The answer is B." },
      {
        question: {
          stem: "q",
          choices: [
            { text: "red", label: "1" },
            { text: "green", label: "2" },
          ],
        },
        answerKey: "2",
        response: "The answer is B.",
      },
    ];
    const files = [write("options.jsonl", lines(rows))];
    const map = ["question=response"];
    expect(await run({ files, map, benchmark: "arc-challenge", protocol: "clean" })).toMatchObject({
      n: 3,
      correct: 3,
    });
    const named = [write("named.jsonl", lines([{ w: "red", x: "green", gold: "x", response: "The answer is B." }]))];
    expect(await run({ files: named, benchmark: "mmlu", map: ["options=w,x"] })).toMatchObject({ n: 1, correct: 1 });
  });

  it("runs programs, with the prompt in front of a body", async () => {
    const row = {
      task_id: "T/1",
      prompt: "def f(x):\n",
      entry_point: "f",
      test: "def check(candidate):\n    assert candidate(1) == 1\n",
      solution: "    return x",
      is_solved: true,
    };
    const runner = new ScriptedRunner((program) => program === "def f(x):\n    return x\n");
    const files = [write("programs.jsonl", lines([row]))];
    const result = await run(
      { files, benchmark: "humaneval", map: ["response=solution", "verdict=is_solved"] },
      runner,
    );
    expect(result).toMatchObject({ n: 1, correct: 1, agreement: { compared: 1, differ: 0 } });
    expect(runner.tasks[0]).toMatchObject({ entryPoint: "f", tests: { kind: "check" }, timeoutMs: 20_000 });
    expect(runner.tasks).toHaveLength(1);
  });

  it("MBPP's answers are programs: a body gets its prompt only where the prompt is mapped", async () => {
    const row = { prompt: "def f(x):\n", entry_point: "f", test: "assert f(1) == 1", response: "    return x" };
    const runner = new ScriptedRunner((program) => program.startsWith("def f"));
    const files = [write("bodies.jsonl", lines([row]))];
    expect((await run({ files, benchmark: "mbpp" }, runner)).correct).toBe(0);
    expect((await run({ files, benchmark: "mbpp", map: ["prompt=prompt"] }, runner)).correct).toBe(1);
    expect((await run({ files, benchmark: "mbpp-paper" }, runner)).correct).toBe(1);
  });

  it("takes MBPP's own assertions with setup and imports", async () => {
    const row = {
      task_id: 7,
      test_list: ["assert set(total([1])) == {1}", "assert total([]) == []"],
      test_imports: ["import math"],
      test_setup_code: "x = 1",
      response: "def total(x): return x",
    };
    const runner = new ScriptedRunner(() => true);
    await run({ files: [write("mbpp.jsonl", lines([row]))], benchmark: "mbpp" }, runner);
    expect(runner.tasks[0]).toMatchObject({
      entryPoint: "total",
      tests: { kind: "assertions", code: row.test_list, imports: ["import math"], setup: "x = 1" },
    });
  });

  it("a harness that fails for one program is a fault of that row, never a wrong answer", async () => {
    const runner = new ScriptedRunner((program) => {
      if (program.includes("bad")) throw new Fault("sandbox", "The sandbox went away.", { remedy: "Run it again." });
      return true;
    });
    const row = { prompt: "def f(x):\n", entry_point: "f", test: "assert f(1)" };
    const rows = [
      { ...row, response: "def f(x): return 1" },
      { ...row, response: "def f(x): return bad" },
    ];
    const result = await run({ files: [write("broken.jsonl", lines(rows))], benchmark: "humaneval" }, runner);
    expect(result).toMatchObject({
      n: 1,
      correct: 1,
      faults: [{ row: 1, field: null, message: "The sandbox went away." }],
    });
  });

  it("rows that lack a field are listed, the others judged", async () => {
    const files = [
      write(
        "gaps.jsonl",
        lines([sums[0], { id: "x", answer: "#### 1" }, { id: "y", response: "1", answer: "none at all" }]),
      ),
    ];
    const result = await run({ files, map: ["gold=answer"] });
    expect(result.n).toBe(1);
    expect(result.faults.map(({ id, field }) => [id, field])).toEqual([
      ["x", "response"],
      ["y", "gold"],
    ]);
  });
});

describe("bad input", () => {
  it.each<readonly [string, Partial<ScoreRequest>, string]>([
    ["a benchmark", { benchmark: "gsm9k" }, "--benchmark"],
    ["a protocol", { protocol: "fair" }, "--protocol"],
    ["an extractor", { extractor: "magic" }, "--extractor"],
    ["an extractor of another family", { extractor: "option-letter" }, "--extractor"],
    ["a field", { map: ["answr=x"] }, "--map"],
    ["a mapping", { map: ["gold"] }, "--map"],
    ["a mapping twice", { map: ["gold=answer", "gold=id"] }, "--map"],
    ["a path in no row", { map: ["response=nowhere"] }, "--map response"],
    ["a file of a verdict", { verdict: ["other.jsonl=true"] }, "--verdict"],
    ["a verdict", { verdict: ["sums.jsonl=maybe"] }, "--verdict"],
  ])("%s that does not exist is a fault with place and remedy", async (_name, request, field) => {
    const fault = await faultOf(run({ files: [write("sums.jsonl", lines(sums))], ...request }));
    expect(fault.kind).toBe("usage");
    expect(fault.details).toMatchObject({ field });
    expect(fault.details.remedy).toBeTruthy();
  });

  it("a missing file and no file at all are faults", async () => {
    expect((await faultOf(run({ files: [join(folder, "absent.jsonl")] }))).details.file).toContain("absent.jsonl");
    expect((await faultOf(run({ files: [] }))).kind).toBe("usage");
  });
});

it("is a command that prints one JSON document", async () => {
  const written: string[] = [];
  const stdout = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  try {
    const program = new Command("preceptor").option("--json").exitOverride();
    registerScore(program);
    const file = write("sums.jsonl", lines(sums));
    const argv = [
      "--json",
      "score",
      file,
      "--benchmark",
      "gsm8k",
      "--protocol",
      "paper",
      "--map",
      "gold=answer",
      "--map",
      "id=id",
    ];
    await program.parseAsync(argv, { from: "user" });
  } finally {
    process.stdout.write = stdout;
  }
  const result = JSON.parse(written.join("")) as ScoreResult;
  expect(result).toMatchObject({ n: 3, correct: 1 });
});
