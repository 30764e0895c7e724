import { readFileSync } from "node:fs";
import { join } from "node:path";
import { demoFolder } from "../../src/adapters/builtin/index.js";
import { fitStudent, type FitRequest, type FitResult } from "../../src/adapters/builtin/fit.js";
import { makeCase } from "../../src/engine/benchmarks/index.js";
import { families, type Case, type SampleDraft } from "../../src/engine/families/index.js";
import type { TrainingProgress, TrainingRow } from "../../src/engine/seams/index.js";

export type FamilyName = "math" | "choice" | "code";

interface DemoRow {
  readonly [field: string]: unknown;
}

export function demoRows(path: string): DemoRow[] {
  const lines = readFileSync(join(demoFolder(), path), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as DemoRow);
}

const text = (row: DemoRow, field: string): string => String(row[field]);
const labels = ["A", "B", "C", "D"];

/** A demo case as the engine has it. */
function demoCase(family: FamilyName, split: string, row: DemoRow): Case {
  const data = {
    math: () => ({ answerKind: "number", gold: text(row, "answer"), solution: text(row, "solution") }),
    choice: () => ({ options: labels.map((label) => ({ label, text: text(row, label) })), gold: text(row, "answer") }),
    code: () => ({
      entryPoint: text(row, "entry_point"),
      prefix: null,
      tests: { imports: [], setup: "", kind: "assertions", code: row["tests"] },
      reference: text(row, "reference"),
    }),
  }[family]();
  const draft = { id: text(row, "id"), group: text(row, "group"), question: text(row, "question"), data };
  return makeCase(`demo-${family}`, split, family, draft);
}

export function demoCases(family: FamilyName, split: "target" | "evaluation"): Case[] {
  return demoRows(`demo-${family}/${split}.jsonl`).map((row) => demoCase(family, split, row));
}

/** The training row that teaches a demo case itself. */
function rowOf(family: FamilyName, row: DemoRow): TrainingRow {
  const draft: SampleDraft = {
    question: text(row, "question"),
    solution: family === "math" ? text(row, "solution") : family === "code" ? text(row, "reference") : "It fits.",
    answer: family === "code" ? null : text(row, "answer"),
    options: family === "choice" ? labels.map((label) => ({ label, text: text(row, label) })) : null,
    tests: family === "code" ? (row["tests"] as string[]) : null,
    entryPoint: family === "code" ? text(row, "entry_point") : null,
  };
  return { id: text(row, "id"), family, ...families[family].trainingRow(draft, "clean") };
}

export function targetRows(family: FamilyName): TrainingRow[] {
  return demoRows(`demo-${family}/target.jsonl`).map((row) => rowOf(family, row));
}

export function evaluationRows(family: FamilyName): TrainingRow[] {
  return demoRows(`demo-${family}/evaluation.jsonl`).map((row) => rowOf(family, row));
}

/** Runs a fit to its end. */
export function fitted(request: FitRequest): FitResult & { readonly progress: readonly TrainingProgress[] } {
  const progress: TrainingProgress[] = [];
  const fit = fitStudent(request);
  for (let turn = fit.next(); ; turn = fit.next()) {
    if (turn.done === true) return { ...turn.value, progress };
    if (turn.value !== null) progress.push(turn.value);
  }
}
