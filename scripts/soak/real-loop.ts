/**
 * One iteration of the loop with the built-in models on the real files of GSM8K, MMLU and MBPP (target splits up to 500
 * cases, MBPP's 462 all) and the real evaluation files of six benchmarks. The numbers are what they are: the built-in
 * student is small. Needs the data folder beside the checkout (`../shared/data`).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const data = path.resolve("../shared/data");
if (!existsSync(data)) {
  console.log(JSON.stringify({ skipped: "there is no ../shared/data" }));
  process.exit(0);
}

const out = { folder: data, domain: "out" };
const configuration = {
  benchmarks: {
    gsm8k: { use: "gsm8k", folder: data, selection: { size: 500 } },
    mmlu: { use: "mmlu", folder: data, selection: { size: 500, stratify: true } },
    "mbpp-paper": { use: "mbpp-paper", folder: data },
    "gsm-plus-paper": { use: "gsm-plus-paper", ...out },
    "arc-challenge": { use: "arc-challenge", ...out },
    humaneval: { use: "humaneval", ...out },
  },
  models: {
    student: { provider: "builtin", name: "student" },
    instructor: { provider: "builtin", name: "instructor" },
  },
  target: "student",
  instructor: "instructor",
  iterations: ["LEC"],
  quota: 1000,
};

const folder = mkdtempSync(path.join(tmpdir(), "preceptor-real-"));
try {
  writeFileSync(path.join(folder, "preceptor.json"), JSON.stringify(configuration, null, 2));
  const started = performance.now();
  const { status, stdout } = spawnSync(process.execPath, ["dist/cli.js", "iterate", "--json", "--project", folder], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - started) / 1000;
  const result = JSON.parse(stdout) as { readonly report: unknown };
  console.log(JSON.stringify({ status, seconds, report: result.report }, null, 2));
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
