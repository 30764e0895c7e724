import type { Option } from "../case.js";
import type { Extraction } from "../family.js";
import { tidy } from "../compare/similarity.js";
import { boxed, nothing } from "./boxed.js";

interface Found {
  readonly letter: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A careful reading of a multiple-choice answer. In order: the last explicit statement (`the answer is C`,
 * `\boxed{C}`); a response that opens with an option's label; the last `C is correct`; the option whose text a
 * concluding sentence quotes; the only option that is named by its label or quoted. Letters that are articles,
 * variables or options named to be rejected are no answers, and a response that ends by rejecting all options has none.
 */
export function carefulOptionLetter(response: string, options: readonly Option[]): Extraction {
  const labels = options.map((option) => option.label).join("");
  if (labels === "") return nothing;
  const box = boxedLetter(response, options);
  const forward = lastMatch(response, labels, forwardPatterns(labels));
  const stated = box !== null && (forward === null || box.start > forward.start) ? box : forward;
  const found =
    stated ??
    leadingOption(response, options) ??
    lastMatch(response, labels, [backwardPattern(labels)]) ??
    statedText(response, options);
  if (found !== null) return rejectsAllAfter(response, found, options) ? nothing : extraction(found);
  const only = onlyOption(response, options);
  return only === null || rejectsAllAfter(response, { ...only, start: 0 }, options) ? nothing : extraction(only);
}

/** Whether the response goes on to say that no option is right; not where an option itself says `none of the above`. */
function rejectsAllAfter(response: string, found: Found, options: readonly Option[]): boolean {
  if (options.some(({ text }) => /\b(?:none|neither|no)\b/i.test(text))) return false;
  const denial =
    /\b(?:none of (?:the|these|them|those|above)\b[^.\n]*\b(?:option|answer|choice|above|given|are|is|can|match|accurately)|no (?:suitable|correct|right) (?:answer|option|choice)|(?:answer|it|result) is not (?:among|listed|one of|provided)|not possible to (?:definitively )?(?:determine|answer|choose))/gi;
  return [...response.matchAll(denial)].some((match) => match.index > found.start);
}

function extraction(found: Found): Extraction {
  return { value: found.letter, span: [found.start, found.end] };
}

function boxedLetter(response: string, options: readonly Option[]): Found | null {
  const box = boxed(response);
  if (box.value === null || box.span === null) return null;
  const inner = box.value.replace(/\\(?:text|mathrm|mathbf|textbf)\{([^{}]*)\}/g, "$1").replace(/[()\s.]/g, "");
  const option = options.find(({ label, text }) => label === inner || tidy(text) === tidy(box.value ?? ""));
  return option === undefined ? null : { letter: option.label, start: box.span[0], end: box.span[1] };
}

/** A label that is not the start of a word, a term of a formula, or the first of several labels. */
function letterPattern(labels: string): string {
  return String.raw`(?:\*\*|__|["'“‘(\[]|\s)*(?<letter>[${labels}])(?![A-Za-z0-9'’_+\-=^]|\s*[&+]\s*\w|,?\s+(?:and|or|nor)\s+[${labels}]\b|,\s*[${labels}]\b)`;
}

/** Statements that name the answer: `the answer is C`, `the most suitable choice would be (C)`, `is D. Some text`. */
function forwardPatterns(labels: string): RegExp[] {
  const letter = letterPattern(labels);
  return [
    String.raw`\b(?:answer|choice|option)(?:\s+(?:to|for|that|here|in|among|from|of)\b[^.\n]{0,60}?)?\*{0,2}\s*(?:is|:|=|would be|should be|must be|will be|be)[\s:]*(?:(?:therefore|thus|then|clearly|likely|probably|most likely|indeed),?\s*)?(?:the\s+)?(?:(?:letter|option|choice|answer|statement)\s+)?${letter}`,
    String.raw`\b(?:correct|best|right|suitable|appropriate|accurate|likely|closest)\s+(?:one|answer|option|choice|statement|response|description|conclusion|argument|diagnosis)[^.\n]{0,80}?\b(?:is|are|be|:)[\s:]*(?:(?:option|answer|choice)\s+)?${letter}`,
    String.raw`\bclosest to\s+(?:option\s+|answer\s+|choice\s+)?${letter}`,
    String.raw`\b(?:I\s+(?:would\s+)?(?:choose|pick|select|go with)|(?:we|I)\s+(?:can\s+)?conclude)\s*(?:that\s+)?(?:the\s+answer\s+is\s+)?(?:option\s+|answer\s+)?${letter}`,
    String.raw`(?:^|\n)\s*(?:#+\s*)?(?:\*\*|__)?(?:answer|final answer)(?:\*\*|__)?\s*(?:[:=]|\n)\s*${letter}`,
    String.raw`\b(?:is|are|be|was)\s*:?\s*(?:option\s+)?\(?(?<letter>[${labels}])[.:)]\s+\S`,
  ].map((source) => new RegExp(source, "gi"));
}

/** Statements that come after their letter: `C is correct`, `option B would be the most suitable`. */
function backwardPattern(labels: string): RegExp {
  return new RegExp(
    String.raw`(?:\b(?:option|answer|choice)\s+|(?<=^|[\s(\["'*]))(?<!(?:\b(?:or|and|nor)|\b[${labels}],)\s+\(?)\(?(?<letter>[${labels}])(?!,?\s+(?:and|or|nor)\s+[${labels}]\b|,\s*[${labels}]\b)\)?(?:\*\*)?(?:[.:,)]?\s[^.\n]{0,80}?|\s+)(?:is|would be|seems|appears)\s+(?:therefore\s+|thus\s+|also\s+|indeed\s+)?(?:the\s+)?(?:most\s+)?(?:correct|right|best|suitable|appropriate|accurate|likely)\b`,
    "g",
  );
}

/** The last place where one of the patterns names a letter without rejecting it. */
function lastMatch(response: string, labels: string, patterns: readonly RegExp[]): Found | null {
  let last: Found | null = null;
  for (const pattern of patterns) {
    for (const match of response.matchAll(pattern)) {
      const found = match.groups?.["letter"];
      if (found === undefined || !labels.includes(found) || rejected(match[0])) continue;
      const start = match.index + letterOffset(match[0], found);
      if (isArticle(response, start, found)) continue;
      if (last === null || start > last.start) last = { letter: found, start, end: start + 1 };
    }
  }
  return last;
}

/** Where the label stands in a statement: the last place where it is no part of a word. */
function letterOffset(statement: string, letter: string): number {
  const places = [...statement.matchAll(new RegExp(String.raw`(?<![A-Za-z])${letter}(?![A-Za-z])`, "g"))];
  return places.at(-1)?.index ?? statement.lastIndexOf(letter);
}

function rejected(statement: string): boolean {
  return /\b(?:not|n't|isn['’]t|incorrect|neither|none|except|wrong)\b/i.test(statement);
}

