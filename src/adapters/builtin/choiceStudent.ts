import type { OptionScorer } from "./softmax.js";
import { contentWords, hashedFeatures, type SparseVector } from "./textFeatures.js";

interface LabelledText {
  readonly label: string;
  readonly text: string;
}

/**
 * Features of one option: each pair of a content word of the question with one of the option, unordered, so that what
 * was learnt as "mammal? otter" also answers "otter? mammal"; how much both overlap; a few plain facts of the option.
 */
export function optionFeatures(question: string, options: readonly LabelledText[], dimensions: number): SparseVector[] {
  const asked = contentWords(question);
  const lengths = options.map((option) => option.text.length);
  return options.map((option, place) => {
    const words = contentWords(option.text);
    const names: string[] = [];
    for (const a of asked) {
      for (const b of words) names.push(a < b ? `pair ${a} ${b}` : `pair ${b} ${a}`);
    }
    const shared = words.filter((word) => asked.includes(word)).length;
    if (shared > 0) names.push(`shared ${Math.min(shared, 3)}`);
    if (lengths[place] === Math.max(...lengths)) names.push("longest");
    if (/\b(?:all|none|both) of\b/i.test(option.text)) names.push("all or none");
    return hashedFeatures(names, dimensions);
  });
}

/** Letter that a completion ends with: after "answer is", else the last capital letter that stands alone. */
export function finalLetter(text: string): string | null {
  const marked = [...text.matchAll(/answer is:?\s*[("'*]*([A-J])\b/gi)].at(-1);
  const last = marked ?? [...text.matchAll(/(?<![\w'])([B-J]|A(?!\s+[a-z]))(?![\w'])/g)].at(-1);
  return last?.[1]?.toUpperCase() ?? null;
}

/** Index of the option that the scorer likes best; the first of equals. */
function chooseOption(question: string, options: readonly LabelledText[], scorer: OptionScorer): number {
  const scores = scorer.scores(optionFeatures(question, options, scorer.weights.length));
  return scores.reduce((best, score, place) => (score > (scores[best] ?? 0) + 1e-12 ? place : best), 0);
}

export function answerChoice(question: string, options: readonly LabelledText[], scorer: OptionScorer): string {
  const chosen = options[chooseOption(question, options, scorer)];
  const text = (chosen?.text ?? "").replace(/[.\s]+$/, "");
  return `Of the options, "${text}" goes best with what the question says.\nThe answer is ${chosen?.label ?? "A"}.`;
}
