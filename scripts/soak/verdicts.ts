/**
 * Verdicts on recorded outputs of real models against the published ones: the table of the design's figures. Prints one
 * JSON object; `ok` of an entry says whether its bound holds. Names on the command line choose entries by prefix.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createCodeRunner } from "../../src/adapters/sandbox/index.js";
import { scoreCommand, type ScoreRequest } from "../../src/cli/commands/score.js";
import type { ScoreResult } from "../../src/engine/evaluation/index.js";
import type { CodeRunner } from "../../src/engine/seams/index.js";

const outputs = join(process.cwd(), "..", "shared", "data", "outputs");
const mistral = join(outputs, "mistral7b_llms_as_instructors");

interface Entry {
  readonly name: string;
  readonly requests: readonly ScoreRequest[];
  /** Whether the figures of the requests, in order, are as they must be. */
  readonly holds: (results: readonly ScoreResult[]) => boolean;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const differ = (results: readonly ScoreResult[]): number => sum(results.map(({ agreement }) => agreement.differ));
const equal = ({ agreement, faults }: ScoreResult): number => agreement.compared - agreement.differ - faults.length;

function gsm8kModels(protocol: string): ScoreRequest[] {
  const file = join(outputs, "gsm8k_openai_6b_175b", "example_model_solutions.jsonl");
  return ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"].map((model) => ({
    files: [file],
    benchmark: "gsm8k",
    protocol,
    map: ["gold=ground_truth", `response=${model}.solution`, `verdict=${model}.is_correct`],
  }));
}

function splitFiles(benchmark: string, name: string, protocol: string): ScoreRequest {
  const right = join(mistral, `${name}__mistral__Train_raw_right.jsonl.gz`);
  const wrong = join(mistral, `${name}__mistral__Train_raw_wrong.jsonl.gz`);
  return { files: [right, wrong], benchmark, protocol, verdict: [`${right}=true`, `${wrong}=false`] };
}

function gsm8kMistral(protocol: string): ScoreRequest {
  const right = join(mistral, "gsm8k__mistral__Train_raw_right.jsonl.gz");
  return { files: [right], benchmark: "gsm8k", protocol, verdict: [`${right}=true`] };
}

/** Verdicts that have to be equal under `clean` in each file of recorded programs. */
const seeds: readonly (readonly [file: string, equal: number])[] = [
  ["humaneval__codellama", 164],
  ["humaneval__gpt-4-1106-preview", 164],
  ["humaneval__reflexion", 164],
  ["humaneval__gpt-3.5-turbo-0613", 163],
  ["humaneval__starcoder", 162],
  ["mbpp__codellama", 500],
  ["mbpp__starcoder", 499],
  ["mbpp__gpt-3.5-turbo-0613", 487],
];

function seed(file: string, least: number): Entry {
  const request = (protocol: string): ScoreRequest => ({
    files: [join(outputs, "humaneval_mbpp_ldb_seeds", `${file}.jsonl`)],
    benchmark: file.split("__")[0] ?? "",
    protocol,
    map: ["response=solution", "verdict=is_solved"],
  });
  const requests = [request("paper"), request("clean")];
  return { name: `ldb ${file}`, requests, holds: (results) => results.every((result) => equal(result) >= least) };
}

function bigBench(mode: "cot" | "direct", extractor: string): Entry {
  const folder = join(outputs, "bbh_code_davinci_002", `code-davinci-002-${mode}`);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json.gz")) : [];
  const published = files.map((file) => {
    const metrics = readFileSync(join(folder, file.replace(".json.gz", "_eval_metrics.jsonl")), "utf8");
    return (JSON.parse(metrics) as { accuracy: number }).accuracy;
  });
  return {
    name: `bbh ${mode}`,
    requests: files.map((file) => ({
      files: [join(folder, file)],
      benchmark: "bbh",
      protocol: "paper",
      extractor,
      rows: "outputs",
    })),
    holds: (results) =>
      results.length === 27 &&
      results.every(({ accuracy }, index) => Math.abs(100 * accuracy - (published[index] ?? -1)) < 1e-9),
  };
}

const entries: readonly Entry[] = [
  { name: "gsm8k openai paper", requests: gsm8kModels("paper"), holds: (results) => differ(results) === 0 },
  { name: "gsm8k openai clean", requests: gsm8kModels("clean"), holds: (results) => differ(results) <= 5 },
  { name: "gsm8k mistral paper", requests: [gsm8kMistral("paper")], holds: (results) => differ(results) <= 1 },
  { name: "gsm8k mistral clean", requests: [gsm8kMistral("clean")], holds: (results) => differ(results) <= 5 },
  {
    name: "mmlu mistral paper",
    requests: [splitFiles("mmlu", "mmlu", "paper")],
    holds: (results) => differ(results) <= 0.02 * 1816,
  },
  { name: "mmlu mistral clean", requests: [splitFiles("mmlu", "mmlu", "clean")], holds: () => true },
  bigBench("cot", "last-answer-is"),
  bigBench("direct", "whole"),
  {
    name: "mbpp mistral paper",
    requests: [splitFiles("mbpp-paper", "mbpp", "paper")],
    holds: ([result]) => result?.agreement.differ === 0 && result.artefacts >= 27 && result.artefacts <= 45,
  },
  {
    name: "mbpp mistral completion",
    requests: [{ ...splitFiles("mbpp-paper", "mbpp", "paper"), map: ["response=completion"] }],
    holds: (results) => differ(results) === 0,
  },
  { name: "mbpp mistral clean", requests: [splitFiles("mbpp-paper", "mbpp", "clean")], holds: () => true },
  ...seeds.map(([file, least]) => seed(file, least)),
];

if (!existsSync(outputs)) {
  process.stdout.write(`${JSON.stringify({ skipped: `the recorded outputs are not at ${outputs}` })}\n`);
} else {
  const wanted = process.argv.slice(2);
  const chosen = entries.filter(({ name }) => wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix)));
  let runner: CodeRunner | null = null;
  const started = Date.now();
  const table: { name: string; ok: boolean; seconds: number; figures: unknown }[] = [];
  for (const { name, requests, holds } of chosen) {
    const results: ScoreResult[] = [];
    for (const request of requests) {
      const shared = {
        createRunner: async (): Promise<CodeRunner> => {
          runner ??= await createCodeRunner();
          return unclosed(runner);
        },
        signal: new AbortController().signal,
        note: (line: string) => process.stderr.write(`${name}: ${line}\n`),
      };
      results.push(await scoreCommand(request, shared));
    }
    const figures = results.map(({ n, correct, accuracy, disputed, artefacts, faults, agreement }) => ({
      n,
      correct,
      accuracy,
      disputed,
      artefacts,
      faults: faults.length,
      ...agreement,
      cases: agreement.cases.slice(0, 40),
    }));
    const shown = name.startsWith("bbh") ? figures.map(({ accuracy }) => accuracy) : figures;
    table.push({ name, ok: holds(results), seconds: (Date.now() - started) / 1000, figures: shown });
    process.stderr.write(`${name}: ${holds(results) ? "ok" : "NOT as it must be"}\n`);
  }
  await (runner as CodeRunner | null)?.close();
  process.stdout.write(`${JSON.stringify({ table }, null, 2)}\n`);
  if (table.some(({ ok }) => !ok)) process.exitCode = 1;
}

/** One runner serves all entries; a request must not close it. */
function unclosed(runner: CodeRunner): CodeRunner {
  return {
    layer: runner.layer,
    run: (task, signal) => runner.run(task, signal),
    evaluate: (task, signal) => runner.evaluate(task, signal),
    close: async () => undefined,
  };
}
