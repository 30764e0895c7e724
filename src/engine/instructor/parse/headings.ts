/** Recognises headings such as `1. Question:`, `**Answer:**`, `### Solution`, `Q:` in an instructor's answer. */

export type HeadingKind =
  | "sample"
  | "question"
  | "answer"
  | "solution"
  | "final"
  | "options"
  | "explanation"
  | "code"
  | "tests"
  | "entryPoint"
  | "analysis"
  | "other";

export interface Heading {
  readonly kind: HeadingKind;
  /** Where the heading starts and where its content starts. */
  readonly start: number;
  readonly end: number;
  /** Number that the heading carries (`Question 2`, `2. Question`); null without one. */
  readonly number: number | null;
  /** True when the heading opened bold type that ends behind its content: `**Question: How many?**`. */
  readonly openBold: boolean;
}

/** Whole labels, in lower case with single spaces. The first that fits decides. */
const labels: readonly (readonly [HeadingKind, RegExp])[] = [
  ["final", /^(?:(?:the )?final (?:answer|result)|(?:correct|right) (?:answer|option|choice|letter)|answer key)$/],
  ["analysis", /^(?:(?:error|short|brief|mistake) )?(?:analysis|diagnosis)(?: of (?:the )?(?:error|response|mistake)s?)?$|^what went wrong$/],
  ["tests", /^(?:(?:unit|sample|example) )?(?:tests?|test ?cases?|assert(?:ion)?s|assert statements|test code)$/],
  ["entryPoint", /^(?:entry[ _-]?point|function name)$/],
  ["code", /^(?:(?:the|python|python3|correct|annotated|solution|sample|reference) )*(?:code|program|implementation)(?: solution| with annotations?| and annotations?)?$|^python solution$/],
  ["options", /^(?:answer )?(?:options|choices)$/],
  ["explanation", /^(?:(?:brief|short) )?(?:explanation|rationale|justification|annotations?)$/],
  ["solution", /^(?:(?:the|worked|detailed|step[- ]by[- ]step|full|complete|sample) )*(?:solution(?: steps)?|reasoning|working)$|^step[- ]by[- ]step(?: explanation)?$/],
  ["answer", /^(?:answers?|ans|a|response)$/],
  ["question", /^(?:(?:new|practice|similar|multiple[- ]choice|coding|code|python|math|word|programming|targeted|follow-up) )*(?:question|problem|exercise|task|challenge)(?: statement| text)?$|^q$|^prompt$/],
  ["sample", /^(?:(?:new|practice|generated|training) )*(?:sample|example|item)(?: (?:question|problem))?$/],
  ["other", /^(?:requirements?|return format|notes?|hints?|learning (?:objective|goal)s?|(?:targeted|targets) (?:error|skill|misconception)|difficulty(?: level)?|topic|focus|subject|title|tags?|skill|key concepts?)$/],
]; // prettier-ignore

