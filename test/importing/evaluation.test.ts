import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  createImportProject,
  importResponses,
  openImport,
  RecordedFiles,
  type ImportRequest,
  type ImportResult,
} from "../../src/adapters/importing/index.js";
import {
  environmentSecrets,
  estimateSource,
  newRunSource,
  openProject,
  openRun,
  planFacts,
  readReportSource,
  readRun,
  type RunSource,
} from "../../src/adapters/project/index.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { buildReport, planRun, runLoop, type LoopOptions } from "../../src/engine/iteration/index.js";
import { isOpen } from "../../src/vscode/iterations/followedRuns.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { RunFollower } from "../../src/worker/runs/follower.js";
import { makeProject, readRecords, root, shortConfiguration, temporaryFolder } from "../support/project.js";
import { silent } from "../support/watcher.js";

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

const signal = new AbortController().signal;
const read = async (folder: string) => openProject(folder, environmentSecrets({}));

/** A project whose target is a server that is not there: whoever asks it fails. */
function project(families: readonly ("math" | "code")[], change: Partial<ConfigurationInput> = {}): string {
  const endpoint = "http://127.0.0.1:1/v1";
  const target = { provider: "openai" as const, endpoint, name: "none", price: { input: 0, output: 0 } };
  const models = { target, instructor: { provider: "builtin" as const, name: "instructor" as const } };
  const one = makeProject(shortConfiguration(families, { models, target: "target", ...change }));
  made.push(one);
  return one.folder;
}

