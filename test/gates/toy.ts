import * as z from "zod";
import type { Case, Family, JudgeContext, SampleDraft, Verification } from "../../src/engine/families/index.js";
import type { Sample } from "../../src/engine/instructor/index.js";

/** A family of sums: `verify` recomputes `a + b` of the question; small enough to reason about in tests. */
export const sums: Family = {
  name: "sums",
  title: "Sums",
  data: z.unknown(),
  prompt: ({ question }) => [{ role: "user", content: question }],
  extractorFor: () => "last-number",
  extract: () => ({ value: null, span: null }),
  judge: () => Promise.reject(new Error("not asked in these tests")),
  triage: () => Promise.resolve(null),
  questionText: ({ question }) => question,
  questionType: () => "free",
  reference: () => null,
  sampleSchema: z.custom<SampleDraft>(),
  incomplete: ({ answer }) => (answer === null ? "answer missing" : null),
  verify: ({ question, answer }) => Promise.resolve(sumVerdict(question, answer)),
  trainingRow: ({ question, solution, answer }, protocol) => ({
    prompt: [{ role: "user", content: protocol === "paper" ? question : `Add up.\n${question}` }],
    completion: `${solution} The answer is ${answer ?? "nothing"}.`,
  }),
  show: () => [],
};

function sumVerdict(question: string, answer: string | null): Verification {
  const match = /(\d+) \+ (\d+)/.exec(question);
  if (match === null) return { verdict: "not-verifiable", evidence: "no sum in the question" };
  const sum = Number(match[1]) + Number(match[2]);
  if (String(sum) === answer) return { verdict: "verified", evidence: "the sum is right" };
  return { verdict: "refuted", evidence: `the sum is ${sum}, not ${answer ?? "nothing"}` };
}

export function draft(question: string, answer: string | null = "1", more: Partial<SampleDraft> = {}): SampleDraft {
  return { question, solution: "We add.", answer, options: null, tests: null, entryPoint: null, ...more };
}

export function sample(id: string, made: SampleDraft, source = "sums/train/0", index = 0): Sample {
  return {
    id,
    benchmark: "sums",
    family: "sums",
    strategy: "LE",
    draft: made,
    lineage: { source, round: 0, call: 0, index, answer: null },
  };
}

export function sumCase(id: string, question: string): Case {
  return {
    key: `sums/train/${id}`,
    benchmark: "sums",
    split: "train",
    id,
    hash: id,
    family: "sums",
    group: null,
    question,
    data: null,
  };
}

export const judge: JudgeContext = {
  runner: null,
  timeoutMs: 1000,
  judge: null,
  signal: new AbortController().signal,
};
