import type { SampleDraft } from "../families/index.js";
import { normalised } from "./draftText.js";
import type { Gate } from "./gate.js";
import { verdictOf } from "./verdict.js";
import { words } from "./words.js";

/** Drops questions into which a heading, the solution or the answer leaked, and answers that hold another sample. */
export function leakGate(): Gate {
  return {
    name: "leak",
    version: 1,
    concurrent: true,
    async check({ draft }) {
      return verdictOf("leak", leakIn(draft));
    },
  };
}

const label =
  "question|problem|task|answer|solution|explanation|analysis|response|options|choices|tests?|test cases?|code";
/** A line that begins with a label of the answer format: `### Question`, `**Answer:**`, `Solution 2:`. */
const headingLine = new RegExp(
  `^\\s*(?:#{1,6}\\s*(?:[*_]{0,3})(?:new |generated |sample )?(?:${label})\\b[^\\n]{0,40}$|(?:[*_]{1,3})(?:new |generated |sample )?(?:${label})(?:\\s*#?\\d+)?\\s*[:.]?[*_]{1,3}|(?:question|problem|answer|solution|explanation|analysis)(?:\\s*#?\\d+)?\\s*:)`,
  "im",
);
/** A second sample inside one: its question's heading. */
const questionHeading =
  /^\s*(?:#{1,6}\s*[*_]{0,3}|[*_]{1,3})?(?:new |generated |sample )?(?:question|problem)\s*(?:#?\d+)?\s*[*_]{0,3}\s*:|^\s*#{1,6}\s*[*_]{0,3}(?:new |generated |sample )?(?:question|problem)\b/im;
const annotation = /<<[^<>\n]*=[^<>\n]*>>/;
const finalHashes = /^\s*####\s*\S/m;
const marked = /[([](?:correct|right|true) ?(?:answer|option|choice)?[)\]]|[✓✔✅]|<-+\s*(?:correct|answer)/iu;

/** Why a draft leaks, in words; null when it does not. Exported for the editor's explanation of one sample. */
export function leakIn(draft: SampleDraft): string | null {
  const { question, solution, answer, options } = draft;
  if (annotation.test(question) || finalHashes.test(question)) return "worked solution in the question";
  const isCode = draft.tests !== null;
  // Tasks for programs explain their examples in the documentation (HumanEval does), so that label alone says nothing.
  const heading = headingLine.exec(isCode ? question.replace(/^\s*explanation\s*:/gim, "") : question)?.[0];
  if (heading !== undefined) return `heading \`${heading.trim()}\` in the question`;
  if (answer !== null && statesAnswer(question, answer)) return `answer \`${answer}\` stated in the question`;
  if (options?.some(({ text }) => marked.test(text)) === true) return "an option is marked as right";
  if (marked.test(question)) return "an option is marked as right in the question";
  if (containsSolution(question, solution, isCode)) return "solution in the question";
  const second = questionHeading.exec(solution)?.[0];
  if (second !== undefined) return `another sample (\`${second.trim()}\`) in the solution`;
  return null;
}

const statement =
  /\b(?:answer|result|solution|(?:correct|right) (?:option|choice|answer))\s*(?:is|are|:|=|was)\s*(?:thus |therefore |then )?[$*("'\\]*(?=(\S[^\n]*))/giu;

/** True for `the answer is 42`, `answer: 42`, `correct option is B`, whatever stands before it. */
function statesAnswer(question: string, answer: string): boolean {
  const value = answer.trim();
  if (value === "") return false;
  // A single letter counts in its own case only: "the answer is a prime" does not state option A.
  const fold = (text: string): string => (value.length === 1 ? text : text.toLowerCase());
  return [...question.matchAll(statement)].some(([, rest = ""]) => {
    const next = rest.slice(value.length);
    return fold(rest).startsWith(fold(value)) && !/^(?:[\p{L}\p{N}]|[.,]\d)/u.test(next);
  });
}

/**
 * True when the question holds the whole solution, or the greater part of its telling lines. Lines that every program
 * repeats of its task (signature, imports, documentation) tell nothing.
 */
function containsSolution(question: string, solution: string, isCode: boolean): boolean {
  const hay = normalised(question);
  const whole = normalised(solution);
  if (words(whole).length >= 5 && hay.includes(whole)) return true;
  const lines = isCode ? codeLines(solution) : proseLines(solution);
  const leaked = lines.filter((line) => hay.includes(normalised(line)));
  return leaked.length > 0 && leaked.length * 2 > lines.length && words(leaked.join(" ")).length >= 3;
}

function codeLines(program: string): string[] {
  return program
    .replace(/("""|''')[\s\S]*?\1/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter(
      (line) => !/^(?:$|#|import |from |def |class |@|```|return(?: true| false| none)?$|pass$|else:|try:)/i.test(line),
    );
}

/** Lines with a calculation: a question may repeat words of its solution, but not its equations. */
function proseLines(solution: string): string[] {
  return solution.split(/\n|(?<=[.!?])\s/).filter((line) => /\d\s*=\s*[-$]?\d|=\s*[-$]?\d/.test(line));
}
