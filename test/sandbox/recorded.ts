/** Benchmarks and recorded programs of real models, as tasks of the sandbox. The files are third-party data. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { CodeTask } from "../../src/engine/seams/index.js";

export const SHARED = "../shared/data";
export const HAS_SHARED = existsSync(`${SHARED}/mbpp/mbpp.jsonl`);

export interface Recorded {
  readonly id: string;
  readonly task: CodeTask;
  /** The published verdict; true for reference solutions. */
  readonly passes: boolean;
}

const TIMEOUT_MS = 15_000;

type Row = Readonly<Record<string, unknown>>;

function readRows(path: string): Row[] {
  const bytes = readFileSync(`${SHARED}/${path}`);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const values: unknown = path.endsWith(".json")
    ? JSON.parse(text)
    : text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line): unknown => JSON.parse(line));
  return Array.isArray(values)
    ? values.filter((value): value is Row => typeof value === "object" && value !== null)
    : [];
}

function text(row: Row, field: string): string {
  const value = row[field];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function texts(row: Row, field: string): string[] {
  const value = row[field];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function checked(row: Row, program: string): CodeTask {
  return {
    program,
    entryPoint: text(row, "entry_point"),
    tests: { imports: [], setup: "", kind: "check", code: [text(row, "test")] },
    timeoutMs: TIMEOUT_MS,
  };
}

/** 164 canonical solutions of HumanEval. */
export function humanEval(): Recorded[] {
  return readRows("humaneval/HumanEval.jsonl.gz").map((row) => ({
    id: text(row, "task_id"),
    task: checked(row, text(row, "prompt") + text(row, "canonical_solution")),
    passes: true,
  }));
}

/** 974 reference solutions of MBPP. */
export function mbpp(): Recorded[] {
  return readRows("mbpp/mbpp.jsonl").map((row) => ({
    id: `MBPP/${text(row, "task_id")}`,
    task: {
      program: text(row, "code"),
      entryPoint: null,
      tests: { imports: [], setup: text(row, "test_setup_code"), kind: "assertions", code: texts(row, "test_list") },
      timeoutMs: TIMEOUT_MS,
    },
    passes: true,
  }));
}

/** 427 reference solutions of the sanitized MBPP. */
export function sanitizedMbpp(): Recorded[] {
  return readRows("mbpp/sanitized-mbpp.json").map((row) => ({
    id: `sanitized/${text(row, "task_id")}`,
    task: {
      program: text(row, "code"),
      entryPoint: null,
      tests: { imports: texts(row, "test_imports"), setup: "", kind: "assertions", code: texts(row, "test_list") },
      timeoutMs: TIMEOUT_MS,
    },
    passes: true,
  }));
}

/** Programs of the LDB seeds with their published verdicts. */
export function ldb(benchmark: "humaneval" | "mbpp", model: string): Recorded[] {
  return readRows(`outputs/humaneval_mbpp_ldb_seeds/${benchmark}__${model}.jsonl`).map((row) => ({
    id: text(row, "task_id"),
    task: checked(row, (model === "reflexion" ? text(row, "prompt") : "") + text(row, "solution")),
    passes: row["is_solved"] === true,
  }));
}

/** The 462 MBPP programs of Mistral-7B-Instruct with their published verdicts. */
export function mistral(): Recorded[] {
  return ["right", "wrong"].flatMap((kind) =>
    readRows(`outputs/mistral7b_llms_as_instructors/mbpp__mistral__Train_raw_${kind}.jsonl.gz`).map((row) => ({
      id: text(row, "task_id"),
      task: checked(row, text(row, "prompt") + "\n" + text(row, "completion")),
      passes: row["passed"] === true,
    })),
  );
}
