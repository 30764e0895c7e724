import type { Random } from "../../../engine/random.js";
import { finalLetter } from "../choiceStudent.js";
import { readPrompt } from "../readPrompt.js";
import { reword } from "./wording.js";

export interface ChoiceSample {
  readonly question: string;
  readonly options: { readonly [label: string]: string };
  readonly answer: string;
  readonly explanation: string;
}

export interface ChoiceProblem {
  readonly stem: string;
  readonly options: readonly string[];
  /** Index of the right option. */
  readonly right: number;
}

/** Null when the question shows no options, or the reference names none of them. */
export function readChoiceProblem(question: string, reference: string): ChoiceProblem | null {
  const asked = readPrompt([{ role: "user", content: question }]);
  if (asked.family !== "choice") return null;
  const plain = (text: string): string =>
    text
      .trim()
      .toLowerCase()
      .replace(/[.\s]+$/, "");
  const letter = /^\s*\(?([A-J])(?:[.):]|\s*$)/m.exec(reference)?.[1] ?? finalLetter(reference);
  const byLetter = asked.options.findIndex((option) => option.label === letter);
  const right = byLetter >= 0 ? byLetter : asked.options.findIndex((option) => plain(option.text) === plain(reference));
  if (right < 0 || asked.question === "") return null;
  return { stem: asked.question, options: asked.options.map((option) => option.text), right };
}

/**
 * Settings of a question, nearly free of words that say anything, so that the fact stays the only thing to learn. The
 * empty ones keep some questions bare.
 */
const before: readonly string[] = [
  "",
  "Here is one more for you, so take your time. ",
  "Let us see whether you can tell this one. ",
  "Look at all of them first and then choose. ",
  "Only one of the four is right here, so think it over. ",
  "Now say what you think about this one. ",
  "If you were asked this, what would you say? ",
  "Think before you answer, and then choose one. ",
];
const after: readonly string[] = [
  "",
  " Choose the one that is right.",
  " Say which of them it is.",
  " Go through them one by one.",
  " Leave out what cannot be right.",
  " There is only one that will do.",
];

/** Forms of a stem that mean the same; only the way of asking is touched, never the fact. */
function rephrase(stem: string, random: Random): string {
  const rules: readonly (readonly [RegExp, readonly string[]])[] = [
    [/^Which of (?:these|the following) /, ["Which of these ", "Which of the following ", "Which one of these "]],
    [/^Which one /, ["Which of these ", "Which one "]],
    [/^What is true of /, ["What is true of ", "What holds for ", "What may be said of "]],
    [/^What kind of thing is /, ["What kind of thing is ", "Of what kind is ", "How is one to classify "]],
    [/^What is the /, ["What is the ", "Tell the "]],
    [/ Which is it\?$/, [" Which is it?", " Which one is meant?", " Which of these is it?"]],
    [/ Which of these fits\?$/, [" Which of these fits?", " Which one is right?", " Which of these will do?"]],
    [/ except\b/i, [" except", " with the exception of"]],
  ];
  let text = stem;
  for (const [pattern, alternatives] of rules) text = text.replace(pattern, random.pick(alternatives));
  // Only one option is right, so a question for what does something may be put as a statement.
  const does = /^Which (?:one )?of (?:these|the following) ((?:is|has|feeds|grows|sounds|[a-z]+s) [^?]+)\?$/.exec(
    text,
  )?.[1];
  if (does !== undefined && random.next() < 0.3) text = `Only one of the options ${does}. Which one?`;
  // A stem that ends in the middle of a sentence is completed by the option, so nothing may stand between them.
  if (!/[.:?]$/.test(text)) return text;
  const opening = random.pick(before);
  return opening + text + (text.endsWith("?") ? random.pick(after) : "");
}

/** Samples have four options: of more, some wrong ones are left out. */
function atMostFour({ stem, options, right }: ChoiceProblem, random: Random): ChoiceProblem {
  if (options.length <= 4) return { stem, options, right };
  const wrong = random.shuffle(options.map((_, index) => index).filter((index) => index !== right)).slice(0, 3);
  const kept = [right, ...wrong].sort((a, b) => a - b);
  return { stem, options: kept.map((index) => options[index] ?? ""), right: kept.indexOf(right) };
}

/** One variation: another order of the options and another way to ask. */
export function varyChoice(problem: ChoiceProblem, random: Random): ChoiceSample {
  const { stem, options, right } = atMostFour(problem, random);
  const order = random.shuffle(options.map((_, index) => index));
  const labels = order.map((_, place) => String.fromCharCode(65 + place));
  // Options that speak of others keep their places.
  const fixed = options.some((option) => /\b(?:all|none|both|neither) of\b|^[A-D] and [A-D]/i.test(option));
  const places = fixed ? options.map((_, index) => index) : order;
  const answer = labels[places.indexOf(right)] ?? "A";
  const text = (options[right] ?? "").replace(/[.\s]+$/, "");
  return {
    question: rephrase(reword(stem, [], random).apply(stem), random),
    options: Object.fromEntries(places.map((index, place) => [labels[place] ?? "", options[index] ?? ""])),
    answer,
    explanation: `By the reference, "${text}" is what the question asks for; the other options do not fit it.`,
  };
}
