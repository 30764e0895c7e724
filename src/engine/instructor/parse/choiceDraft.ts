import type { Option } from "../../families/index.js";
import { cleanQuestion, cleanSolution, type Normaliser } from "./fields.js";
import { optionsOf, splitOptions } from "./options.js";
import { asText, type RawSample } from "./raw.js";
import { trimField } from "./text.js";

/** Multiple choice: question, options from A on, letter of the right one, explanation. */
export const choiceDraft: Normaliser = (raw) => {
  const cleaned = cleanQuestion(raw.question);
  let question = cleaned.question;
  let options: readonly Option[] = optionsOf(raw.options);
  if (options.length < 2) {
    const split = splitOptions(question);
    if (split !== null) {
      question = trimField(split.before);
      options = split.options;
    }
  } else {
    // Options that are listed a second time below the question do not belong to it.
    const split = splitOptions(question);
    if (split !== null && split.options.length >= 2) question = trimField(split.before);
  }
  question = trimField(
    question.replace(/\n\s*(?:\*\*)?(?:answer )?(?:options|choices)(?:\*\*)?\s*:?\s*(?:\*\*)?$/i, ""),
  );
  const read = readChoice(raw, options, cleaned.rest);
  if (question === "" || options.length < 2 || read.answer === null) return null;
  return { question, options, answer: read.answer, solution: read.explanation, tests: null, entryPoint: null };
};

function readChoice(
  raw: RawSample,
  options: readonly Option[],
  rest: string,
): { readonly answer: string | null; readonly explanation: string } {
  const explanation = cleanSolution(asText(raw.explanation) || asText(raw.solution));
  const index = typeof raw.answerIndex === "number" ? options[raw.answerIndex] : undefined;
  if (index !== undefined) return { answer: index.label, explanation };
  const given = cleanAnswer(asText(raw.answer) || rest);
  const match =
    /^(?:(?:the )?(?:correct |right )?(?:answer|option|choice)(?: is)?\s*:?\s*)?\(?([A-Ja-j1-9])(?:\s*[).:]|\s*\]|(?=\s*(?:$|\n|[-\u2013\u2014,(])))\)?\s*/i.exec(
      given,
    );
  const letter = match?.[1] === undefined ? null : labelOf(match[1], options);
  if (letter !== null && match !== null) {
    return { answer: letter, explanation: explanation || behindChoice(given.slice(match[0].length), letter, options) };
  }
  const lower = given.toLowerCase();
  const byText = options.filter((option) => option.text !== "" && lower.startsWith(option.text.toLowerCase()));
  const longest = byText.sort((a, b) => b.text.length - a.text.length)[0];
  if (longest !== undefined) {
    return { answer: longest.label, explanation: explanation || behindChoice(given, longest.label, options) };
  }
  const spoken = /\b(?:option|answer is|choice)\s*:?\s*\(?([A-J])\b/.exec(given)?.[1];
  const label = spoken === undefined ? null : labelOf(spoken, options);
  return { answer: label, explanation: explanation || (label === null ? "" : given) };
}

function cleanAnswer(text: string): string {
  const bare = text.trim().replace(/^(?:#{1,6}\s*|\*{1,3})*(?:correct |final )?answer\s*(?:\*{1,3})?\s*:\s*/i, "");
  return bare.replace(/^(\*{1,2})([^*\n]{1,300})\1/, "$2").trim();
}

/** What follows the letter, without the repeated text of the option and the dash behind it. */
function behindChoice(text: string, label: string, options: readonly Option[]): string {
  let rest = text
    .trim()
    .replace(/^\*{1,2}/, "")
    .trim();
  const option = options.find((item) => item.label === label)?.text ?? "";
  if (option !== "" && rest.toLowerCase().startsWith(option.toLowerCase())) rest = rest.slice(option.length);
  rest = rest.replace(/^[\s.*]*(?:[-\u2013\u2014:,]+\s*)?/, "").replace(/^\((.*)\)$/s, "$1");
  return cleanSolution(rest.replace(/^(?:brief )?explanation\s*:\s*/i, ""));
}

function labelOf(text: string, options: readonly Option[]): string | null {
  const letter = /\d/.test(text) ? String.fromCharCode(64 + Number(text)) : text.toUpperCase();
  return options.some((option) => option.label === letter) ? letter : null;
}
