import { readNumber } from "../extract/numbers.js";
import { compare, equal, type Rational, tenth, toNumber, within } from "../rational.js";

const tolerance = tenth(4);

/** Verdict of the `paper` protocol: equal within 1e-4, absolute. */
export function samePlainNumber(value: Rational, gold: Rational): boolean {
  return within(value, gold, tolerance);
}

/**
 * Verdict of the `clean` protocol: equal within 1e-4, or a decimal that rounds a gold fraction which has no short
 * decimal form (`0.33` for `1/3`, at least two places).
 */
export function sameNumber(answer: string, gold: string): boolean {
  const value = readNumber(answer);
  const wanted = readNumber(gold);
  if (value === null || wanted === null) return false;
  if (equal(value, wanted) || within(value, wanted, tolerance)) return true;
  const places = /\.(\d{2,})\D*$/.exec(answer)?.[1]?.length;
  if (places === undefined || !gold.includes("/")) return false;
  const rounds = compare(tenth(places), tenth(2)) <= 0 && within(value, wanted, halfOf(places));
  return rounds && !Number.isInteger(toNumber(wanted));
}

function halfOf(places: number): Rational {
  return { numerator: 1n, denominator: 2n * 10n ** BigInt(places) };
}

const refusals = [
  /\b(?:can(?:not|'t|’t| not)|could(?: not|n't)|unable to|not possible to|impossible to|no way to)\s+(?:\w+ly\s+)?(?:be\s+)?(?:\w+ly\s+)?(?:determin|answer|solv|calculat|comput|find|know|say|tell|figure|deduc|establish|work)/i,
  /\b(?:not|n't|without)\s+(?:have\s+|given\s+|provided\s+)?(?:enough|sufficient|adequate)\s+(?:information|data|detail|context)/i,
  /\b(?:insufficient|missing|incomplete|lack(?:s|ing)?(?:\s+of)?(?:\s+\w+){0,2})\s+(?:information|data|detail|context)/i,
  /\b(?:unanswerable|indeterminable|undeterminable|not\s+(?:solvable|answerable)|unknown)\b/i,
  /\b(?:problem|question)\s+(?:does\s+not|doesn['’]t)\s+(?:provide|specify|state|give|mention|say|tell)/i,
];

/** Whether a text says that its question cannot be answered: right where the gold answer is `None` (GSM-Plus). */
export function saysUnanswerable(text: string): boolean {
  return refusals.some((pattern) => pattern.test(text));
}
