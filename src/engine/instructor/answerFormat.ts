import type { AnswerFormat } from "../seams/index.js";

type Schema = { readonly [key: string]: unknown };

const text = (description: string): Schema => ({ type: "string", description });
/** Strict mode of structured output: every property required, no others allowed. */
const object = (properties: { readonly [name: string]: Schema }): Schema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const sampleSchemas: { readonly [family: string]: Schema } = {
  math: object({
    question: text("Text of the new problem."),
    solution: text("Worked solution; each calculation annotated like 48 / 2 = <<48/2=24>>24."),
    answer: text("Final answer, a bare number without unit."),
  }),
  choice: object({
    question: text("Text of the new question without its options."),
    options: object({
      A: text("First option."),
      B: text("Second option."),
      C: text("Third option."),
      D: text("Fourth option."),
    }),
    answer: { type: "string", enum: ["A", "B", "C", "D"], description: "Letter of the right option." },
    explanation: text("Why it is right."),
  }),
  code: object({
    question: text("Text of the new task; names the function, its parameters and its result."),
    entry_point: text("Name of the function."),
    code: text("Complete Python program that defines the function."),
    tests: { type: "array", items: { type: "string" }, description: "One single-line assert statement each." },
  }),
};

/** Structured output for the `clean` templates of a family; null for a family without templates. */
export function answerFormat(family: string): AnswerFormat | null {
  const sample = sampleSchemas[family];
  if (sample === undefined) return null;
  const schema = object({
    analysis: text("What went wrong in the response, why, and what the student has to learn."),
    samples: { type: "array", items: sample, description: "The new samples." },
  });
  return { name: `${family}_samples`, schema };
}
