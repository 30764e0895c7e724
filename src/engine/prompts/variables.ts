/** A variable that a template may read, documented for completion and hover. */
export interface VariableDoc {
  readonly name: string;
  readonly type: "text" | "text or nothing" | "whole number" | "list of texts";
  readonly description: string;
  /** True when a template of this strategy makes no sense without it. */
  readonly required: boolean;
}

const question: VariableDoc = {
  name: "question",
  type: "text",
  description: "The question of the case as the instructor sees it; multiple choice: with its options.",
  required: true,
};
const response: VariableDoc = {
  name: "response",
  type: "text",
  description: "What the target model answered, unchanged.",
  required: true,
};
const reference: VariableDoc = {
  name: "reference",
  type: "text or nothing",
  description: "Reference answer or solution of the case; nothing where the benchmark has none.",
  required: false,
};
const samples: VariableDoc = {
  name: "samples",
  type: "whole number",
  description: "How many new samples this call asks for, from 1 to 20.",
  required: true,
};
const correctQuestions: VariableDoc = {
  name: "correct_questions",
  type: "list of texts",
  description: "Questions of the nearest cases that the target answered correctly (the contrast set), nearest first.",
  required: true,
};
const family: VariableDoc = {
  name: "family",
  type: "text",
  description: "Name of the benchmark family, for example `math`.",
  required: false,
};
const benchmark: VariableDoc = {
  name: "benchmark",
  type: "text",
  description: "Name of the benchmark, for example `gsm8k`.",
  required: false,
};
const group: VariableDoc = {
  name: "group",
  type: "text or nothing",
  description: "Subject or task of the case; nothing where the benchmark has none.",
  required: false,
};
const entryPoint: VariableDoc = {
  name: "entry_point",
  type: "text or nothing",
  description: "Name of the function that the tests call; nothing where the benchmark names none.",
  required: false,
};

const common = [family, benchmark, group];

const byStrategy: { readonly [strategy: string]: readonly VariableDoc[] } = {
  LE: [question, response, samples, reference, ...common],
  LEC: [question, response, correctQuestions, samples, reference, ...common],
  AugGPT: [question, samples, reference, ...common],
  judge: [question, response, { ...reference, required: true }, ...common],
};

/** What the strategies do, for completion and hover. */
export const strategyDocs: { readonly [strategy: string]: string } = {
  LE: "Learning from Errors: the instructor sees one wrong answer and writes samples against it.",
  LEC: "Learning from Errors by Contrast: it also sees the nearest questions that the target answered correctly.",
  AugGPT: "The baseline: more samples like the question, whatever the target answered.",
  judge: "Decides whether a response is right, for benchmarks without an exact metric.",
};

/** Strategies that have templates of their own. Others (random errors) name one of these. */
export const templateStrategies: readonly string[] = Object.keys(byStrategy);

/**
 * The variables of a template. A strategy that is not known may read every variable of every strategy, none required:
 * somebody is writing a new one.
 */
export function variablesOf(strategy: string, familyName: string): readonly VariableDoc[] {
  const known = byStrategy[strategy];
  const docs =
    known ??
    [question, response, correctQuestions, samples, reference, ...common].map((doc) => ({ ...doc, required: false }));
  return familyName === "code" || familyName === "any" ? [...docs, entryPoint] : docs;
}
