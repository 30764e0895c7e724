import { contentHash } from "../../../engine/hash.js";
import { Random } from "../../../engine/random.js";
import type { ChatMessage, CodeRunner } from "../../../engine/seams/index.js";
import { finalNumber } from "../mathStudent.js";
import { plainNumber } from "../numbers.js";
import { readChoiceProblem, varyChoice } from "./choice.js";
import { readCodeProblem, varyCode } from "./code.js";
import { readMathProblem, varyMath } from "./math.js";
import { readRequest, type InstructorRequest } from "./request.js";

/** What the instructor needs: a sandbox to recompute the tests of coding tasks; without one it writes none. */
export interface InstructorOptions {
  readonly runner: CodeRunner | null;
}

/** A sample in its family's form, or the sentence that says why there is none. */
type Variation = { readonly sample: object; readonly question: string } | { readonly refusal: string };

/** How often a sample that equals an earlier one is drawn again. */
const redraws = 6;

/**
 * The built-in, rule-based instructor. It varies the question of the request and recomputes the answer from the
 * reference; it knows nothing beyond the request. The same messages and seed give the same answer.
 */
export async function instruct(
  messages: readonly ChatMessage[],
  seed: number,
  { runner }: InstructorOptions,
  signal: AbortSignal,
): Promise<string> {
  const request = readRequest(messages);
  if (request === null) {
    return "I am the built-in instructor and only write samples from a question with its reference answer (a section `### Question` or `### Given question`).";
  }
  const refuse = (why: string): string => JSON.stringify({ analysis: why, samples: [] });
  if (request.reference === null || request.reference === "") {
    const why =
      "I am rule-based and need the reference answer of the question, which this prompt does not show. Use the `clean` templates with the built-in instructor.";
    // The published prompts ask for prose, so a refusal to them is prose, too.
    return messages.some((message) => message.content.includes('"samples"')) ? refuse(why) : why;
  }
  const vary = variationsOf(request, request.reference, runner, signal);
  if (typeof vary === "string") return refuse(vary);
  const name = contentHash(messages);
  const samples: object[] = [];
  const questions = new Set<string>();
  let refusal = "";
  for (let number = 0; number < request.samples; number += 1) {
    for (let draw = 0; draw <= redraws; draw += 1) {
      const variation = await vary(new Random(seed, "instructor", name, String(number), String(draw)));
      if ("refusal" in variation) {
        refusal = ` ${variation.refusal}`;
        continue;
      }
      if (questions.has(variation.question)) continue;
      questions.add(variation.question);
      samples.push(variation.sample);
      break;
    }
  }
  const missing = request.samples - samples.length;
  const short = missing === 0 ? "" : ` I found ${samples.length} of ${request.samples} different variations.${refusal}`;
  return JSON.stringify({ analysis: analysisOf(request, request.reference) + short, samples }, null, 1);
}

/** A function that draws one variation after another; a sentence when the reference cannot be used. */
function variationsOf(
  request: InstructorRequest,
  reference: string,
  runner: CodeRunner | null,
  signal: AbortSignal,
): ((random: Random) => Promise<Variation>) | string {
  switch (request.family ?? guessFamily(request.question, reference)) {
    case "math": {
      const problem = readMathProblem(request.question, reference);
      if (problem === null)
        return "The reference does not show, step by step, how the numbers of the question give its answer.";
      return async (random) => {
        const sample = varyMath(problem, request.solved, random);
        return sample === null
          ? { refusal: "No other numbers keep every step sensible." }
          : { sample, question: sample.question };
      };
    }
    case "choice": {
      const problem = readChoiceProblem(request.question, reference);
      if (problem === null) return "The question shows no options, or the reference names none of them.";
      return async (random) => {
        const sample = varyChoice(problem, random);
        return { sample, question: JSON.stringify([sample.question, sample.options]) };
      };
    }
    case "code": {
      if (runner === null) return "Without a sandbox I cannot recompute tests, so I write no coding tasks.";
      const problem = readCodeProblem(request.question, reference);
      if (problem === null) return "The reference is not a program for the function that the question asks for.";
      return async (random) => {
        const sample = await varyCode(problem, runner, random, signal);
        return sample === null
          ? { refusal: "Too few inputs gave a value that can be tested." }
          : { sample, question: sample.question };
      };
    }
  }
}

function guessFamily(question: string, reference: string): "math" | "choice" | "code" {
  if (/^\s*A[.)]\s/m.test(question)) return "choice";
  return /^\s*def\s/m.test(reference) ? "code" : "math";
}

/** A plain comparison of response and reference; a rule-based instructor claims no more than it sees. */
function analysisOf(request: InstructorRequest, reference: string): string {
  const { response, solved } = request;
  if (response === null) return "The samples ask for the same skill as the given question.";
  const contrast =
    solved.length === 0
      ? ""
      : ` It solves ${solved.length} similar questions, so the samples stay close to the failed one.`;
  if (request.family === "math") {
    const [given, wanted] = [finalNumber(response), finalNumber(reference)];
    const found = given === null ? "The response holds no number" : `The response ends with ${plainNumber(given)}`;
    return `${found}; the reference ends with ${wanted === null ? "no number" : plainNumber(wanted)}. The student has to learn the steps of the reference.${contrast}`;
  }
  if (request.family === "code") {
    return `The response is not a program that does what the reference does. The student has to learn its construction.${contrast}`;
  }
  return `The response picks another option than the reference. The student has to learn the fact behind it.${contrast}`;
}
