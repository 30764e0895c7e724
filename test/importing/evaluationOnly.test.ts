import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { filePath, filesOf, findBenchmark } from "../../src/engine/benchmarks/index.js";
import { noFilter, workerContract } from "../../src/protocol/worker/index.js";
import { blockerOf } from "../../src/vscode/iterations/startRules.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { faultOf, run } from "../cli/helpers.js";
import { preceptor, readRecords, root, temporaryFolder } from "../support/project.js";

const call = { signal: new AbortController().signal };
const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

/** An empty place with a folder for a project beside one for data. */
function place(): { readonly at: (...parts: string[]) => string; readonly write: typeof writeRows } {
  const temporary = temporaryFolder();
  made.push(temporary);
  const at = (...parts: string[]): string => path.join(temporary.folder, ...parts);
  return { at, write: (file, rows) => writeRows(at(file), rows) };
}

function writeRows(file: string, rows: readonly object[]): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

/** Upstream's file of SVAMP, which has a test split only, in its form and with problems of our own. */
function writeSvamp(data: string): readonly string[] {
  const [file] = filesOf(findBenchmark("svamp"));
  if (file === undefined) throw new Error("SVAMP has no file.");
  const rows = [2, 3, 4, 5].map((count) => ({
    ID: `own-${count}`,
    Body: `A shelf has ${count} books and gets 1 more`,
    Question: "How many books has it now?",
    Equation: `( ${count}.0 + 1.0 )`,
    Answer: count + 1,
    Type: "Addition",
  }));
  mkdirSync(path.dirname(filePath(data, file)), { recursive: true });
  writeFileSync(filePath(data, file), JSON.stringify(rows));
  return rows.map(({ Body, Question }) => `${Body}. ${Question}`);
}

/** Answers to SVAMP, all of them 4: one is right. */
function svampAnswers(data: string): object[] {
  return writeSvamp(data).map((question) => ({ question, response: "The answer is 4." }));
}

const untaught = /No benchmark of this project has a target split/u;

