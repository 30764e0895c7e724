import { parseDecimal, type Rational } from "./rational.js";

/** One piece of arithmetic in a text. */
export interface Token {
  readonly kind: "number" | "operator" | "open" | "close" | "equals" | "word" | "break";
  /** Operators are normalised to `+ - * / ^ of`; numbers keep their digits. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly value: Rational | null;
  readonly percent: boolean;
  readonly decimals: number;
  readonly approximate: boolean;
  /** No white space stands after it. */
  readonly touchesNext: boolean;
}

const numberPattern = /(?:\\?[$€£¥₹]\s?)?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?:\\?[$€£¥₹]\s?)?\.\d+/y;
const operators: readonly (readonly [RegExp, string])[] = [
  [/\\(?:times|cdot|ast)(?![A-Za-z])/y, "*"],
  [/\\div(?![A-Za-z])/y, "/"],
  [/\*\*(?=\s*\(?\d)/y, "^"],
  [/[*×·⋅∙]/y, "*"],
  [/[/÷]/y, "/"],
  [/[+]/y, "+"],
  [/[-−–]/y, "-"],
  [/\^/y, "^"],
];

/** Reads the text once, left to right. Anything that is no arithmetic becomes a word or a break. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  const braces: ("top" | "bottom" | "other")[] = [];
  let at = 0;
  const push = (kind: Token["kind"], length: number, fields: Partial<Token> = {}): void => {
    const touchesNext = /\S/.test(text[at + length] ?? "");
    const base = { value: null, percent: false, decimals: 0, approximate: false, touchesNext };
    found.push({ kind, text: text.slice(at, at + length), start: at, end: at + length, ...base, ...fields });
    at += length;
  };
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const gap = match(/[^\S\n]+|\\[,;: !]|\\(?:left|right)(?![A-Za-z])|\*\*(?=\s*\$?\d|[^\d\s])|\$(?!\s?[\d.])/y);
    if (gap !== null && !isPower(text, at)) {
      at += gap.length;
      continue;
    }
    const fraction = match(/\\[dt]?frac\s*\{/y);
    if (fraction !== null) {
      braces.push("top");
      push("open", fraction.length, { text: "((" });
      continue;
    }
    const character = text[at] ?? "";
    if (character === "}" && braces.at(-1) === "top") {
      const link = match(/\}\s*\{/y);
      braces[braces.length - 1] = link === null ? "other" : "bottom";
      push(link === null ? "break" : "operator", link?.length ?? 1, { text: ")/(" });
      continue;
    }
    if (character === "}") {
      if (braces.pop() === "bottom") push("close", 1, { text: "))" });
      else push("break", 1);
      continue;
    }
    if (character === "{") braces.push("other");
    const number = match(numberPattern);
    if (number !== null) {
      readNumber(number);
      continue;
    }
    const equals = match(/(?:=|≈|\\approx(?![A-Za-z])|~=|≅)/y);
    if (
      equals !== null &&
      !/[=<>!]/.test(`${text[at - 1] ?? ""}${text[at + equals.length] ?? ""}`.replace(/<<|>>/, ""))
    ) {
      push("equals", equals.length, { approximate: equals !== "=" });
      continue;
    }
    const operator = operators
      .map(([pattern, name]) => ({ name, length: match(pattern)?.length ?? 0 }))
      .find((o) => o.length > 0);
    if (operator !== undefined) {
      push("operator", operator.length, { text: operator.name });
      continue;
    }
    const letters = match(/\p{L}[\p{L}'’]*/uy);
    if (letters !== null) {
      if (/^[xX]$/.test(letters) && isTimes(text, at)) push("operator", 1, { text: "*" });
      else if (letters.toLowerCase() === "of" && found.at(-1)?.kind === "number") push("operator", 2, { text: "of" });
      else push("word", letters.length);
      continue;
    }
    if (character === "(" || character === ")") push(character === "(" ? "open" : "close", 1);
    else push("break", 1);
  }
  return found;

  function readNumber(raw: string): void {
    const digits = raw.replace(/[^\d.]/g, "");
    const rest = text.slice(at + raw.length);
    const percent = /^\s?(?:\\?%|percent\b)/.exec(rest)?.[0] ?? "";
    const before = text[at - 1] ?? "";
    // Digits that touch a letter or a colon are names, variables or times of day.
    const touches = /[\p{L}_:]/u.test(before) || /^(?:[\p{L}_](?![\p{L}])|:\d|\.\d)/u.test(rest);
    const times = /^[xX]\s?[\d($]/.test(rest) && !/[\p{L}_:]/u.test(before);
    const decimals = /\.(\d+)$/.exec(digits)?.[1]?.length ?? 0;
    const kind = touches && !times ? "break" : "number";
    push(kind, raw.length + percent.length, { value: parseDecimal(digits), percent: percent !== "", decimals });
  }
}

function isPower(text: string, at: number): boolean {
  return (
    text.startsWith("**", at) &&
    /[\d)]\s*$/.test(text.slice(Math.max(0, at - 4), at)) &&
    /^\*\*\s*\(?\d/.test(text.slice(at))
  );
}

/** An `x` is a times sign between a number and a number. */
function isTimes(text: string, at: number): boolean {
  return (
    /[\d)%.]\s*$/.test(text.slice(Math.max(0, at - 3), at)) && /^[xX]\s*[(\\$€£]?\s?[\d.(]/.test(text.slice(at, at + 6))
  );
}
