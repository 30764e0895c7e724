import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  importResponses,
  inspectRecordedFiles,
  openImport,
  previewMapping,
  type ImportRequest,
  type ImportResult,
} from "../../src/adapters/importing/index.js";
import { environmentSecrets, openProject, planFacts, readRun, openRun } from "../../src/adapters/project/index.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import { Fault } from "../../src/engine/fault.js";
import { planRun, runLoop } from "../../src/engine/iteration/index.js";
import { makeProject, readRecords, shortConfiguration, writeConfiguration } from "../support/project.js";
import { silent } from "../support/watcher.js";
import { inspectHeader, inspectSample, lmEvalRow, zipOf } from "./fixtures.js";

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

const everything: Partial<ConfigurationInput> = {
  // A server that is not there: whoever asks it fails.
  models: {
    target: { provider: "openai", endpoint: "http://127.0.0.1:1/v1", name: "none", price: { input: 0, output: 0 } },
    instructor: { provider: "builtin", name: "instructor" },
  },
  target: "target",
};

interface Row {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  readonly [field: string]: unknown;
}

function project(families: readonly ("math" | "choice" | "code")[], change: Partial<ConfigurationInput> = {}): string {
  const { benchmarks, ...configuration } = shortConfiguration(families, { ...everything, ...change });
  for (const name of Object.keys(benchmarks)) {
    const entry = benchmarks[name];
    if (entry !== undefined) benchmarks[name] = { ...entry, selection: {}, evaluationSelection: {} };
  }
  const each = makeProject({ ...configuration, benchmarks });
  made.push(each);
  return each.folder;
}

function rowsOf(folder: string, benchmark: string, split = "target"): readonly Row[] {
  return readRecords(path.join(folder, "benchmarks", benchmark, `${split}.jsonl`)) as unknown[] as Row[];
}

function write(folder: string, name: string, content: string | Buffer | readonly object[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, typeof content === "string" || Buffer.isBuffer(content) ? content : jsonLines(content));
  return file;
}

function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => JSON.stringify(row)).join("\n");
}

/** Imports files as they are proposed. */
async function importAll(
  folder: string,
  files: readonly string[],
  change: Partial<ImportRequest> & { readonly verdict?: boolean } = {},
): Promise<ImportResult> {
  const opened = await openProject(folder, environmentSecrets({}));
  const { context, benchmarks } = await openImport(opened);
  const sources = (await inspectRecordedFiles(files, context)).map(({ file, found }) => {
    const [best] = found?.proposals ?? [];
    if (best === undefined) throw new Error(`Nothing is proposed for ${file}.`);
    return { file, benchmark: best.benchmark, mapping: best.mapping, verdict: change.verdict ?? null };
  });
  const request = { sources, run: null, verdicts: "judged" as const, again: false, ...change };
  const services = { context, benchmarks, watcher: silent, signal: new AbortController().signal };
  return importResponses(opened, request, services);
}

async function evaluated(folder: string, run = "run-1") {
  return responses(folder, run, "0-evaluate");
}

async function responses(folder: string, run = "run-1", stage = "1-collect") {
  const readable = await readRun(await openProject(folder, environmentSecrets({})), run);
  const file = path.join(readable.run.folder, "stages", stage, "responses.jsonl");
  return readRecords(file) as unknown[] as {
    key: string;
    text: string;
    correct: boolean;
    clean: { by: string };
    finish: string;
  }[];
}

