import type { SampleDraft } from "../../families/index.js";
import type { LooseValue } from "./looseJson.js";
import { asText, type RawSample } from "./raw.js";
import { trimField, unwrapEmphasis } from "./text.js";

/** Turns a raw sample into a draft; null when the sample lacks what the family cannot do without. */
export type Normaliser = (raw: RawSample) => SampleDraft | null;

/** Question without a heading in front, without anything that belongs behind it. */
export function cleanQuestion(value: LooseValue | undefined): { readonly question: string; readonly rest: string } {
  let text = restoreLatex(asText(value)).trim();
  for (let round = 0; round < 3; round += 1) {
    const next = text.replace(leadingLabel, "").trimStart();
    if (next === text) break;
    text = next;
  }
  const leak = leakedHeading.exec(text);
  const question = leak === null ? text : text.slice(0, leak.index);
  const rest = leak === null ? "" : text.slice(leak.index + leak[0].length);
  return { question: unwrapEmphasis(trimField(stripHashes(question))), rest: rest.trim() };
}

const leadingLabel =
  /^(?:#{1,6}\s*|\*{1,3}|_{2}|\d{1,4}[.)]\s+)*(?:new |practice )?(?:question|problem|exercise|task)(?:\s*#?\d{1,4})?\s*(?:\*{1,3})?\s*[:\uFF1A.]\s*(?:\*{1,3})?/i;
const leakedHeading =
  /(?:^|\n|[^\S\n])(?:#{2,6}[^\S\n]{0,5}|\*\*)(?:final |correct )?(?:answer|solution|code|explanation|question)s?(?:[^\S\n]{0,5}\d{1,4})?[^\S\n]{0,5}(?:[:\uFF1A](?:\*\*)?|\*\*(?:[^\S\n]{0,5}[:\uFF1A])?)|\n[^\S\n]{0,20}(?:final |correct )?(?:answer|solution|code)\s{0,5}[:\uFF1A]|(?<=[.?!)])\s{1,5}(?:answer|solution|code)\s{0,5}:/i;

/** `### Carl has 3 letters.` is text, not a heading. A line `#### 42` is the final answer and is read before this. */
function stripHashes(text: string): string {
  return text.replace(/^[^\S\n]{0,20}#{2,6}[^\S\n]+(?=\S)/gm, "").replace(/[^\S\n]{0,20}#{2,6}[^\S\n]{0,20}$/gm, "");
}

export function cleanSolution(value: LooseValue | undefined): string {
  const text = restoreLatex(asText(value)).trim();
  const bare = text.replace(
    /^(?:#{1,6}\s*|\*{1,3})*(?:worked |detailed |step-by-step )?(?:answer|solution|explanation)\s*(?:\*{1,3})?\s*[:\uFF1A]\s*(?:\*{1,3})?\s*/i,
    "",
  );
  return trimField(stripHashes(bare));
}

/** A solution that is repeated inside the question, as some answers do, is cut out of the question. */
export function withoutSolution(question: string, solution: string): string {
  if (solution.length < 25) return question;
  const at = question.indexOf(solution);
  return at > 0 ? trimField(question.slice(0, at)) : question;
}

/**
 * LaTeX whose backslash was written once in JSON: `"\frac"` arrives as a form feed and `rac`. Form feeds and backspaces
 * never occur in a solution, and the words below decide the others.
 */
export function restoreLatex(text: string): string {
  if (!/[\b\f\t\r\n]/.test(text)) return text;
  return text
    .replaceAll("\f", "\\f")
    .replaceAll("\b", "\\b")
    .replace(/\t(?=(?:imes|ext|heta|frac|an|au|riangle|o)\b|ext\{|frac\{)/g, "\\t")
    .replace(/\r(?=(?:ight|ho|angle)\b)/g, "\\r")
    .replace(/(?<=\S)\n(?=(?:eq|abla|otin)\b)/g, "\\n");
}
