import type { Extraction } from "../family.js";
import { saysUnanswerable } from "../compare/number.js";
import { boxed, nothing, slice } from "./boxed.js";
import { carefulNumbers, type NumberInText, plainNumbers } from "./numbers.js";

function ofNumber(number: NumberInText | undefined): Extraction {
  return number === undefined ? nothing : { value: number.text, span: [number.start, number.end] };
}

/** The last number of the text, by the rule of the published verdicts. */
export function lastNumber(text: string): Extraction {
  return ofNumber(plainNumbers(text).at(-1));
}

/** A place where a response says outright what its answer is; the answer starts at `from`. */
interface Statement {
  readonly from: number;
  readonly end: number;
}

const statementPatterns = [
  /####[ \t]*/g,
  /^[ \t]*(?:\*\*|__)?(?:A|Ans|Answer|Final answer|Result)(?:\*\*|__)?[ \t]*:[ \t]*(?:\*\*|__)?[ \t]*/gim,
  /\b(?:final |correct |right )?answer(?: to (?:the|this) (?:question|problem))?(?:\*\*|__)?(?:[ \t]+(?:is|will be|would be|should be)(?: therefore| thus| then)?|[ \t]*[:=])[ \t]*:?[ \t]*/gi,
];

/** Explicit statements in order of place; the part of a statement ends with its sentence. */
function statements(text: string): Statement[] {
  const found = statementPatterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => {
      const from = match.index + match[0].length;
      const rest = text.slice(from);
      const stop = /\n|[.!?](?=\s|$)/.exec(rest);
      return { from, end: from + (stop === null ? rest.length : stop.index) };
    }),
  );
  return found.sort((a, b) => a.from - b.from);
}

/**
 * The number that a stated answer means: after its last equals sign, or right behind the statement. Where a sentence of
 * words follows (`the answer is that each of his 4 friends gets 20`), the last number from there on.
 */
function stated(text: string, numbers: readonly NumberInText[], { from, end }: Statement): NumberInText | undefined {
  const inside = numbers.filter((number) => number.start >= from && number.end <= end);
  const equals = text.slice(from, end).lastIndexOf("=");
  const computed = equals === -1 ? undefined : inside.find((number) => number.start >= from + equals);
  const [first] = inside;
  if (computed !== undefined || first === undefined) return computed;
  const words = text.slice(from, first.start).match(/\p{L}{2,}/gu) ?? [];
  return words.length <= 2 ? first : numbers.at(-1);
}

/**
 * A careful reading of a worked answer to a word problem. In order: the last of the explicit statements (`#### x`,
 * `A: x`, `the answer is x`, `\boxed{x}`) that holds a number; the only bold number of the last sentence with numbers;
 * the last number. A response that states that the question cannot be answered gives `None`.
 */
export function finalAnswer(text: string): Extraction {
  const numbers = carefulNumbers(text);
  const box = boxed(text);
  const boxedNumber =
    box.span === null
      ? undefined
      : numbers.find((n) => box.span !== null && n.start >= box.span[0] && n.end <= box.span[1]);
  for (const statement of statements(text).reverse()) {
    if (boxedNumber !== undefined && boxedNumber.start > statement.from) break;
    const number = stated(text, numbers, statement);
    const words = text.slice(statement.from, number?.start ?? statement.end);
    if (/^\W*none\b/i.test(words) || saysUnanswerable(words)) {
      return { ...slice(text, statement.from, statement.end), value: "None" };
    }
    if (number !== undefined) return ofNumber(number);
  }
  if (boxedNumber !== undefined) return ofNumber(boxedNumber);
  const last = numbers.at(-1);
  if (last === undefined) return saysUnanswerable(text) ? { ...slice(text, 0, text.length), value: "None" } : nothing;
  return ofNumber(boldOf(text, numbers, last) ?? last);
}

/** The only bold number in the line of the last number, where there is exactly one. */
function boldOf(text: string, numbers: readonly NumberInText[], last: NumberInText): NumberInText | undefined {
  const start = text.lastIndexOf("\n", last.start) + 1;
  const line = text.slice(start).split("\n", 1)[0] ?? "";
  const bold = [...line.matchAll(/\*\*[^*\n]+\*\*/g)];
  if (bold.length !== 1) return undefined;
  const from = start + (bold[0]?.index ?? 0);
  const inside = numbers.filter((n) => n.start >= from && n.end <= from + (bold[0]?.[0].length ?? 0));
  return inside.length === 1 ? inside[0] : undefined;
}