describe("an import", () => {
  it("takes files of several tools and benchmarks into one run, and asks nobody", async () => {
    const folder = project(["math", "choice"]);
    const math = rowsOf(folder, "demo-math").slice(0, 6);
    const choice = rowsOf(folder, "demo-choice").slice(0, 5);
    const evaluation = rowsOf(folder, "demo-math", "evaluation")[0];
    const lmEval = math.map(({ id, question, answer }, at) =>
      lmEvalRow({ id, question, answer }, [`The answer is ${at < 4 ? answer : "-41"}.`], { doc_id: at }),
    );
    const strange = lmEvalRow({ question: "Unknown?" }, ["1"], { doc_id: 90 });
    const known = lmEvalRow({ question: evaluation?.question }, ["1"], { doc_id: 91 });
    const samples = choice.map(({ id, question, answer, ...row }, at) =>
      inspectSample({
        id,
        input: question,
        choices: ["A", "B", "C", "D"].map((label) => String(row[label])),
        target: answer,
        output: `The answer is ${at === 0 ? (answer === "A" ? "B" : "A") : answer}.`,
      }),
    );
    const archive = zipOf([
      ...samples.map((sample, at) => ({ name: `samples/${at}_epoch_1.json`, content: JSON.stringify(sample) })),
      { name: "header.json", content: JSON.stringify(inspectHeader) },
    ]);
    const files = [
      write(folder, "samples_sums.jsonl", [...lmEval, lmEval[0] ?? {}, strange, known]),
      write(folder, "log.eval", archive),
    ];
    const result = await importAll(folder, files);
    expect(result).toMatchObject({ run: "run-1", already: false, matched: { "demo-math": 6, "demo-choice": 5 } });
    expect(result.state.state).toBe("done");
    expect(result.leftOut.map(({ file, line, reason }) => [path.basename(file), line, reason])).toEqual([
      ["samples_sums.jsonl", 7, "duplicate"],
      ["samples_sums.jsonl", 8, "no-case"],
    ]);
    // The one answer to the evaluation split is all that is evaluated, so that nobody is asked for the others.
    expect(result.evaluated).toEqual({ "demo-math": { added: 1, answered: 1, of: 180 } });
    const [base, ...others] = await evaluated(folder);
    expect([base?.key, others]).toEqual([`demo-math/evaluation/${evaluation?.id}`, []]);
    const records = await responses(folder);
    expect(records).toHaveLength(11);
    expect(records.filter(({ correct }) => !correct)).toHaveLength(3);
    const document = JSON.parse(
      readFileSync(path.join(folder, ".preceptor", "runs", "run-1", "imported.json"), "utf8"),
    ) as {
      sources: object[];
    };
    expect(document.sources).toMatchObject([
      { file: "samples_sums.jsonl", format: "lm-eval", task: "sums", benchmark: "demo-math" },
      { file: "log.eval", format: "inspect", model: "lab/model-7b", benchmark: "demo-choice" },
    ]);
  });

  it("of the same responses again says so; further ones are added to the run on demand", async () => {
    const folder = project(["math"]);
    const rows = rowsOf(folder, "demo-math").map(({ question, answer }) => ({ question, response: answer }));
    const first = write(folder, "first.jsonl", rows.slice(0, 4));
    const more = write(
      folder,
      "more.csv",
      ["question,output", ...rows.slice(2, 7).map((row) => `"${row.question}",${row.response}`)].join("\n"),
    );
    await importAll(folder, [first]);
    expect(await importAll(folder, [first])).toMatchObject({ run: "run-1", already: true });
    const added = await importAll(folder, [more], { run: "run-1" });
    expect(added).toMatchObject({ run: "run-1", already: false, matched: { "demo-math": 3 } });
    expect(added.leftOut.map(({ reason }) => reason)).toEqual(["already", "already"]);
    expect(await responses(folder)).toHaveLength(7);
    expect(await importAll(folder, [more], { run: "run-1" })).toMatchObject({ already: true });
    expect(await importAll(folder, [first], { again: true })).toMatchObject({ run: "run-2", already: false });
  });

  it("can take the files' verdicts, which are then marked as recorded and not judged again", async () => {
    const folder = project(["math"]);
    const rows = rowsOf(folder, "demo-math").slice(0, 3);
    const verdicts = [true, false, true];
    const recorded = rows.map(({ question }, at) => ({
      question,
      response: "The answer is -41.",
      passed: verdicts[at],
    }));
    const file = write(folder, "judged.jsonl", recorded);
    await importAll(folder, [file], { verdicts: "recorded" });
    const records = await responses(folder);
    expect(records.map(({ correct }) => correct).sort()).toEqual([false, true, true]);
    expect(new Set(records.map(({ clean }) => clean.by))).toEqual(new Set(["recorded"]));

    const none = write(
      folder,
      "unjudged.jsonl",
      recorded.map(({ question, response }) => ({ question, response })),
    );
    await expect(importAll(folder, [none], { verdicts: "recorded" })).rejects.toMatchObject({
      kind: "data",
      details: { file: none, line: 1, field: "verdict", found: "no such field" },
    });
    const whole = await importAll(folder, [none], { verdicts: "recorded", verdict: false });
    expect((await responses(folder, whole.run)).filter(({ correct }) => correct)).toHaveLength(0);
  });

  it("is judged again, not asked again, when the protocol changes", async () => {
    const folder = project(["math"], { protocol: "clean" });
    const rows = rowsOf(folder, "demo-math").slice(0, 3);
    const file = write(
      folder,
      "a.jsonl",
      rows.map(({ question, answer }) => ({ question, response: `It is ${answer}, not 0` })),
    );
    await importAll(folder, [file]);
    const configuration = path.join(folder, "preceptor.json");
    writeConfiguration(folder, {
      ...(JSON.parse(readFileSync(configuration, "utf8")) as ConfigurationInput),
      protocol: "paper",
    });
    const opened = await openProject(folder, environmentSecrets({}));
    const readable = await readRun(opened, "run-1");
    const plan = await planRun(await planFacts(opened, readable), readable.run);
    expect(plan.find(({ stage, iteration }) => stage === "collect" && iteration === 1)?.plan).not.toBe("done");
    const open = await openRun(opened, {
      run: "run-1",
      filter: null,
      fresh: false,
      watcher: silent,
      signal: new AbortController().signal,
    });
    const state = await runLoop(open.services, { until: "collect", iterations: 1 });
    await open.close();
    expect(state.state).toBe("done");
    expect((await responses(folder)).filter(({ correct }) => correct)).toHaveLength(0);
  });

  it("whose stage is complete plans no further collection", async () => {
    const folder = project(["math"]);
    const rows = rowsOf(folder, "demo-math").slice(0, 3);
    await importAll(folder, [
      write(
        folder,
        "a.jsonl",
        rows.map(({ question }) => ({ question, response: "1" })),
      ),
    ]);
    const opened = await openProject(folder, environmentSecrets({}));
    const readable = await readRun(opened, "run-1");
    const plan = await planRun(await planFacts(opened, readable), readable.run);
    const collect = plan.find(({ stage, iteration }) => stage === "collect" && iteration === 1);
    expect(collect).toMatchObject({ plan: "done", reasons: [] });
  });

  it("is not added to a run that asked its target", async () => {
    const folder = project(["math"]);
    const rows = rowsOf(folder, "demo-math").slice(0, 3);
    const file = write(
      folder,
      "a.jsonl",
      rows.map(({ question }) => ({ question, response: "1" })),
    );
    await importAll(folder, [file]);
    const { folder: run } = (await readRun(await openProject(folder, environmentSecrets({})), "run-1")).run;
    writeFileSync(path.join(run, "imported.json"), JSON.stringify({ version: 2 }));
    await expect(importAll(folder, [file], { run: "run-1" })).rejects.toMatchObject({ kind: "storage" });
    await expect(importAll(folder, [file], { run: "run-9" })).rejects.toBeInstanceOf(Fault);
  });
});

