import * as z from "zod";
import { Fault } from "../fault.js";
import type { ChatMessage, CodeRunner } from "../seams/index.js";
import type { Extraction, Judgement } from "./family.js";
import type { SampleDraft, Verification } from "./sample.js";

/** A conversation of one user turn. */
export function userTurn(content: string): readonly ChatMessage[] {
  return [{ role: "user", content }];
}

/** A verdict that needed nothing but the text. */
export function exactly(correct: boolean, extraction: Extraction): Judgement {
  return { correct, extraction, failure: null, by: "exact", forgeable: false };
}

export const verified = (evidence: string): Verification => ({ verdict: "verified", evidence });
export const refuted = (evidence: string): Verification => ({ verdict: "refuted", evidence });
export const notVerifiable = (evidence: string): Verification => ({ verdict: "not-verifiable", evidence });

/** A draft with the fields that a family does not use set to null. */
export function draftOf(fields: Partial<SampleDraft> & Pick<SampleDraft, "question" | "solution">): SampleDraft {
  return { answer: null, options: null, tests: null, entryPoint: null, ...fields };
}

/** A text field of a sample, with its description for the instructor. */
export function textField(description: string): z.ZodString {
  return z.string().describe(description);
}

/** The schema that a structured answer has to follow for one sample of a family (the input side of its transform). */
export function jsonSchemaOf(source: z.ZodType): { readonly [key: string]: unknown } {
  const { type, properties, required } = z.toJSONSchema(source, {
    io: "input",
    override({ jsonSchema }) {
      // Strict structured output wants every object closed.
      if (jsonSchema.type === "object") jsonSchema.additionalProperties = false;
    },
  });
  return { type, properties, required, additionalProperties: false };
}

/** The runner, or the fault that says why there is none. */
export function runnerOf(runner: CodeRunner | null): CodeRunner {
  if (runner !== null) return runner;
  throw new Fault("sandbox", "Code cannot be judged: no sandbox is available.", {
    remedy: "Run `preceptor doctor` to see which layer is missing, or allow plain processes for programs you trust.",
  });
}

/** Says which of the named fields is empty; null when none is. */
export function firstMissing(fields: { readonly [name: string]: string | null }): string | null {
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value.trim() === "") return `${name} is missing`;
  }
  return null;
}

/** Adds a last line that states the answer, unless the text ends by stating it. */
export function withStatedAnswer(text: string, answer: string, stated: string | null): string {
  const body = text.trimEnd();
  if (stated !== null && stated === answer && /answer\s+is/i.test(body.split("\n").at(-1) ?? "")) return body;
  return `${body}\nThe answer is ${answer}.`;
}
