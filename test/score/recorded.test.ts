import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scoreCommand, type ScoreRequest } from "../../src/cli/commands/score.js";
import { paperCode } from "../../src/engine/families/extract/code.js";
import { readRows } from "../../src/adapters/rows/index.js";

const outputs = join(process.cwd(), "..", "shared", "data", "outputs");
const absent = !existsSync(outputs);
const reason = absent ? " (skipped: the recorded outputs are not beside this checkout)" : "";
const mistral = join(outputs, "mistral7b_llms_as_instructors");

function run(request: Omit<ScoreRequest, "protocol"> & { protocol?: string }) {
  return scoreCommand(
    { protocol: "paper", ...request },
    {
      createRunner: () => Promise.reject(new Error("these benchmarks need no sandbox")),
      signal: new AbortController().signal,
      note: () => undefined,
    },
  );
}

describe.skipIf(absent)(`verdicts on recorded outputs of real models${reason}`, () => {
  it.each(["paper", "clean"])("GSM8K, four models, %s: all 5,276 published verdicts", async (protocol) => {
    const files = [join(outputs, "gsm8k_openai_6b_175b", "example_model_solutions.jsonl")];
    let [compared, differ] = [0, 0];
    for (const model of ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"]) {
      const map = ["gold=ground_truth", `response=${model}.solution`, `verdict=${model}.is_correct`];
      const { agreement } = await run({ files, benchmark: "gsm8k", protocol, map });
      compared += agreement.compared;
      differ += agreement.differ;
    }
    expect([compared, differ]).toEqual([5276, 0]);
  });

  it("GSM8K of Mistral: at least 3,169 of 3,170 under paper; clean differs in four explained ones", async () => {
    const file = join(mistral, "gsm8k__mistral__Train_raw_right.jsonl.gz");
    const request = { files: [file], benchmark: "gsm8k", verdict: [`${file}=true`] };
    expect((await run(request)).agreement.differ).toBeLessThanOrEqual(1);
    // 3/4 read as one number (1236, 1812), a negative amount (1343), "6 hours and 2/3 hours" (1991).
    expect((await run({ ...request, protocol: "clean" })).agreement.cases).toEqual(["1236", "1343", "1812", "1991"]);
  });

  it("MMLU of Mistral: at least 98 % of 1,816 under paper", async () => {
    const files = ["right", "wrong"].map((kind) => join(mistral, `mmlu__mistral__Train_raw_${kind}.jsonl.gz`));
    const verdict = files.map((file, index) => `${file}=${index === 0}`);
    const { agreement } = await run({ files, benchmark: "mmlu", verdict });
    expect(agreement.compared).toBe(1816);
    expect(agreement.differ).toBeLessThanOrEqual(6);
  });

  it.each([
    ["cot", "last-answer-is"],
    ["direct", "whole"],
  ])("BIG-bench Hard, %s: the published accuracy of each task to the digit", async (mode, extractor) => {
    const folder = join(outputs, "bbh_code_davinci_002", `code-davinci-002-${mode}`);
    const tasks = readdirSync(folder).filter((file) => file.endsWith(".json.gz"));
    expect(tasks).toHaveLength(27);
    for (const task of tasks) {
      const metrics = readFileSync(join(folder, task.replace(".json.gz", "_eval_metrics.jsonl")), "utf8");
      const published = (JSON.parse(metrics) as { accuracy: number }).accuracy;
      const { accuracy } = await run({ files: [join(folder, task)], benchmark: "bbh", rows: "outputs", extractor });
      expect(100 * accuracy, task).toBeCloseTo(published, 9);
    }
  });

  it("MBPP of Mistral: the code that the published rule reads is the recorded completion", async () => {
    const files = ["right", "wrong"].map((kind) => join(mistral, `mbpp__mistral__Train_raw_${kind}.jsonl.gz`));
    const rows = (await Promise.all(files.map((file) => readRows(file)))).flat();
    const text = (value: unknown): string => (typeof value === "string" ? value : "");
    const different = rows.filter((row) => {
      const read = paperCode(text(row["response"]), text(row["entry_point"])).value ?? "";
      return read.trim() !== text(row["completion"]).trim();
    });
    // Six responses hold no program in a fence; none of them passes in any reading.
    expect(different.length).toBeLessThanOrEqual(6);
    expect(different.every((row) => row["passed"] === false)).toBe(true);
  });
});
