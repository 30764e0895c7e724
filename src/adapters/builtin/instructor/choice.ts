import type { Random } from "../../../engine/random.js";
import { finalLetter } from "../choiceStudent.js";
import { readPrompt } from "../readPrompt.js";

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

const openings: readonly string[] = [
  "",
  "",
  "Think before you choose. ",
  "A short question: ",
  "Compare all options first. ",
  "Rule out what cannot be. ",
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
  if (text.endsWith("?") === false && /[.:]$/.test(text) === false) return text;
  return random.pick(openings) + text;
}

/** One variation: another order of the options and another way to ask. */
export function varyChoice({ stem, options, right }: ChoiceProblem, random: Random): ChoiceSample {
  const order = random.shuffle(options.map((_, index) => index));
  const labels = order.map((_, place) => String.fromCharCode(65 + place));
  const fixed = options.some((option) => /\b(?:all|none|both|neither) of\b|^[A-D] and [A-D]/i.test(option));
  const places = fixed ? options.map((_, index) => index) : order;
  const answer = labels[places.indexOf(right)] ?? "A";
  const text = (options[right] ?? "").replace(/[.\s]+$/, "");
  return {
    question: rephrase(stem, random),
    options: Object.fromEntries(places.map((index, place) => [labels[place] ?? "", options[index] ?? ""])),
    answer,
    explanation: `By the reference, "${text}" is what the question asks for; the other options do not fit it.`,
  };
}