interface Row {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

/** Cases of a role as the project selects them, 16 of each benchmark's evaluation. */
async function casesOf(folder: string, role: "target" | "evaluation", benchmark = "demo-math"): Promise<Row[]> {
  const { benchmarks } = await openImport(await read(folder));
  const keys = new Set(benchmarks.find(({ name }) => name === benchmark)?.[role].map(({ id }) => id));
  const rows = readRecords(path.join(folder, "benchmarks", benchmark, `${role}.jsonl`)) as unknown[] as Row[];
  return rows.filter(({ id }) => keys.has(id));
}

function written(folder: string, name: string, rows: readonly object[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

/** Answers to cases, of which every third is right. */
function answers(cases: readonly Row[]): object[] {
  return cases.map(({ question, answer }, at) => ({
    question,
    response: `The answer is ${at % 3 === 0 ? answer : -41}.`,
    passed: at % 3 === 0,
  }));
}

async function imports(
  folder: string,
  file: string,
  change: Partial<ImportRequest> = {},
  files = new RecordedFiles(),
  map: { readonly [field: string]: string } = {},
): Promise<ImportResult> {
  const opened = await read(folder);
  const { context, benchmarks } = await openImport(opened, files);
  const [best] = context.proposals(await files.read(file), map);
  if (best === undefined) throw new Error(`Nothing is proposed for ${file}.`);
  const sources = [{ file, benchmark: best.benchmark, mapping: best.mapping, verdict: null }];
  const request = { sources, run: null, verdicts: "judged" as const, again: false, ...change };
  return importResponses(opened, request, { context, benchmarks, watcher: silent, signal });
}

function runFolder(folder: string, run = "run-1"): string {
  return path.join(folder, ".preceptor", "runs", run);
}

function records(folder: string, stage: string, run = "run-1") {
  const file = path.join(runFolder(folder, run), "stages", stage, "responses.jsonl");
  return readRecords(file) as unknown[] as { key: string; sample: number; correct: boolean; answer: string }[];
}

async function goOn(folder: string, run: string | null, options: LoopOptions) {
  const open = await openRun(await read(folder), { run, filter: null, fresh: false, watcher: silent, signal });
  try {
    return await runLoop(open.services, options);
  } finally {
    await open.close();
  }
}

async function planOf(folder: string, run = "run-1") {
  const opened = await read(folder);
  const readable = await readRun(opened, run);
  return planRun(await planFacts(opened, readable), readable.run);
}

describe("answers to an evaluation split", () => {
  it("are the base evaluation of a run that asks nobody, teaches nothing and is whole", async () => {
    const folder = project(["math", "code"]);
    const cases = (await casesOf(folder, "evaluation")).slice(0, 7);
    const file = written(folder, "test.jsonl", answers(cases));
    const result = await imports(folder, file);
    expect(result).toMatchObject({ run: "run-1", already: false, matched: { "demo-math": 0 }, leftOut: [] });
    // 7 of the 16 cases that the project evaluates: the others are not asked for.
    expect(result.evaluated).toEqual({ "demo-math": { added: 7, answered: 7, of: 16 } });
    expect(result.state).toMatchObject({ state: "done", partial: false, iteration: 0, stage: "evaluate" });
    expect(readdirSync(path.join(runFolder(folder), "stages"))).toEqual(["0-evaluate"]);
    const evaluated = records(folder, "0-evaluate");
    expect(evaluated.map(({ key }) => key).sort()).toEqual(cases.map(({ id }) => `demo-math/evaluation/${id}`).sort());
    expect(evaluated.every(({ answer }) => answer.startsWith("imported-"))).toBe(true);
    const report = await buildReport(await readReportSource(await read(folder), "run-1"));
    expect(report.benchmarks.find(({ name }) => name === "demo-math")?.accuracies).toMatchObject([
      { n: 7, correct: 3 },
    ]);
    expect(await planOf(folder)).toMatchObject([{ iteration: 0, stage: "evaluate", plan: "done" }]);
    // The Iterations view shows nothing that could follow.
    const shown = await new RunFollower((await readRun(await read(folder), "run-1")).run).look();
    expect(shown).toMatchObject({ state: "done", iterations: [{ iteration: 0 }] });
    expect(isOpen(shown)).toBe(false);
    expect(await imports(folder, file)).toMatchObject({ run: "run-1", already: true });
  });

  it("open in the editor as what they are, and no message to the instructor is made of them", async () => {
    const folder = project(["math"]);
    await imports(folder, written(folder, "test.jsonl", answers(await casesOf(folder, "evaluation"))));
    const key = records(folder, "0-evaluate").find(({ correct }) => !correct)?.key ?? "";
    const ref = { run: "run-1", iteration: 0, stage: "evaluate" as const, key };
    const worker = handlersOf(new Projects());
    const detail = await worker["case/detail"]({ folder, ref }, { signal });
    expect(detail.imported).toMatchObject({ file: "test.jsonl" });
    const sent = await worker["contrast/message"]({ folder, ref, k: 3 }, { signal });
    expect(sent).toMatchObject({ message: null, unsent: "evaluation" });
  });

  it("are never taught: a run that has nothing else cannot go on, and stays as it was", async () => {
    const folder = project(["math"]);
    await imports(folder, written(folder, "test.jsonl", answers(await casesOf(folder, "evaluation"))));
    const state = path.join(runFolder(folder), "state.json");
    const before = readFileSync(state, "utf8");
    await expect(goOn(folder, "run-1", { until: null, iterations: null })).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(/evaluation splits only.*never taught/u) as string,
    });
    expect(readFileSync(state, "utf8")).toBe(before);
    expect(readdirSync(path.join(runFolder(folder), "stages"))).toEqual(["0-evaluate"]);
    // To evaluate it again is to reuse what is there.
    expect(await goOn(folder, "run-1", { until: "evaluate", iterations: 0 })).toMatchObject({ state: "done" });
  });

  it("count for their own run only: a new run asks its target everything", async () => {
    const folder = project(["math"]);
    await imports(folder, written(folder, "test.jsonl", answers(await casesOf(folder, "evaluation"))));
    const opened = await read(folder);
    const source: RunSource = await newRunSource(opened);
    const pending = (iteration: number): boolean => iteration === 0;
    expect((await estimateSource(opened, source, { pending }, signal)).target).toMatchObject({ calls: 16, stored: 0 });
    const imported = await readRun(opened, "run-1");
    expect((await estimateSource(opened, imported, { pending }, signal)).target).toMatchObject({
      calls: 0,
      stored: 16,
    });
    await expect(goOn(folder, null, { until: "evaluate", iterations: 0 })).rejects.toMatchObject({ kind: "endpoint" });
  });

  it("can stand beside answers to the target split, which are collected, also when they come later", async () => {
    const folder = project(["math"]);
    const evaluation = await casesOf(folder, "evaluation");
    const cases = (await casesOf(folder, "target")).slice(0, 5);
    await imports(folder, written(folder, "test.jsonl", answers(evaluation.slice(0, 4))));
    const both = written(folder, "both.jsonl", [...answers(cases), ...answers(evaluation.slice(2, 6))]);
    const result = await imports(folder, both, { run: "run-1" });
    expect(result).toMatchObject({ run: "run-1", matched: { "demo-math": 5 } });
    expect(result.evaluated).toEqual({ "demo-math": { added: 2, answered: 6, of: 16 } });
    expect(result.leftOut.map(({ reason }) => reason)).toEqual(["already", "already"]);
    expect(result.state).toMatchObject({ state: "done", partial: true, iteration: 1, stage: "collect" });
    expect(records(folder, "1-collect").map(({ key }) => key.split("/")[1])).toEqual(cases.map(() => "target"));
    expect(records(folder, "0-evaluate")).toHaveLength(6);
    const plan = await planOf(folder);
    expect(plan.slice(0, 3).map(({ stage, plan: what }) => [stage, what])).toEqual([
      ["evaluate", "done"],
      ["select", "done"],
      ["collect", "done"],
    ]);
  });

  it("beside answers to the target split are judged in one go, which the journal ends once", async () => {
    const folder = project(["math"]);
    const cases = [
      ...(await casesOf(folder, "target")).slice(0, 3),
      ...(await casesOf(folder, "evaluation")).slice(0, 2),
    ];
    const result = await imports(folder, written(folder, "both.jsonl", answers(cases)));
    expect(result.state).toMatchObject({ state: "done", partial: true, iteration: 1, stage: "collect" });
    const events = readRecords(path.join(runFolder(folder), "journal.jsonl")).filter(({ type }) => type !== "progress");
    expect(events.map(({ type, iteration, stage }) => [type, iteration, stage])).toEqual([
      ["run-running", 0, null],
      ["stage-started", 0, "evaluate"],
      ["stage-finished", 0, "evaluate"],
      ["stage-started", 1, "select"],
      ["stage-finished", 1, "select"],
      ["stage-started", 1, "collect"],
      ["stage-finished", 1, "collect"],
      ["run-done", 1, "collect"],
    ]);
    // What is left makes it done so far, in the view and where its end is told.
    expect(isOpen(await new RunFollower((await readRun(await read(folder), "run-1")).run).look())).toBe(true);
  });

  it("do not take the place of a base that the run has measured itself", async () => {
    const own = makeProject(shortConfiguration(["math"]));
    made.push(own);
    const { folder } = own;
    const target = written(folder, "train.jsonl", answers((await casesOf(folder, "target")).slice(0, 4)));
    await imports(folder, target);
    await goOn(folder, "run-1", { until: "evaluate", iterations: 0 });
    expect(records(folder, "0-evaluate")).toHaveLength(16);
    const file = written(folder, "test.jsonl", answers(await casesOf(folder, "evaluation")));
    await expect(imports(folder, file, { run: "run-1" })).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(/evaluated its base already/u) as string,
    });
    expect(await imports(folder, file)).toMatchObject({ run: "run-2", already: false });
  });

