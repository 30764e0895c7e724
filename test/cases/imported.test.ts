import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { noFilter } from "../../src/protocol/worker/caseFilter.js";
import type { CaseDetail, CaseRef, SpecialView } from "../../src/protocol/worker/index.js";
import { programText, recordedVerdict, testsText } from "../../src/vscode/cases/layout/code.js";
import { detailsText } from "../../src/vscode/cases/layout/details.js";
import { mathText } from "../../src/vscode/cases/layout/math.js";
import { makeProject, readRecords, shortConfiguration, writeConfiguration } from "../support/project.js";
import { startWorker, type WorkerClient } from "./support.js";
import { words } from "./words.js";

/** A project into which a file's responses were imported with the file's own verdicts: one right and one wrong of each kind. */
let made: ReturnType<typeof makeProject>;
let worker: WorkerClient;
const refs: { [name: string]: { right: CaseRef; wrong: CaseRef } } = {};

beforeAll(async () => {
  made = makeProject(shortConfiguration(["math", "code"], { protocol: "paper" }));
  worker = startWorker();
  const { folder } = made;
  const sources = [];
  for (const name of ["demo-math", "demo-code"]) {
    const rows = readRecords(path.join(folder, "benchmarks", name, "target.jsonl")).slice(0, 2);
    const response = name === "demo-math" ? "It is 62." : "```python\ndef f(x):\n    return x\n```";
    const file = path.join(folder, `${name}-outputs.jsonl`);
    const lines = rows.map((row, index) =>
      JSON.stringify({ prompt: row["question"], output: response, passed: index === 0 }),
    );
    writeFileSync(file, `${lines.join("\n")}\n`);
    const mapping = { question: "prompt", response: "output", verdict: "passed" };
    sources.push({ file, benchmark: name, mapping, verdict: null });
  }
  const result = await worker.ask("import/run", { folder, sources, verdicts: "recorded", again: false });
  expect(result).toMatchObject({ run: "run-1", fault: null, matched: { "demo-math": 2, "demo-code": 2 } });
  const stage = path.join(folder, ".preceptor", "runs", "run-1", "stages", "1-collect", "responses.jsonl");
  for (const name of ["demo-math", "demo-code"]) {
    const of = (correct: boolean): CaseRef => {
      const record = readRecords(stage).find((one) => one["benchmark"] === name && one["correct"] === correct);
      return { run: "run-1", iteration: 1, stage: "collect", key: String(record?.["key"]) };
    };
    refs[name] = { right: of(true), wrong: of(false) };
  }
}, 60_000);
afterAll(() => made.remove());

const detailOf = async (name: string, verdict: "right" | "wrong"): Promise<CaseDetail> => {
  const ref = refs[name]?.[verdict];
  if (ref === undefined) throw new Error(`Nothing was imported for ${name}.`);
  return worker.ask("case/detail", { folder: made.folder, ref });
};

function code({ special }: CaseDetail): Extract<SpecialView, { kind: "code" }> {
  if (special.kind !== "code") throw new Error(`A case of ${special.kind}.`);
  return special;
}

describe("an imported program with the verdict of its file", () => {
  test("has no problem when the file calls it right, and no test that nobody ran passes", async () => {
    const detail = await detailOf("demo-code", "right");
    const verdict = recordedVerdict(detail, code(detail));
    expect(programText(detail, code(detail), verdict, words).marks).toEqual([]);
    expect(testsText(detail, code(detail), verdict, words).marks).toEqual([]);
  });

  test("says when the file calls it wrong that the file does", async () => {
    const detail = await detailOf("demo-code", "wrong");
    const { marks } = programText(detail, code(detail), recordedVerdict(detail, code(detail)), words);
    expect(marks.map(({ problem }) => problem?.message)).toEqual(["wrong by the file"]);
  });

  test("is listed by what was answered, not by who judged it", async () => {
    const set = { benchmark: "demo-math", run: "run-1", iteration: 1, stage: "collect" as const };
    const asked = { folder: made.folder, set, filter: noFilter };
    const { groups } = await worker.ask("benchmarks/groups", { ...asked, by: "outcome" });
    expect(groups.map(({ value }) => value)).toEqual(["wrong"]);
  });
});

describe("an imported answer", () => {
  test("names its file and row, and tells no tokens and no prompt that nobody knows", async () => {
    const detail = await detailOf("demo-math", "wrong");
    expect(detail.imported).toEqual({ file: "demo-math-outputs.jsonl", row: 2, model: null });
    expect(detail.model).toBe("demo-math-outputs.jsonl");
    const { text } = detailsText(detail, [], words);
    expect(text).toContain("imported: demo-math-outputs.jsonl 2\n");
    expect(text).toContain("tokens: not recorded\n");
    expect(text).toContain("model: not recorded\n");
    expect(text).toContain("Prompt that would be sent\n");
    expect(text).not.toContain("cost:");
  });
});

describe("a run that is older than the configuration", () => {
  test("is shown with its own model and under its own protocol", async () => {
    const { folder } = made;
    const file = path.join(folder, "preceptor.json");
    const before = JSON.parse(readFileSync(file, "utf8")) as ConfigurationInput;
    const run = path.join(folder, ".preceptor", "runs", "run-1");
    const started = JSON.parse(readFileSync(path.join(run, "run.json"), "utf8")) as {
      configuration: { models: { [name: string]: { name: string } }; target: string };
    };
    const stage = path.join(run, "stages", "1-collect", "responses.jsonl");
    const records = readRecords(stage);
    // An answer that the target was asked for, on which the protocols disagree: the run's verdict is the paper's.
    const record = structuredClone(records.find(({ key }) => key === refs["demo-math"]?.wrong.key)) as {
      answer: string;
      paper: { correct: boolean; extraction: { value: string | null } };
      clean: { correct: boolean; extraction: { value: string | null } };
    };
    record.answer = "asked";
    record.paper.extraction.value = "62";
    record.clean.correct = true;
    record.clean.extraction.value = "72";
    writeFileSync(stage, `${JSON.stringify(record)}\n`);
    const models = {
      ...before.models,
      other: { provider: "openai", endpoint: "http://127.0.0.1:9/v1", name: "new-7b" },
    };
    writeConfiguration(folder, { ...before, protocol: "clean", models, target: "other" } as ConfigurationInput);
    const detail = await detailOf("demo-math", "wrong");
    const { target, models: then } = started.configuration;
    expect(detail).toMatchObject({ protocol: "paper", model: then[target]?.name, imported: null });
    if (detail.special.kind !== "math") throw new Error("A case of mathematics was expected.");
    expect(mathText(detail, detail.special, words).text).toMatch(/✗ wrong: 62 \(paper\), 72 \(clean\)/u);
  });
});
