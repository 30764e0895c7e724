import { existsSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createImportProject, importResponses, openImport, RecordedFiles } from "../../src/adapters/importing/index.js";
import { environmentSecrets, openProject } from "../../src/adapters/project/index.js";
import { readRecords, root, temporaryFolder } from "../support/project.js";
import { silent } from "../support/watcher.js";

const data = path.join(root, "..", "shared", "data");
const mistral = path.join(data, "outputs", "mistral7b_llms_as_instructors");
const absent = !existsSync(mistral);
const reason = absent ? " (skipped: the recorded outputs are not beside this checkout)" : "";
const parts = ["gsm8k_right", "mbpp_right", "mbpp_wrong", "mmlu_right", "mmlu_wrong"].map((name) => {
  const [benchmark, verdict] = name.split("_") as [string, string];
  return {
    file: path.join(mistral, `${benchmark}__mistral__Train_raw_${verdict}.jsonl.gz`),
    right: verdict === "right",
  };
});

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

async function imported(verdicts: "judged" | "recorded") {
  const place = temporaryFolder();
  made.push(place);
  const folder = path.join(place.folder, "mistral");
  const read = new RecordedFiles();
  const files = parts.map(({ file }) => file);
  const created = await createImportProject({ files, folder, data, benchmark: null, protocol: "paper", read });
  const project = await openProject(folder, environmentSecrets({}));
  const { context, benchmarks } = await openImport(project, read);
  const sources = [];
  for (const { file, right } of parts) {
    const [best] = context.proposals(await read.read(file));
    if (best === undefined) throw new Error(`Nothing is proposed for ${file}.`);
    sources.push({ file, benchmark: best.benchmark, mapping: best.mapping, verdict: right });
  }
  const request = { sources, run: null, verdicts, again: false };
  const signal = new AbortController().signal;
  const result = await importResponses(project, request, { context, benchmarks, watcher: silent, signal });
  const stage = path.join(folder, ".preceptor", "runs", result.run, "stages", "1-collect", "responses.jsonl");
  const records = readRecords(stage) as unknown[] as { benchmark: string; correct: boolean; paper: { by: string } }[];
  const errors = (name: string): number => records.filter((each) => each.benchmark === name && !each.correct).length;
  return { created, result, records, errors };
}

describe.skipIf(absent)(`an import of Mistral's recorded outputs${reason}`, () => {
  it("makes the project, finds the three benchmarks, and has the 247 published MBPP errors", async () => {
    const { created, result, errors } = await imported("judged");
    expect(created.benchmarks).toEqual(["gsm8k", "mbpp-paper", "mmlu"]);
    expect(result.matched).toEqual({ gsm8k: 3170, "mbpp-paper": 462, mmlu: 1784 });
    // Questions of MMLU's dev and validation files that are in its test files, too.
    expect(result.leftOut.map((row) => row.reason)).toEqual(Array.from({ length: 32 }, () => "evaluated"));
    expect([errors("gsm8k"), errors("mbpp-paper")]).toEqual([0, 247]);
  }, 120_000);

  it("can take the published verdicts without running a program", async () => {
    const { records, errors } = await imported("recorded");
    expect(new Set(records.map(({ paper }) => paper.by))).toEqual(new Set(["recorded"]));
    // 8 of the 32 questions that are left out are among the 724 wrong ones.
    expect([errors("gsm8k"), errors("mbpp-paper"), errors("mmlu")]).toEqual([0, 247, 716]);
  }, 120_000);
});
