import { writeExpression } from "./expression.js";
import { parseTemplate, resultsOf, slotValue, templatesOf, type EquationTemplate } from "./equationTemplate.js";
import { numbersIn, plainNumber, sameNumber } from "./numbers.js";
import type { SoftmaxClassifier } from "./softmax.js";
import { hashedFeatures, maskedWords, ngrams, type SparseVector } from "./textFeatures.js";

/** Features of a question: n-grams with masked numbers, those of the sentence that asks once more, the count of numbers. */
export function mathFeatures(question: string, dimensions: number): SparseVector {
  const sentences = question.split(/(?<=[.?!])\s+/);
  const asking = sentences.findLast((sentence) => sentence.includes("?")) ?? sentences.at(-1) ?? "";
  return hashedFeatures(
    [
      ...ngrams(maskedWords(question), "w"),
      ...ngrams(maskedWords(asking), "q"),
      `numbers ${Math.min(numbersIn(question).length, 9)}`,
    ],
    dimensions,
  );
}

/** The final answer of a worked solution or of a response: after `####` or "answer is", else the last number. */
export function finalNumber(text: string): number | null {
  const marked = /####\s*\$?(-?[\d,]*\.?\d+)|answer is:?\s*\$?(-?[\d,]*\.?\d+)/gi;
  const last = [...text.matchAll(marked)].at(-1) ?? [...text.matchAll(/(-?\d[\d,]*(?:\.\d+)?)/g)].at(-1);
  const found = last?.[1] ?? last?.[2];
  return found === undefined ? null : Number(found.replaceAll(",", ""));
}

/** What a row teaches: the template that its solution shows for its question; null when they do not belong together. */
export function mathLesson(question: string, completion: string, known: (name: string) => boolean): string | null {
  const numbers = numbersIn(question).map((mentioned) => mentioned.value);
  const readings = templatesOf(numbers, completion, finalNumber(completion));
  return (readings.find((reading) => known(reading.name)) ?? readings[0])?.name ?? null;
}

/** The numbers fit when every step is finite and not negative and nothing but whole numbers, prices and the like appear. */
function fits(template: EquationTemplate, numbers: readonly number[]): boolean {
  const results = resultsOf(template, numbers);
  return (
    results !== null &&
    results.every((result) => result >= 0 && sameNumber(result * 100, Math.round(result * 100))) &&
    (Number.isInteger(results.at(-1)) || numbers.some((number) => !Number.isInteger(number)))
  );
}

/** How many templates are tried in order of confidence before any that can be computed is taken. */
const mostTries = 6;

/** Solves a question with the likeliest template whose numbers fit; null when nothing has been learnt that applies. */
function chooseTemplate(question: string, classifier: SoftmaxClassifier): EquationTemplate | null {
  const numbers = numbersIn(question).map((mentioned) => mentioned.value);
  const ranked = classifier.ranked(mathFeatures(question, classifier.dimensions));
  let computable: EquationTemplate | null = null;
  for (const [rank, name] of ranked.entries()) {
    const template = parseTemplate(name);
    if (template === null || resultsOf(template, numbers) === null) continue;
    if (rank < mostTries && fits(template, numbers)) return template;
    computable ??= template;
  }
  return computable;
}

/** The student's answer, worked out step by step. */
export function answerMath(question: string, classifier: SoftmaxClassifier): string {
  const numbers = numbersIn(question).map((mentioned) => mentioned.value);
  const template = chooseTemplate(question, classifier);
  if (template === null) {
    const guess = numbers.reduce((total, value) => total + value, 0);
    return `I have not learnt how to work this out, so this is a guess.\nThe answer is ${plainNumber(guess)}.`;
  }
  const results = resultsOf(template, numbers) ?? [];
  const steps = template.steps.map((tokens, index) => {
    const expression = writeExpression(tokens, (slot) => plainNumber(slotValue(slot, numbers, results) ?? 0), true);
    const opening =
      index === 0 ? "First I work out" : index + 1 === template.steps.length ? "Finally I work out" : "Then";
    return `${opening} ${expression} = ${plainNumber(results[index] ?? 0)}.`;
  });
  return [...steps, `The answer is ${plainNumber(results.at(-1) ?? 0)}.`].join("\n");
}
