import * as z from "zod";
import type { Case, MathData, Protocol } from "./case.js";
import type { ArtefactProposal, Extraction, ExtractorName, Family, Judgement } from "./family.js";
import type { SampleDraft, Verification } from "./sample.js";
import { checkEquations } from "./arithmetic.js";
import { sameLatex } from "./compare/latex.js";
import { sameNumber, samePlainNumber, saysUnanswerable } from "./compare/number.js";
import { boxed, nothing } from "./extract/boxed.js";
import { extractText } from "./extract/index.js";
import { finalAnswer, lastNumber } from "./extract/finalAnswer.js";
import { plainNumbers, readNumber } from "./extract/numbers.js";
import { equal, within, tenth } from "./rational.js";
import {
  draftOf,
  exactly,
  firstMissing,
  notVerifiable,
  refuted,
  textField,
  userTurn,
  verified,
  withStatedAnswer,
} from "./shared.js";

const dataSchema: z.ZodType<MathData> = z.object({
  answerKind: z.enum(["number", "latex", "none"]),
  gold: z.string().min(1),
  solution: z.string().nullable(),
});

const sampleSchema = z
  .object({
    question: textField("The text of the new problem, without its solution."),
    solution: textField(
      "The worked solution, step by step, with every calculation written out as an equation and annotated like 6 * 7 = <<6*7=42>>42.",
    ),
    answer: textField(
      "The final answer alone: a number without unit, or a LaTeX expression where the problem needs one.",
    ),
  })
  .transform(({ question, solution, answer }) => draftOf({ question, solution, answer }));

const instruction =
  "Solve the problem step by step and write every calculation as an equation. " +
  'End with a line of the form "The answer is <number>."';
const latexInstruction =
  "Solve the problem step by step. End with the final answer in the form \\boxed{<answer>}, written in LaTeX.";

/** GSM8K, GSM-Plus, SVAMP and MATH: problems whose answer is a number or a LaTeX expression. */
export const math: Family<MathData> = {
  name: "math",
  title: "Mathematics",
  data: dataSchema,

  prompt(testCase) {
    const task = testCase.data.answerKind === "latex" ? latexInstruction : instruction;
    return userTurn(`${testCase.question.trim()}\n\n${task}`);
  },

  extractorFor(protocol, testCase): ExtractorName {
    if (testCase.data.answerKind === "latex") return "boxed";
    return protocol === "paper" ? "last-number" : "final-answer";
  },

  extract(testCase, response, extractor) {
    if (extractor === "last-number") return lastNumber(response);
    if (extractor === "final-answer") return finalAnswer(response);
    const found = extractText(response, extractor);
    if (found.value !== null || extractor !== "boxed" || testCase.data.answerKind !== "latex") return found;
    return unboxed(response);
  },

  async judge(testCase, response, protocol, _context, extractor) {
    return judge(testCase, response, protocol, extractor ?? math.extractorFor(protocol, testCase));
  },

  async triage(testCase, response): Promise<ArtefactProposal | null> {
    for (const protocol of ["clean", "paper"] as const) {
      const second = judge(testCase, response, protocol, math.extractorFor(protocol, testCase));
      if (second.correct) return proposal(second, testCase.data.gold, protocol);
    }
    for (const extractor of ["after-hashes", "boxed", "final-answer"] as const) {
      const second = judge(testCase, response, "clean", extractor);
      if (second.correct)
        return {
          reason: "extraction",
          evidence: `${extractor} reads ${second.extraction.value ?? ""}, the gold answer`,
        };
    }
    return null;
  },

  questionText: (testCase) => testCase.question,
  questionType: ({ data }) => (data.answerKind === "none" ? "unanswerable" : data.answerKind),
  reference: ({ data }) => data.solution ?? data.gold,

  sampleSchema,
  incomplete: ({ question, solution, answer }) => firstMissing({ question, solution, answer }),
  verify: async (draft) => verifyMath(draft),

  trainingRow(draft, protocol) {
    const latex = draft.answer !== null && readNumber(draft.answer) === null;
    const question = draft.question.trim();
    const prompt = protocol === "paper" ? question : `${question}\n\n${latex ? latexInstruction : instruction}`;
    return { prompt: userTurn(prompt), completion: completionOf(draft) };
  },

  show({ question, data }) {
    const gold = { title: "Gold answer", text: data.gold, language: "text" } as const;
    const sections = [{ title: "Question", text: question, language: "markdown" } as const, gold];
    return data.solution === null
      ? sections
      : [...sections, { title: "Reference solution", text: data.solution, language: "markdown" } as const];
  },
};

