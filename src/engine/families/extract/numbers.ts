import { add, divide, negate, parseDecimal, type Rational } from "../rational.js";

/** One number as it stands in a text. */
export interface NumberInText {
  /** Digits without thousands commas, signs of currency and trailing full stop: `-1234.5`, `3/4`. */
  readonly text: string;
  readonly value: Rational;
  readonly start: number;
  readonly end: number;
}

const digits = String.raw`(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+`;

/**
 * Every number as the published verdicts see it: a sign directly in front belongs to the number wherever it stands
 * (`5-3` ends in -3), and fractions are two numbers.
 */
export function plainNumbers(text: string): NumberInText[] {
  const found: NumberInText[] = [];
  for (const match of text.matchAll(new RegExp(`[+-]?(?:${digits})`, "g"))) {
    const plain = match[0].replaceAll(",", "").replace(/^\+/, "");
    const value = parseDecimal(plain);
    if (value !== null) found.push({ text: plain, value, start: match.index, end: match.index + match[0].length });
  }
  return found;
}

const carefulPattern = new RegExp(
  [
    String.raw`(?<sign>[-−–]\s?)?`,
    String.raw`(?<currency>(?:US|A|C)?\\?[$€£¥₹]\s?)?`,
    String.raw`(?<inner>[-−])?`,
    String.raw`(?:\\[dt]?frac\{(?<top>\d+)\}\{(?<bottom>\d+)\}|(?<first>${digits})(?:\s?\/\s?(?<divisor>\d+)(?![\d.,]*\d|\s*[/=]))?`,
    String.raw`(?:\s(?<above>\d+)\/(?<below>\d+)(?![\d/]|\s*=))?)`,
  ].join(""),
  "g",
);

/** Whether a dash at this place is a sign and not a hyphen, a range or a subtraction. */
function dashIsSign(text: string, at: number, spaced: boolean): boolean {
  if (spaced) return false;
  return at === 0 || /[\s([{=:$€£¥₹*,~≈]/.test(text[at - 1] ?? "");
}

/**
 * Every number as a careful reader sees it: thousands commas, currency in front, fractions and mixed numbers as one
 * number, a dash as a sign only where no subtraction, range or hyphen can be meant. Digits inside words and the
 * hours of a time of day are left out.
 */
export function carefulNumbers(text: string): NumberInText[] {
  const found: NumberInText[] = [];
  for (const match of text.matchAll(carefulPattern)) {
    const groups = match.groups ?? {};
    const end = match.index + match[0].length;
    const lead = groups["sign"] ?? "";
    const numberStart = match.index + lead.length;
    if (/[A-Za-z_\d]$/.test(text.slice(Math.max(0, numberStart - 1), numberStart)) && groups["currency"] === undefined)
      continue;
    if (/^:\d\d/.test(text.slice(end, end + 3))) continue;
    const magnitude = readMagnitude(groups);
    if (magnitude === null) continue;
    const signed = lead !== "" && dashIsSign(text, match.index, lead.length > 1);
    const negative = signed || groups["inner"] !== undefined;
    found.push({
      text: `${negative ? "-" : ""}${magnitude.text}`,
      value: negative ? negate(magnitude.value) : magnitude.value,
      start: signed ? match.index : numberStart,
      end,
    });
  }
  return found;
}

function readMagnitude(groups: { readonly [name: string]: string | undefined }): {
  text: string;
  value: Rational;
} | null {
  const { top, bottom, first = "", divisor, above, below } = groups;
  if (top !== undefined && bottom !== undefined) return fraction(top, bottom);
  const plain = first.replaceAll(",", "");
  if (divisor !== undefined) return fraction(plain, divisor);
  const whole = parseDecimal(plain);
  if (whole === null) return null;
  if (above !== undefined && below !== undefined) {
    const part = fraction(above, below);
    return part === null ? null : { text: `${plain} ${part.text}`, value: add(whole, part.value) };
  }
  return { text: plain, value: whole };
}

function fraction(top: string, bottom: string): { text: string; value: Rational } | null {
  const numerator = parseDecimal(top);
  const denominator = parseDecimal(bottom);
  if (numerator === null || denominator === null) return null;
  const value = divide(numerator, denominator);
  return value === null ? null : { text: `${top}/${bottom}`, value };
}

/** The one number that a short answer consists of, with units and signs around it; null when there is none. */
export function readNumber(text: string): Rational | null {
  return carefulNumbers(text)[0]?.value ?? null;
}