  it("are one a case, also where pass@k would ask for more of them", async () => {
    const folder = project(["code"], { evaluation: { passAtK: { n: 4, k: [1] } } });
    const cases = (await casesOf(folder, "evaluation", "demo-code")).slice(0, 3);
    const file = written(folder, "programs.jsonl", answers(cases));
    const result = await imports(folder, file, { verdicts: "recorded" });
    expect(result.state.state).toBe("done");
    expect(records(folder, "0-evaluate").map(({ sample }) => sample)).toEqual([0, 0, 0]);
    expect(await planOf(folder)).toMatchObject([{ plan: "done" }]);
  });
});

const data = path.join(root, "..", "shared", "data");
const openai = path.join(data, "outputs", "gsm8k_openai_6b_175b", "example_model_solutions.jsonl");
const absent = !existsSync(openai);
const reason = absent ? " (skipped: the recorded outputs are not beside this checkout)" : "";

describe.skipIf(absent)(`the recorded answers to GSM8K's test split${reason}`, () => {
  it("make a project of their own, whose base evaluation has all published verdicts", async () => {
    const place = temporaryFolder();
    made.push(place);
    const folder = path.join(place.folder, "openai");
    const files = new RecordedFiles();
    const request = { files: [openai], folder, data, benchmark: "gsm8k", protocol: "clean" as const, read: files };
    expect((await createImportProject(request)).benchmarks).toEqual(["gsm8k"]);
    const map = { response: "175b_verification.solution", verdict: "175b_verification.is_correct" };
    const { run, evaluated, state } = await imports(folder, openai, {}, files, map);
    expect(evaluated).toEqual({ gsm8k: { added: 1319, answered: 1319, of: 1319 } });
    expect(state.state).toBe("done");
    const published = (readRecords(openai) as unknown[] as { "175b_verification": { is_correct: boolean } }[]).filter(
      (row) => row["175b_verification"].is_correct,
    );
    expect(records(folder, "0-evaluate", run).filter(({ correct }) => correct)).toHaveLength(published.length);
  }, 60_000);
});
