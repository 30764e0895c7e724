/**
 * Seconds of the exact contrast search at the size of the paper's GSM8K round (4,303 errors, 3,170 right cases, 768
 * dimensions), and the ratio to numpy's float32 matrix product alone in the same run. numpy goes into a temporary virtual
 * environment; where that cannot be made, the ratio is null and the reason is told.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { distanceBetween, nearest } from "../../src/engine/contrast/nearest.js";
import { Random } from "../../src/engine/random.js";

const [errors, right, dimensions, k, repeats] = [4303, 3170, 768, 20, 5] as const;

const product = `
import json, sys, time
import numpy
random = numpy.random.default_rng(1)
a = random.standard_normal((${errors}, ${dimensions}), dtype=numpy.float32)
b = random.standard_normal((${right}, ${dimensions}), dtype=numpy.float32)
best = 1e9
for _ in range(${repeats}):
    start = time.perf_counter()
    a @ b.T
    best = min(best, time.perf_counter() - start)
print(json.dumps({"version": numpy.__version__, "seconds": best}))
`;

function unitVectors(count: number, name: string): Float32Array[] {
  const random = new Random(1, "bench", name);
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from({ length: dimensions }, () => random.next() - 0.5);
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    return vector.map((value) => value / norm);
  });
}

interface Numpy {
  readonly version: string | null;
  readonly oneThread: number | null;
  readonly allThreads: number | null;
  readonly reason: string | null;
}

function timeNumpy(): Numpy {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-numpy-"));
  const missing = (reason: string): Numpy => ({ version: null, oneThread: null, allThreads: null, reason });
  try {
    const python = path.join(folder, "bin", "python");
    const made = spawnSync("python3", ["-m", "venv", folder], { encoding: "utf8" });
    if (made.status !== 0) return missing(`python3 -m venv failed: ${made.stderr || String(made.error)}`);
    const installed = spawnSync(python, ["-m", "pip", "install", "--quiet", "numpy"], { encoding: "utf8" });
    if (installed.status !== 0) return missing(`numpy could not be installed: ${installed.stderr.slice(0, 300)}`);
    const time = (env: NodeJS.ProcessEnv): { version: string; seconds: number } => {
      const run = spawnSync(python, ["-c", product], { encoding: "utf8", env: { ...process.env, ...env } });
      return JSON.parse(run.stdout) as { version: string; seconds: number };
    };
    const one = time({ OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" });
    return { version: one.version, oneThread: one.seconds, allThreads: time({}).seconds, reason: null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const left = unitVectors(errors, "errors");
const pool = unitVectors(right, "right");
const times: number[] = [];
let result = nearest(left.slice(0, 8), pool, k);
for (let repeat = 0; repeat < repeats; repeat += 1) {
  const started = performance.now();
  result = nearest(left, pool, k);
  times.push((performance.now() - started) / 1000);
}

/** A sample of rows is compared with plain 64-bit distances. */
const checked = Array.from({ length: 50 }, (_, index) => index * 80);
const differ = checked.filter((row) => {
  const vector = left[row] ?? new Float32Array(0);
  const plain = pool
    .map((other, index) => ({ index, distance: distanceBetween(vector, other) }))
    .sort((a, b) => a.distance - b.distance || a.index - b.index)
    .slice(0, k);
  return JSON.stringify(plain) !== JSON.stringify(result[row]);
}).length;

const numpy = timeNumpy();
const seconds = Math.min(...times);
const ratio = (other: number | null): number | null => (other === null ? null : Number((seconds / other).toFixed(2)));
console.log(
  JSON.stringify({
    name: "contrast",
    errors,
    right,
    dimensions,
    k,
    seconds: Number(seconds.toFixed(3)),
    slowest: Number(Math.max(...times).toFixed(3)),
    rowsChecked: checked.length,
    rowsThatDiffer: differ,
    numpy,
    ratioToOneThread: ratio(numpy.oneThread),
    ratioToAllThreads: ratio(numpy.allThreads),
  }),
);
process.exitCode = differ === 0 ? 0 : 1;
