import { cleanQuestion, cleanSolution, restoreLatex, withoutSolution, type Normaliser } from "./fields.js";
import { asText } from "./raw.js";
import { unwrapEmphasis } from "./text.js";

/** Word problems: question, worked solution, final answer. */
export const mathDraft: Normaliser = (raw) => {
  const { question, rest } = cleanQuestion(raw.question);
  const worked = asText(raw.solution) || asText(raw.explanation);
  const given = restoreLatex(asText(raw.answer)).trim();
  // One field may hold everything: `Answer: <worked solution>`.
  const isLong = worked === "" && !isAnswerAlone(given);
  const source = worked !== "" ? worked : given !== "" ? given : rest;
  const solution = cleanSolution(source.replace(hashAnswer, ""));
  if (question === "" || (solution === "" && given === "")) return null;
  const answer = given !== "" && !isLong ? finalAnswer(given, true) : finalAnswer(source, false);
  return {
    ...unused,
    question: withoutSolution(question, solution),
    solution: solution === "" ? given : solution,
    answer,
  };
};

const hashAnswer = /^[^\S\n]{0,20}#{4}[^\S\n]*([-+$\d][^\n]{0,80})$/m;
/** True for a text that is an answer and no worked solution: a number with a unit, or a few words on one line. */
function isAnswerAlone(text: string): boolean {
  return (
    bareNumber(text) !== null || (/^[^\n]{0,60}$/.test(text) && !text.endsWith(".") && text.split(/\s+/).length <= 4)
  );
}

const numberPattern = /[-\u2212]?\$?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?\/\s?\d+)?/g;

/**
 * The final answer of a text: after `####`, in `\boxed{}`, behind "answer is" or "=", or the last number. Numbers lose
 * currency signs, thousands separators and units; other texts stay as they are. Null when there is none.
 */
function finalAnswer(text: string, alone: boolean): string | null {
  const source = restoreLatex(text);
  const hashed = hashAnswer.exec(source)?.[1];
  const boxed = lastBoxed(source);
  if (hashed !== undefined) return bareNumber(hashed) ?? unwrapEmphasis(hashed);
  if (boxed !== null) return bareNumber(boxed) ?? boxed;
  if (alone) {
    const plain = unwrapEmphasis(source.replace(/^\s*(?:the\s+)?(?:final\s+)?answer(?:\s+is)?\s*[:=]?\s*/i, ""))
      .replace(/^\$(?=[^\d\s])([^$]*)\$$/, "$1")
      .replace(/\.$/, "");
    return bareNumber(plain) ?? (plain === "" ? null : plain);
  }
  const tail = source.slice(-600);
  const stated = /.*(?:answer|result)\s*(?:is|:|=)\s*(?:\*\*)?([^\n]{1,60})/is.exec(tail)?.[1];
  if (stated !== undefined) {
    const found = firstNumber(stated);
    if (found !== null) return found;
  }
  const numbers = tail.replace(/<<[^>\n]{0,200}>>/g, "").match(numberPattern);
  return tidyNumber(numbers?.at(-1));
}

function firstNumber(text: string): string | null {
  return tidyNumber(text.match(numberPattern)?.[0]);
}

/** A text that is one number with at most a currency sign and a unit behind it. */
function bareNumber(text: string): string | null {
  const plain = unwrapEmphasis(text)
    .replace(/^=\s*/, "")
    .replace(/<<[^>\n]{0,200}>>/g, "");
  const match =
    /^([-\u2212]?\s?[$\u20AC\u00A3]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?\/\s?\d+)?)\s*(?:%|[a-zA-Z\u00B0][a-zA-Z .\u00B0\u00B2\u00B3/-]{0,40})?\.?$/.exec(
      plain,
    );
  return tidyNumber(match?.[1]);
}

function tidyNumber(text: string | undefined): string | null {
  if (text === undefined) return null;
  const tidy = text.replace(/[\s,$\u20AC\u00A3]/g, "").replace("\u2212", "-");
  return /\d/.test(tidy) ? tidy : null;
}

function lastBoxed(text: string): string | null {
  const start = text.lastIndexOf("\\boxed{");
  if (start === -1) return null;
  let depth = 0;
  for (let at = start + 6; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    else if (text[at] === "}") depth -= 1;
    if (depth === 0) return text.slice(start + 7, at).trim();
  }
  return null;
}

const unused = { options: null, tests: null, entryPoint: null };