/** "A" before a lower-case word is an article, "I" is a pronoun; with punctuation after it, it is a label. */
function isArticle(text: string, at: number, letter: string): boolean {
  return (
    "AI".includes(letter) &&
    /^\s+[a-z]/.test(text.slice(at + 1)) &&
    !/^\s+(?:is|because|since|as|and)\b/.test(text.slice(at + 1))
  );
}

/** The option that a concluding sentence quotes: `the answer is "photosynthesis"`. */
function statedText(response: string, options: readonly Option[]): Found | null {
  const statements = [...response.matchAll(/\b(?:answer|option|choice)\b[^.\n]{0,40}?\b(?:is|be)\b:?\s*([^\n]+)/gi)];
  for (const match of statements.reverse()) {
    if (rejected(match[0].slice(0, 60))) continue;
    const words = tidy(match[1] ?? "");
    const hits = options.filter(({ text }) => tidy(text) !== "" && ` ${words} `.startsWith(` ${tidy(text)} `));
    const option = longest(hits);
    if (option !== undefined) return { letter: option.label, start: match.index, end: match.index + match[0].length };
  }
  return null;
}

function longest(options: readonly Option[]): Option | undefined {
  return options.reduce<Option | undefined>(
    (best, option) => (best === undefined || option.text.length > best.text.length ? option : best),
    undefined,
  );
}

/** A response that begins with a label and a full stop, bracket or colon, or whose line is nothing but a label. */
function leadingOption(response: string, options: readonly Option[]): Found | null {
  const lines = response.split("\n");
  let at = 0;
  let found: Found | null = null;
  for (const [index, line] of lines.entries()) {
    const match = /^\s*(?:\*\*|__)?\(?([A-Z])(?:[.):]+(?:\s|\*|$)|\*{0,2}\s*$)/.exec(line);
    const option = options.find(({ label }) => label === match?.[1]);
    if (option !== undefined && (index === 0 || lines.slice(0, index).every((other) => other.trim() === ""))) {
      const start = at + line.indexOf(option.label);
      return { letter: option.label, start, end: start + 1 };
    }
    if (option !== undefined && line.trim().length <= 4) {
      const start = at + line.indexOf(option.label);
      found = { letter: option.label, start, end: start + 1 };
    }
    at += line.length + 1;
  }
  return found;
}

/** The only option that the response names by its label as a label (`(B)`, `B.`, `option B`) or quotes in full. */
function onlyOption(response: string, options: readonly Option[]): Found | null {
  const named = options.flatMap((option) => {
    const label = new RegExp(
      String.raw`\(${option.label}\)|\b[Oo]ption ${option.label}\b|(?<!\b(?:and|or|nor))(?:^|[\s"'“:])${option.label}[.):](?=\s|$)`,
    ).exec(response);
    return label === null ? [] : [{ letter: option.label, start: label.index, end: label.index + label[0].length }];
  });
  if (named.length > 0) return distinct(named);
  const words = ` ${tidy(response)} `;
  const quoted = options.filter(({ text }) => tidy(text).length > 1 && words.includes(` ${tidy(text)} `));
  const kept = quoted.filter(
    (option) => !quoted.some((other) => other !== option && tidy(other.text).includes(tidy(option.text))),
  );
  const [only] = kept;
  if (kept.length !== 1 || only === undefined) return null;
  const start = Math.max(0, response.toLowerCase().indexOf(only.text.toLowerCase().trim()));
  return { letter: only.label, start, end: start + only.text.trim().length };
}

/** One letter named alone; where several are, the first one if the response opens by stating it. */
function distinct(named: readonly Found[]): Found | null {
  const sorted = [...named].sort((a, b) => a.start - b.start);
  return sorted.length === 1 ? (sorted[0] ?? null) : null;
}
