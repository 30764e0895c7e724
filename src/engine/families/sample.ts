import * as z from "zod";
import type { Option } from "./case.js";

/**
 * What an instructor wrote for one training example, after parsing and before any gate. One shape serves every family:
 * a field that a family does not use is null.
 */
export interface SampleDraft {
  readonly question: string;
  /** Worked solution, explanation of the choice, or Python code: the text that the target learns to answer. */
  readonly solution: string;
  /** Final answer (a number, a LaTeX answer, an option letter); null for code. */
  readonly answer: string | null;
  readonly options: readonly Option[] | null;
  /** `assert …` lines for code. */
  readonly tests: readonly string[] | null;
  readonly entryPoint: string | null;
}

/** A draft as records and decisions keep it. */
export const draftSchema = z.object({
  question: z.string(),
  solution: z.string(),
  answer: z.string().nullable(),
  options: z.array(z.object({ label: z.string(), text: z.string() })).nullable(),
  tests: z.array(z.string()).nullable(),
  entryPoint: z.string().nullable(),
});
/** A draft with its fields in one order, so that equal drafts are equal lines. */
export type DraftRecord = z.infer<typeof draftSchema>;

export function draftRecord({ question, solution, answer, options, tests, entryPoint }: SampleDraft): DraftRecord {
  return {
    question,
    solution,
    answer,
    options: options === null ? null : options.map(({ label, text }) => ({ label, text })),
    tests: tests === null ? null : [...tests],
    entryPoint,
  };
}

/** Three verdicts of verification; only `refuted` is dropped by default. */
export type Verification =
  | { readonly verdict: "verified"; readonly evidence: string }
  | { readonly verdict: "refuted"; readonly evidence: string }
  | { readonly verdict: "not-verifiable"; readonly evidence: string };
