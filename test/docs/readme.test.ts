import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startFaultServer, type FaultServer, type ReceivedRequest } from "../support/faultServer.js";
import { preceptor, readRecords, temporaryFolder, type Finished } from "../support/project.js";

/**
 * The README's "five minutes with your own model" and "start from an existing log", step by step, against a loopback
 * server. Only `benchmarks fetch` is left out: files of GSM8K's form, written by us, stand where it would put them.
 */
const made = temporaryFolder();
const folder = made.folder;
let server: FaultServer;

beforeAll(async () => {
  server = await startFaultServer({ answer });
});
afterAll(async () => {
  await server.close();
  made.remove();
});

interface Problem {
  readonly question: string;
  readonly answer: string;
}

function problem(number: number): Problem {
  const [have, more] = [3 + number, 2 * number + 1];
  return {
    question: `A shelf holds ${have} books. Ida puts ${more} more on it. How many books are on the shelf now?`,
    answer: `The shelf holds ${have} + ${more} = <<${have}+${more}=${have + more}>>${have + more} books.\n#### ${have + more}`,
  };
}

const train = Array.from({ length: 24 }, (_, index) => problem(index));
const test = Array.from({ length: 12 }, (_, index) => problem(100 + index));

/** The target adds rightly when the shelf holds an even number of books; the instructor writes two problems. */
function answer({ model, messages }: ReceivedRequest): string {
  const text = messages.map(({ content }) => content).join("\n");
  const [, have = "0", more = "0"] = /holds (\d+) books\. Ida puts (\d+) more/u.exec(text) ?? [];
  const sum = Number(have) + Number(more);
  if (model !== "teacher") return `The answer is ${Number(have) % 2 === 0 ? sum : sum + 1}.`;
  const samples = [1, 2].map((offset) => {
    const [a, b] = [Number(have) + offset, Number(more) + 3 * offset];
    return {
      question: `Ben has ${a} stamps and gets ${b} from friend ${offset}. How many stamps has he then?`,
      solution: `${a} + ${b} = <<${a}+${b}=${a + b}>>${a + b}`,
      answer: String(a + b),
    };
  });
  return JSON.stringify({ analysis: "It adds one too many.", samples });
}

async function run(...args: string[]): Promise<Finished> {
  return preceptor(args, { cwd: folder });
}

function lines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

it("init writes a project that doctor finds in order", async () => {
  const made = await run(
    ...["init", "--target", server.baseUrl, "--target-model", "my-7b"],
    ...["--instructor", server.baseUrl, "--instructor-model", "teacher"],
  );
  expect(made.code, made.stderr).toBe(0);
  const data = path.join(folder, ".preceptor/benchmarks/gsm8k");
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(data, "train.jsonl"), lines(train));
  writeFileSync(path.join(data, "test.jsonl"), lines(test));
  const doctor = await run("doctor");
  expect(doctor.stdout).toMatch(/Benchmarks: gsm8k \(24 target, 12 evaluation\)/u);
  expect(doctor.stdout).not.toMatch(/✗/u);
});

it("generate --try shows samples, what the gates made of them, and what to do next", async () => {
  const { code, stdout, stderr } = await run("generate", "--try", "2", "--limit", "20");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/Ben has \d+ stamps/u);
  expect(stdout).toMatch(/2 errors: \d+ samples asked, 4 parsed .*, 4 kept/u);
  expect(stdout).toMatch(/iterate --run run-1/u);
});

it("iterate ends with 3, and says where the training set is and what to do with it", async () => {
  const { code, stdout, stderr } = await run("iterate", "--yes");
  expect(code, stderr).toBe(3);
  const file = path.join(folder, ".preceptor/runs/run-2/stages/1-train/training-set.jsonl");
  expect(stdout).toContain(file);
  expect(stdout).toMatch(/Train it with your own script/u);
  const [row] = readRecords(file);
  expect(row).toMatchObject({ family: "math", prompt: [{ role: "user" }] });
  expect(row?.["completion"]).toMatch(/The answer is \d+\.$/u);
});

interface RecordedLog {
  readonly what: string;
  readonly name: string;
  readonly row: (each: Problem, index: number) => { readonly [field: string]: unknown };
  readonly args: readonly string[];
}

const logs: readonly RecordedLog[] = [
  {
    what: "a log of lm-evaluation-harness",
    name: "samples_gsm8k_train.jsonl",
    row: (each, index) => ({
      doc_id: index,
      doc: each,
      target: each.answer,
      resps: [[`The answer is ${index % 3}.`]],
      filtered_resps: [String(index % 3)],
    }),
    args: [],
  },
  {
    what: "plain JSONL by id",
    name: "log.jsonl",
    row: (_, index) => ({ id: String(index), response: `It is ${index % 3}.` }),
    args: ["--benchmark", "gsm8k"],
  },
];

it.each(logs)("import starts a run from $what; iterate goes on with all that is evaluated", async (log) => {
  const { name, row, args } = log;
  writeFileSync(path.join(folder, name), lines(train.slice(0, 10).map(row)));
  const asked = server.received.length;
  const imported = await run("import", name, ...args);
  expect(imported.code, imported.stderr).toBe(0);
  expect(imported.stdout).toMatch(/Run run-\d+: 10 of gsm8k imported\.\n(?!Not imported)/u);
  expect(server.received.length, "the target was asked").toBe(asked);
  const id = /Run (run-\d+)/u.exec(imported.stdout)?.[1] ?? "";
  const errors = await run("errors", "--run", id);
  expect(errors.stdout).toMatch(/10 wrong answers/u);
  const { code, stderr } = await run("iterate", "--run", id, "--yes");
  expect(code, stderr).toBe(3);
  const base = path.join(folder, ".preceptor/runs", id, "stages/0-evaluate/responses.jsonl");
  expect(readRecords(base)).toHaveLength(test.length);
  rmSync(path.join(folder, name));
});

it("score judges rows that hold their gold, without a project", async () => {
  const rows = train.map((each, index) => ({ ...each, response: index < 6 ? each.answer : "The answer is 0." }));
  writeFileSync(path.join(folder, "scored.jsonl"), lines(rows));
  const { code, stdout, stderr } = await run(
    "score",
    "scored.jsonl",
    "--benchmark",
    "gsm8k",
    "--map",
    "gold=answer",
    "--json",
  );
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ n: 24, correct: 6 });
});

it("init takes an https address for a paid server, with a key by name", async () => {
  const other = path.join(folder, "other");
  mkdirSync(other);
  expect((await preceptor(["init"], { cwd: other })).code).toBe(0);
  const { models } = JSON.parse(readFileSync(path.join(other, "preceptor.json"), "utf8")) as {
    models: { readonly [name: string]: { readonly [field: string]: unknown } };
  };
  expect(models["instructor"]).toMatchObject({ apiKey: "${env:OPENAI_API_KEY}" });
  expect(models["instructor"]).not.toHaveProperty("price");
  expect(models["target"]).toMatchObject({ price: { input: 0, output: 0 } });
});