describe("an inspection", () => {
  it("goes on after a file that cannot be read, and remembers the mapping that was used", async () => {
    const folder = project(["math"]);
    const rows = rowsOf(folder, "demo-math").slice(0, 3);
    const odd = rows.map(({ question, answer }) => ({ question, first: "no", second: answer }));
    const file = write(folder, "odd.jsonl", odd);
    const broken = write(folder, "broken.jsonl", '{"question": ');
    const opened = await openProject(folder, environmentSecrets({}));
    const signal = new AbortController().signal;
    const { context, benchmarks } = await openImport(opened);
    const [found, fault] = await inspectRecordedFiles([file, broken], context);
    expect(fault).toMatchObject({ found: null, fault: { message: "This line is not valid JSON." } });
    expect(found?.found).toMatchObject({ format: "rows", rows: 3 });
    const [proposal] = found?.found?.proposals ?? [];
    expect(proposal).toMatchObject({ benchmark: "demo-math", mapping: { question: "question" }, remembered: false });
    expect(proposal?.mapping.response).toBeUndefined();

    const mapping = { ...proposal?.mapping, response: "second" };
    const preview = await previewMapping({ file, benchmark: "demo-math", mapping, show: 2 }, context);
    expect(preview).toMatchObject({ matched: 3, leftOut: {}, verdicts: 0 });
    expect(preview.rows.map(({ key, response, reason }) => [key, response, reason])).toEqual(
      rows.slice(0, 2).map(({ id, answer }) => [`demo-math/target/${id}`, answer, null]),
    );
    const sources = [{ file, benchmark: "demo-math", mapping, verdict: null }];
    const request = { sources, run: null, verdicts: "judged", again: false } as const;
    await importResponses(opened, request, { context, benchmarks, watcher: silent, signal });
    const again = await openImport(opened);
    const [later] = await inspectRecordedFiles([file], again.context);
    expect(later?.found?.proposals[0]).toMatchObject({ mapping, remembered: true });
  });
});