function proposal(judgement: Judgement, gold: string, protocol: Protocol): ArtefactProposal {
  const value = judgement.extraction.value ?? "";
  return { reason: "disputed", evidence: `the ${protocol} protocol reads ${value}, and the gold answer is ${gold}` };
}

/** Without a box: the expression after the last "answer is", else the last number. */
function unboxed(response: string): Extraction {
  const stated = extractText(response, "last-answer-is");
  return stated.value === null ? lastNumber(response) : stated;
}

function judge(testCase: Case<MathData>, response: string, protocol: Protocol, extractor: ExtractorName): Judgement {
  const { answerKind, gold } = testCase.data;
  const found = math.extract(testCase, response, extractor, protocol);
  if (answerKind === "none") return judgeUnanswerable(response, found, protocol);
  if (found.value === null) return exactly(false, found);
  if (answerKind === "latex") return exactly(sameLatex(found.value, gold), found);
  return exactly(protocol === "paper" ? samePaper(found.value, gold) : sameNumber(found.value, gold), found);
}

/** The published comparison reads the last number of both sides. */
function samePaper(answer: string, gold: string): boolean {
  const value = plainNumbers(answer).at(-1)?.value;
  const wanted = plainNumbers(gold).at(-1)?.value;
  return value !== undefined && wanted !== undefined && samePlainNumber(value, wanted);
}

/**
 * Questions without an answer (GSM-Plus, critical thinking): right is to say so. The published rule compares numbers
 * only, so a number is never right and neither is anything else.
 */
function judgeUnanswerable(response: string, found: Extraction, protocol: Protocol): Judgement {
  if (protocol === "paper") return exactly(false, found);
  const stated = finalAnswer(response);
  if (stated.value === "None") return exactly(true, stated);
  const isStated = /(?:####|answer(?: is|:)|\\boxed|^\s*A:)/im.test(response);
  const end = response.trim().split(/\n+/).slice(-2).join("\n");
  const says = !isStated && saysUnanswerable(end);
  return exactly(says, says ? { value: "None", span: null } : found);
}

/**
 * Recomputes every equation of the solution and compares the answer with what the solution states and computes.
 * Refuted by the first wrong equation or by an answer that contradicts the solution.
 */
function verifyMath({ solution, answer }: SampleDraft): Verification {
  const equations = checkEquations(solution);
  const wrong = equations.find(({ ok }) => !ok);
  if (wrong !== undefined) return refuted(wrong.evidence);
  if (answer === null) return notVerifiable("no answer to compare with");
  const value = readNumber(answer);
  if (value === null || !/^[^A-Za-z\\]*$/.test(answer.replace(/\b[a-z]{2,}\b/gi, "")))
    return verifyText(solution, answer);
  const stated = statedValue(solution);
  if (stated !== null && !sameNumber(stated, answer)) {
    return refuted(`the solution ends with ${stated}, the answer says ${answer}`);
  }
  if (equations.length === 0) return notVerifiable("the solution has no equation to recompute");
  const results = equations.flatMap(({ result }) => (result === null ? [] : [result]));
  if (results.some((result) => equal(result, value) || within(result, value, tenth(2)))) {
    return verified(`${equations.length} equation${equations.length === 1 ? "" : "s"} recomputed`);
  }
  if (stated !== null) return notVerifiable("no equation computes the answer");
  return refuted(`no step of the solution gives the answer ${answer}`);
}

/** What the solution itself says its answer is; null when it does not say so outright. */
function statedValue(solution: string): string | null {
  if (!/(?:####|answer(?: is|:)|\\boxed)/i.test(solution)) return null;
  return finalAnswer(solution).value;
}

function verifyText(solution: string, answer: string): Verification {
  const box = boxed(solution);
  if (box.value === null) return notVerifiable("an answer that is no number");
  if (sameLatex(box.value, answer)) return notVerifiable("the solution states the answer, but nothing recomputes it");
  return refuted(`the solution ends with ${box.value}, the answer says ${answer}`);
}

function completionOf({ solution, answer }: SampleDraft): string {
  if (answer === null) return solution.trim();
  const value = (boxed(solution).value ?? nothing.value) === null ? finalAnswer(solution).value : answer;
  if (boxed(solution).value !== null) return solution.trim();
  return withStatedAnswer(solution.replace(/\n?\s*####.*$/, ""), answer.trim(), value);
}
