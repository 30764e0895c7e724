import type { Option } from "../case.js";
import type { Extraction } from "../family.js";
import { bestWindow } from "../compare/similarity.js";
import { nothing } from "./boxed.js";

/** The rule of the published verdicts knows four letters, whatever the labels are. */
const paperLetters = "ABCD";

interface Letter {
  readonly letter: string;
  readonly at: number;
}

/** Capitals A to D that stand alone, in order of place. */
function loneLetters(text: string, accept: (before: string, after: string) => boolean): Letter[] {
  const letters: Letter[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    if (paperLetters.includes(letter) && accept(text[at - 1] ?? "", text[at + 1] ?? "")) letters.push({ letter, at });
  }
  return letters;
}

const isWord = (character: string): boolean => /\w/.test(character);
const isLatin = (character: string): boolean => /[A-Za-z]/.test(character);
const negation = /n't|not/;

/**
 * The published rule for MMLU and ARC. In order: a letter soon after the words choose, answer or choice; a letter soon
 * before correct or right; a letter at the very start; the first lone capital A to D; else the option whose text the
 * response resembles most. "Soon" means few characters and no capital A to D between.
 */
export function paperOptionLetter(response: string, options: readonly Option[]): Extraction {
  const words = loneLetters(response, (before, after) => !isWord(before) && !isWord(after));
  const found =
    afterKeyword(response, words) ??
    words.find(({ at }) => followedByCorrect(response, at)) ??
    words.find(({ at }) => at === 0 && /^(?:[.,:]|$)/.test(response.slice(1))) ??
    loneLetters(response, (before, after) => !isLatin(before) && !isLatin(after) && after !== "=")[0];
  if (found !== undefined) return { value: found.letter, span: [found.at, found.at + 1] };
  return closestOption(response, options);
}

/** The first lone letter that follows a keyword within 20 to 30 characters without another capital A to D between. */
function afterKeyword(response: string, letters: readonly Letter[]): Letter | undefined {
  for (const match of response.matchAll(/[Cc]hoose|[Aa]nswer|[Cc]hoice/g)) {
    const from = match.index + match[0].length;
    const capital = from + nextCapital(response.slice(from));
    const letter = letters.find(({ at }) => at === capital);
    if (letter === undefined) continue;
    const between = response.slice(from, letter.at);
    const isChoose = match[0].toLowerCase() === "choose";
    const gap = isChoose ? 20 : 30;
    const denied = !isChoose && negation.test(between.slice(0, 23));
    if (between.length <= gap && !denied && (!isChoose || !isWord(between[0] ?? ""))) return letter;
  }
  return undefined;
}

/** Index of the first capital A to D; the length of the text when there is none. */
function nextCapital(text: string): number {
  const at = text.search(/[ABCD]/);
  return at === -1 ? text.length : at;
}

function followedByCorrect(response: string, at: number): boolean {
  const rest = response.slice(at + 1);
  const after = rest.slice(0, Math.min(nextCapital(rest), 30));
  const match = /\b(?:correct|right)\b/.exec(after);
  return match !== null && match.index <= 11 && !negation.test(after.slice(0, match.index));
}

function closestOption(response: string, options: readonly Option[]): Extraction {
  let best: Option | undefined;
  let score = 0;
  for (const option of options) {
    const similarity = bestWindow(option.text, response);
    if (similarity > score) [best, score] = [option, similarity];
  }
  return best === undefined ? nothing : { value: best.label, span: null };
}
