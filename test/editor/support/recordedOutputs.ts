import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./run.js";

const data = path.join(root, "..", "shared", "data");
const mistral = path.join(data, "outputs", "mistral7b_llms_as_instructors");
const codeLlama = path.join(data, "outputs", "humaneval_mbpp_ldb_seeds", "humaneval__codellama.jsonl");

/** Answers of Mistral-7B and CodeLlama that others published, and the benchmarks that they answer; null where they are not beside this checkout. */
export const recordedOutputs =
  existsSync(mistral) && existsSync(codeLlama)
    ? {
        /** Folder of the benchmarks' files. */
        data,
        /** 3,170 answers of GSM8K's training split, published as right; the careful protocol reads four of them otherwise. */
        gsm8k: path.join(mistral, "gsm8k__mistral__Train_raw_right.jsonl.gz"),
        mbppRight: path.join(mistral, "mbpp__mistral__Train_raw_right.jsonl.gz"),
        /** The 247 published errors of MBPP. */
        mbppWrong: path.join(mistral, "mbpp__mistral__Train_raw_wrong.jsonl.gz"),
        /** 164 programs of CodeLlama for HumanEval, 83 of them published as failing. */
        humanEval: codeLlama,
      }
    : null;

/** Whether the first run of a project, which an import began, has judged all its answers. */
export function isImported(folder: string): boolean {
  const file = path.join(folder, ".preceptor", "runs", "run-1", "state.json");
  return existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { state: string }).state === "done";
}