describe("results of a benchmark without a target split", () => {
  it("get a project of their own, in which their errors are listed and nothing that teaches is begun", async () => {
    const { at, write } = place();
    const file = write("svamp.jsonl", svampAnswers(at("data")));
    const here = ["--project", at("project")];
    const shown = await preceptor(["import", file, "--create", at("project"), "--data", at("data")]);
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stderr).toMatch(/with svamp\n.*nothing is taught/u);
    expect(shown.stdout).toMatch(/4 answers to the evaluation split of svamp \(4 of its 4 cases\)/u);
    expect(shown.stdout).not.toContain("iterate");
    const { benchmarks } = JSON.parse(readFileSync(at("project", "preceptor.json"), "utf8")) as { benchmarks: object };
    expect(benchmarks).toEqual({ svamp: { use: "svamp", domain: "out", folder: "../data" } });
    const { document } = await run(["errors", "--evaluation", ...here]);
    expect(document["errors"]).toHaveLength(3);

    const commands = [["iterate"], ["iterate", "--run", "run-1"], ["resume", "run-1"], ["generate", "--try", "1"]];
    for (const command of commands) {
      const fault = await faultOf([...command, "--yes", ...here]);
      expect([command, fault.code, fault.message]).toEqual([command, 2, expect.stringMatching(untaught)]);
      expect(fault.remedy).toMatch(/gsm8k.*evaluated/u);
    }
    expect((await faultOf(["iterate", "--estimate", ...here])).message).toMatch(untaught);
    expect(readdirSync(at("project", ".preceptor", "runs"))).toEqual(["run-1"]);
    const doctor = await run(["doctor", ...here]);
    expect(doctor.document["findings"]).toContainEqual({
      what: "Benchmarks",
      state: "warning",
      text: expect.stringMatching(/^svamp \(0 target, 4 evaluation\); none has a target split/u) as string,
    });
  });

  it("get it in the editor, too, where the plan of a run says what stands in its way", async () => {
    const { at, write } = place();
    const file = write("svamp.jsonl", svampAnswers(at("data")));
    const folder = at("project");
    const worker = handlersOf(new Projects(), () => undefined);
    const { known } = await worker["import/benchmarks"]({ files: [file] }, call);
    expect(known.filter(({ teaches }) => !teaches).map(({ name }) => name)).toContain("svamp");
    expect(known.find(({ name }) => name === "gsm8k")).toMatchObject({ teaches: true });
    const create = { folder, files: [file], data: at("data"), fetch: [], protocol: "clean" as const };
    expect(await worker["import/create"](create, call)).toMatchObject({ benchmarks: ["svamp"] });
    const inspected = await worker["import/inspect"]({ folder, files: [file] }, call);
    const [proposal] = inspected.files[0]?.found?.proposals ?? [];
    expect(proposal).toMatchObject({ benchmark: "svamp", matched: 0, evaluated: 4 });
    const source = { file, benchmark: "svamp", mapping: proposal?.mapping ?? {}, verdict: null };
    await worker["import/run"]({ folder, sources: [source], verdicts: "judged", again: false }, call);
    const overview = await worker["benchmarks/overview"]({ folder, filter: noFilter }, call);
    expect(overview.benchmarks).toMatchObject([
      { name: "svamp", domain: "out", sets: [{ run: "run-1", iteration: 0, stage: "evaluate" }] },
    ]);
    for (const going of [null, "run-1"]) {
      const plan = await worker["runs/plan"]({ folder, run: going }, call);
      expect(workerContract.requests["runs/plan"].result.safeParse(structuredClone(plan)).success).toBe(true);
      expect(blockerOf(plan)).toMatchObject({
        kind: "fault",
        fault: { message: expect.stringMatching(untaught) as string },
      });
    }
    // The target can still be measured on it.
    const { problems } = await worker["runs/plan"]({ folder, run: null, baseOnly: true }, call);
    expect(problems.filter(({ kind }) => kind === "fault")).toEqual([]);
  });

  it("stand out-of-domain beside those of a benchmark that has one", async () => {
    const { at, write } = place();
    const rows = ["train", "test"].map((split) => {
      const question = `What is 2 + 2, says ${split}?`;
      for (const file of filesOf(findBenchmark("gsm8k"), [split])) {
        writeRows(filePath(at("data"), file), [{ question, answer: "It is 4.\n#### 4" }]);
      }
      return { question, response: "4" };
    });
    const files = [write("train.jsonl", rows.slice(0, 1)), write("other.jsonl", svampAnswers(at("data")))];
    const imported = await run(["import", ...files, "--create", at("project"), "--data", at("data")]);
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.document).toMatchObject({ benchmarks: { gsm8k: 1 }, evaluated: { svamp: { added: 4, of: 4 } } });
    expect(imported.stderr).not.toContain("nothing is taught");
    const configuration = JSON.parse(readFileSync(at("project", "preceptor.json"), "utf8")) as object;
    expect(configuration).toMatchObject({ benchmarks: { gsm8k: { domain: "in" }, svamp: { domain: "out" } } });
  });

  it("are refused by a name that no benchmark has, and by a folder without the named one's files, as what they are", async () => {
    const { at, write } = place();
    const file = write("svamp.jsonl", svampAnswers(at("data")));
    const create = ["--create", at("project"), "--data", at("data")];
    const unknown = await faultOf(["import", file, "--benchmark", "swamp", ...create]);
    expect(unknown.allowed).toContain("svamp");
    const elsewhere = await faultOf(["import", file, "--benchmark", "humaneval", ...create]);
    expect(elsewhere.allowed).toContain("humaneval/HumanEval.jsonl.gz");
    expect(existsSync(at("project"))).toBe(false);
  });
});

const data = path.join(root, "..", "shared", "data");
const seeds = path.join(data, "outputs", "humaneval_mbpp_ldb_seeds");
const absent = !existsSync(seeds);
const reason = absent ? " (skipped: the recorded outputs are not beside this checkout)" : "";

describe.skipIf(absent)(`recorded programs for HumanEval${reason}`, () => {
  it("are a project with the published number of failing ones after one command", async () => {
    const { at } = place();
    const file = path.join(seeds, "humaneval__codellama.jsonl");
    const imported = await run(["import", file, "--create", at("project"), "--data", data]);
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.document).toMatchObject({
      evaluated: { humaneval: { added: 164, answered: 164, of: 164 } },
      leftOut: [],
    });
    const published = readRecords(file).filter((row) => row["is_solved"] === false);
    const { document } = await run(["errors", "--evaluation", "--limit", "164", "--project", at("project")]);
    expect(document["errors"]).toHaveLength(published.length);
  }, 120_000);
});
