import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ImportProgress } from "../../src/worker/importing/index.js";
import { importHandlers } from "../../src/worker/importing/index.js";
import { Projects } from "../../src/worker/projects.js";
import { workerContract } from "../../src/protocol/worker/index.js";
import { belongsElsewhere, draftOf, stateOf } from "../../src/vscode/import/draft.js";
import { filePath, filesOf, findBenchmark } from "../../src/engine/benchmarks/index.js";
import { makeProject, readRecords, root, shortConfiguration, temporaryFolder } from "../support/project.js";

const call = { signal: new AbortController().signal };
const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

function project(): string {
  const one = makeProject(shortConfiguration(["math", "code"], { protocol: "paper" }));
  made.push(one);
  return one.folder;
}

/** Rows with questions of one of the demo's splits and a response of our own to each. */
function rowsOf(folder: string, file: string, count: number): object[] {
  const rows = readRecords(path.join(folder, "benchmarks", "demo-math", file)).slice(0, count);
  return rows.map((row, index) => ({ prompt: row["question"], output: `It is ${index}.`, passed: index % 2 === 0 }));
}

function written(folder: string, name: string, rows: readonly object[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

function worker(): { requests: ReturnType<typeof importHandlers>; said: ImportProgress[] } {
  const said: ImportProgress[] = [];
  return { requests: importHandlers(new Projects(), (progress) => said.push(progress)), said };
}

describe("the import dialog's requests", () => {
  it("inspect files, preview their mapping, import them, and remember the mapping for the next ones", async () => {
    const folder = project();
    const file = written(folder, "outputs.jsonl", rowsOf(folder, "target.jsonl", 20));
    const { requests, said } = worker();
    const inspected = await requests["import/inspect"]({ folder, files: [file] }, call);
    expect(workerContract.requests["import/inspect"].result.safeParse(structuredClone(inspected)).success).toBe(true);
    const [found] = inspected.files;
    const [proposal] = found?.found?.proposals ?? [];
    expect(proposal).toMatchObject({ benchmark: "demo-math", matched: 20, evaluated: 0, remembered: false });
    expect(proposal?.mapping).toEqual({ question: "prompt", response: "output", verdict: "passed" });
    expect(inspected.protocol).toBe("paper");
    const source = { file, benchmark: "demo-math", mapping: proposal?.mapping ?? {} };
    const preview = await requests["import/preview"]({ folder, source, show: 3 }, call);
    expect(preview.rows.map(({ key }) => key?.split("/").slice(0, 2))).toEqual(
      Array.from({ length: 3 }, () => ["demo-math", "target"]),
    );
    expect(preview.verdicts).toBe(20);
    const run = { folder, sources: [{ ...source, verdict: null }], verdicts: "recorded" as const, again: false };
    const result = await requests["import/run"](run, call);
    expect(result).toMatchObject({ run: "run-1", already: false, matched: { "demo-math": 20 }, fault: null });
    expect(said.at(-1)).toEqual({ work: "judge", done: 20, total: 20 });
    expect(await requests["import/run"](run, call)).toMatchObject({ run: "run-1", already: true });
    // A field that a person put nowhere stays there the next time.
    const { verdict: _nowhere, ...fewer } = source.mapping;
    const sources = [{ ...source, mapping: fewer, verdict: null }];
    await requests["import/run"]({ folder, sources, verdicts: "judged", again: true }, call);
    const unsure = await requests["import/inspect"]({ folder, files: [file] }, call);
    expect(unsure.files[0]?.found?.proposals[0]).toMatchObject({ mapping: fewer, remembered: true });
    expect(unsure.files[0]?.found?.proposals[0]?.mapping).not.toHaveProperty("verdict");
    const next = written(folder, "next.jsonl", rowsOf(folder, "target.jsonl", 5));
    const again = await requests["import/inspect"]({ folder, files: [next] }, call);
    expect(again.files[0]?.found?.proposals[0]?.remembered).toBe(true);
  });

  it("tell rows about evaluated cases from those that can be taught, and how many of how many are evaluated", async () => {
    const folder = project();
    // The project evaluates a selection of 16 of these cases; the others belong to no case of it.
    const evaluation = rowsOf(folder, "evaluation.jsonl", 10_000);
    const rows = [...evaluation, ...rowsOf(folder, "target.jsonl", 3), { prompt: "?", output: "!" }];
    const file = written(folder, "mixed.jsonl", rows);
    const { requests, said } = worker();
    const inspected = await requests["import/inspect"]({ folder, files: [file] }, call);
    const [proposal] = inspected.files[0]?.found?.proposals ?? [];
    expect(proposal).toMatchObject({ matched: 3, evaluated: 16 });
    const [draft] = inspected.files.map(draftOf);
    expect(draft === undefined ? null : [stateOf(draft), draft.fit]).toMatchObject(["ready", { evaluated: 16 }]);
    const source = { file, benchmark: "demo-math", mapping: proposal?.mapping ?? {}, verdict: null };
    expect(await requests["import/preview"]({ folder, source, show: 1 }, call)).toMatchObject({
      matched: 3,
      evaluated: 16,
    });
    const result = await requests["import/run"]({ folder, sources: [source], verdicts: "judged", again: false }, call);
    expect(workerContract.requests["import/run"].result.safeParse(structuredClone(result)).success).toBe(true);
    expect(result).toMatchObject({ fault: null, matched: { "demo-math": 3 } });
    expect(result.evaluated).toEqual({ "demo-math": { added: 16, answered: 16, of: 16 } });
    expect(said.at(-1)).toEqual({ work: "judge", done: 3, total: 3 });
    expect(said).toContainEqual({ work: "judge", done: 16, total: 16 });
    expect(result.leftOut).toEqual({ "no-case": evaluation.length - 16 + 1 });
    expect(result.rows.at(-1)).toMatchObject({ file, line: rows.length, reason: "no-case" });
  });

  it("say of log-likelihood samples that they have no text, and read the other files all the same", async () => {
    const folder = project();
    const likelihoods = written(folder, "samples_x_2025-01-31T10-11-12.jsonl", [
      { doc_id: 0, doc: { q: "?" }, arguments: [["?", " A"]], resps: [[["-1.5", "False"]]], filtered_resps: ["-1.5"] },
    ]);
    const good = written(folder, "good.jsonl", rowsOf(folder, "target.jsonl", 2));
    const { requests } = worker();
    const { files } = await requests["import/inspect"]({ folder, files: [likelihoods, good] }, call);
    expect(files.map(({ found }) => found === null)).toEqual([true, false]);
    expect(files[0]?.fault?.message).toMatch(/log-likelihoods.*no text/u);
    expect(files[0]?.fault?.remedy).toMatch(/generating form/u);
  });

  it("download what a project's benchmarks lack, each into the folder where the project looks for it", async () => {
    const data = temporaryFolder();
    made.push(data);
    const one = makeProject({
      ...shortConfiguration(["math"]),
      benchmarks: {
        sums: { use: "gsm8k", domain: "in" },
        again: { use: "gsm8k", domain: "out" },
        elsewhere: { use: "svamp", domain: "out", folder: data.folder },
      },
    });
    made.push(one);
    const { folder } = one;
    const asked: (readonly [string, string])[] = [];
    const said: ImportProgress[] = [];
    const requests = importHandlers(
      new Projects(),
      (progress) => said.push(progress),
      async (benchmark, into, { onProgress }) => {
        asked.push([benchmark.name, into]);
        onProgress?.({ file: "f", filesDone: 1, files: 1, bytes: 5, totalBytes: 5 });
        for (const file of filesOf(benchmark)) {
          mkdirSync(path.dirname(filePath(into, file)), { recursive: true });
          writeFileSync(filePath(into, file), "{}");
        }
        return { benchmark: benchmark.name, licence: benchmark.licence, files: [] };
      },
    );
    const { missing } = await requests["benchmarks/missing"]({ folder }, call);
    expect(missing.map(({ name }) => name)).toEqual(["gsm8k", "svamp"]);
    for (const { licence, holder, bytes } of missing) expect([licence, holder, bytes]).not.toContain(null);
    expect(await requests["benchmarks/fetch"]({ folder }, call)).toEqual({ fetched: ["gsm8k", "svamp"] });
    expect(asked).toEqual([
      ["gsm8k", path.join(folder, ".preceptor", "benchmarks")],
      ["svamp", data.folder],
    ]);
    expect(said).toContainEqual({ work: "fetch", done: 5, total: 5 });
    expect((await requests["benchmarks/missing"]({ folder }, call)).missing).toEqual([]);
  });

  it("tell files that answer nothing in a project, such as the demo's, from those that only need a choice", async () => {
    const folder = project();
    const stranger = written(folder, "mbpp.jsonl", [{ prompt: "Write a function to find words.", output: "def f()" }]);
    const own = written(folder, "own.jsonl", rowsOf(folder, "target.jsonl", 2));
    const { files } = await worker().requests["import/inspect"]({ folder, files: [stranger, own] }, call);
    expect(files.map((view) => belongsElsewhere(draftOf(view)))).toEqual([true, false]);
  });

  it("make a project for the files that fit, whatever else was chosen with them, and none when no file fits", async () => {
    const place = temporaryFolder();
    made.push(place);
    const data = path.join(place.folder, "data");
    for (const file of filesOf(findBenchmark("gsm8k"))) {
      const row = { question: `What is 2 + 2, of ${file.path}?`, answer: "It is 4.\n#### 4" };
      mkdirSync(path.dirname(filePath(data, file)), { recursive: true });
      writeFileSync(filePath(data, file), `${JSON.stringify(row)}\n`);
    }
    const [train] = filesOf(findBenchmark("gsm8k"), ["train"]);
    const good = written(place.folder, "good.jsonl", [{ prompt: `What is 2 + 2, of ${train?.path}?`, output: "4" }]);
    const stranger = written(place.folder, "stranger.jsonl", [{ prompt: "Who?", output: "Nobody." }]);
    const broken = path.join(place.folder, "gsm8k-broken.jsonl");
    writeFileSync(broken, '{"prompt": ');
    const { requests } = worker();
    const { named } = await requests["import/benchmarks"]({ files: [broken, good] }, call);
    expect(named).toEqual(["gsm8k"]);
    const folder = path.join(place.folder, "project");
    mkdirSync(folder);
    const request = { folder, data, fetch: [], protocol: "clean" as const };
    await expect(requests["import/create"]({ ...request, files: [broken, stranger] }, call)).rejects.toThrow(/JSON/u);
    expect(readdirSync(folder)).toEqual([]);
    const files = [broken, stranger, good];
    expect(await requests["import/create"]({ ...request, files }, call)).toMatchObject({ benchmarks: ["gsm8k"] });
    // The dialog says of the others what is wrong with them.
    const inspected = await requests["import/inspect"]({ folder, files }, call);
    expect(inspected.files.map(({ found, fault }) => found?.proposals[0]?.benchmark ?? fault?.message ?? null)).toEqual(
      ["This line is not valid JSON.", null, "gsm8k"],
    );
  });

  it("never make a project where there is one, and name the benchmarks that files seem to be about", async () => {
    const folder = project();
    const { requests } = worker();
    const file = written(folder, "mbpp-outputs.jsonl", [{ prompt: "?", output: "!" }]);
    const { known, named } = await requests["import/benchmarks"]({ files: [file] }, call);
    expect(named).toContain("mbpp");
    for (const { licence, holder } of known) expect(`${licence}${holder}`).not.toBe("");
    const empty = temporaryFolder();
    made.push(empty);
    mkdirSync(path.join(empty.folder, "data"));
    // The editor has no options to name.
    await expect(
      requests["import/create"](
        { folder: empty.folder, files: [file], data: path.join(empty.folder, "data"), fetch: [], protocol: "clean" },
        call,
      ),
    ).rejects.toMatchObject({ kind: "data", details: { remedy: expect.not.stringContaining("--") as string } });
    expect(readdirSync(empty.folder)).toEqual(["data"]);
    expect(existsSync(path.join(root, "preceptor.json"))).toBe(false);
  });
});