/** A line that is only a number: `1.`, `### 2`, `**3.**`. */
const bareNumber = /^[^\S\n]{0,8}(#{1,6})?[^\S\n]*(\*\*)?[^\S\n]*(\d{1,4})([.)])?[^\S\n]*(?:\*\*)?[^\S\n]*$/;
/** What may stand in front of a label: quote signs, bullets, `#`, emphasis, a number, an opening bracket. */
const prefix = /[^\S\n]+|>|#{1,6}|\*{1,3}|_{2}|[-\u2022](?=[^\S\n])|\(?\d{1,4}[.):](?!\d)|\[|</y;
const labelled =
  /([A-Za-z][A-Za-z '_-]{0,40}?)[^\S\n]*(?:(?:no\.?|number)?[^\S\n]*[#(]?(\d{1,4})\)?)?[\]>]?[^\S\n]*(\*{1,3}|_{2})?[^\S\n]*(?:\([^)\n]{1,40}\)[^\S\n]*)?(?:([:\uFF1A])|(\.?)(?=[^\S\n]*$)|([-\u2013\u2014](?=[^\S\n]))|(?<=\d[^\S\n]*)(?=\S))[^\S\n]*(\*{1,3}(?=\s|$|\S)|_{2})?[^\S\n]*/y;

/**
 * The heading that starts a line, or null. `offset` is the place of the line in the text. A label counts with a colon
 * behind it, or alone on its line, or with Markdown signs and a number.
 */
export function headingOfLine(line: string, offset: number): Heading | null {
  const short = line.length > 240 ? line.slice(0, 240) : line;
  const bare = bareNumber.exec(short);
  if (bare !== null && (bare[1] ?? bare[2] ?? bare[4]) !== undefined) {
    return { kind: "sample", start: offset, end: offset + line.length, number: Number(bare[3]), openBold: false };
  }
  let at = 0;
  let hash = false;
  let bold = false;
  let number: string | undefined;
  for (let count = 0; count < 10; count += 1) {
    prefix.lastIndex = at;
    const sign = prefix.exec(short)?.[0];
    if (sign === undefined) break;
    at += sign.length;
    if (sign.startsWith("#")) hash = true;
    else if (/^[*_]/.test(sign)) bold = !(sign === "*" && /\s/.test(short[at] ?? ""));
    else if (/\d/.test(sign)) number = /\d+/.exec(sign)?.[0];
  }
  labelled.lastIndex = at;
  const match = labelled.exec(short);
  if (match === null) return null;
  const label = (match[1] ?? "").trim().toLowerCase().replaceAll(/\s+/g, " ");
  const kind = labels.find(([, pattern]) => pattern.test(label))?.[0];
  if (kind === undefined) return null;
  number ??= match[2];
  const alone = short.slice(at + match[0].length).trim() === "";
  const [closeBefore, colon, dash, closeAfter] = [match[3], match[4], match[6], match[7]];
  if (colon === undefined) {
    // `a` and `q` alone are words and option letters.
    if (label.length <= 3) return null;
    const marked = hash || bold;
    if (dash !== undefined ? !marked && number === undefined && kind !== "answer" && kind !== "final" : false)
      return null;
    if (dash === undefined && alone && !marked && number === undefined && !plainAlone.has(kind)) return null;
    if (dash === undefined && !alone && !(hash && match[2] !== undefined)) return null;
  }
  const openBold = bold && closeBefore === undefined && closeAfter === undefined;
  const end = offset + at + match[0].length;
  return { kind, start: offset, end, number: number === undefined ? null : Number(number), openBold };
}

/** Labels that are headings also as a bare word on a line of its own. */
const plainAlone = new Set<HeadingKind>([
  "question",
  "answer",
  "solution",
  "code",
  "tests",
  "options",
  "explanation",
  "final",
]);

/** Headings inside a line, behind text: `… left? ### Answer: …`, `… D. 12 Answer: C`. */
const inlineHeading =
  /(?:[^\S\n]|(?<=[.?!)\]"'])|(?=#{2,6}|\*\*))(#{2,6}[^\S\n]*|\*\*)?(Final Answer|Correct Answer|Answer|Solution|Python Code|Code|Explanation|ANSWER|SOLUTION|CODE)(?:[^\S\n]*\d{1,3})?(\*\*)?(?::|\uFF1A)[^\S\n]*(\*\*)?[^\S\n]*/g;

const inlineKinds: { readonly [label: string]: HeadingKind } = {
  "final answer": "final",
  "correct answer": "final",
  answer: "answer",
  solution: "solution",
  "python code": "code",
  code: "code",
  explanation: "explanation",
};

/**
 * Headings behind text on one line, from offset `from` of the line on. Only capitalised labels with a colon count, so
 * that a question that speaks of "the answer: …" stays whole.
 */
export function inlineHeadings(line: string, offset: number, from: number): Heading[] {
  const found: Heading[] = [];
  inlineHeading.lastIndex = from;
  for (let match = inlineHeading.exec(line); match !== null; match = inlineHeading.exec(line)) {
    const kind = inlineKinds[(match[2] ?? "").toLowerCase()] ?? "solution";
    const openBold = match[1] === "**" && match[3] === undefined && match[4] === undefined;
    const start = offset + match.index;
    found.push({ kind, start, end: start + match[0].length, number: null, openBold });
  }
  return found;
}
