import { type Segment, segmentsOf } from "./equationText.js";
import {
  absolute,
  add,
  compare,
  equal,
  formatRational,
  multiply,
  negate,
  one,
  type Rational,
  tenth,
  within,
} from "./rational.js";

/** One equation of a worked solution, recomputed. */
export interface EquationCheck {
  /** Start and end offset in the text (UTF-16 units) of the equation, from its first operand to its stated value. */
  readonly span: readonly [number, number];
  /** The side that was computed, as it stands in the text: `7 * 8`. */
  readonly expression: string;
  /** The stated value as it stands in the text: `54`. */
  readonly stated: string;
  /** The exact value, for people: `56`. */
  readonly computed: string;
  readonly ok: boolean;
  /** `7 * 8 is 56, not 54`; empty when ok. */
  readonly evidence: string;
  /** The stated value as a number, for comparison with a final answer; null when that side is an expression. */
  readonly result: Rational | null;
}

/**
 * Recomputes every equation between numbers: annotations `<<7*8=56>>`, `7 * 8 = 56`, chains `a + b + c = d = e`, with
 * percent, currency, thousands commas, fractions, unit words and `x × · ÷ −`. Exact, with the rounding that the stated
 * decimals show (`26 / 6 = 4.33`). Text that is not plainly arithmetic (variables, times, lists) is left out, so that
 * a sound solution is not refuted for its wording.
 */
export function checkEquations(text: string): EquationCheck[] {
  const checks: EquationCheck[] = [];
  for (const chain of segmentsOf(text)) {
    for (const [index, right] of chain.entries()) {
      const left = chain[index - 1];
      if (left === undefined || (left.operators === 0 && right.operators === 0)) continue;
      if (isPhrase(left, right) || isPhrase(right, left)) continue;
      checks.push(check(text, left, right, chain));
    }
  }
  return withoutRepeats(checks);
}

/** `1/3 = 40` says what a third of something is: a proper fraction beside a number from 1 up is a phrase. */
function isPhrase(fraction: Segment, other: Segment): boolean {
  const [share] = fraction.values;
  const [amount] = other.values;
  const proper = fraction.isPlainFraction && share !== undefined && compare(share, one) < 0;
  return proper && other.operators === 0 && amount !== undefined && compare(amount, one) >= 0;
}

/** The annotation `16 - 3 = <<16-3=13>>13` states one equation twice; the copy outside the annotation is dropped when equal. */
function withoutRepeats(checks: readonly EquationCheck[]): EquationCheck[] {
  return checks.filter(
    (check, index) =>
      !checks.some((other, at) => at !== index && contains(other, check) && other.ok === check.ok && at < index),
  );
}

function contains(outer: EquationCheck, inner: EquationCheck): boolean {
  return outer.span[0] <= inner.span[0] && outer.span[1] >= inner.span[1];
}

function check(text: string, left: Segment, right: Segment, chain: readonly Segment[]): EquationCheck {
  const [computedSide, statedSide] = left.operators > 0 ? [left, right] : [right, left];
  const ok = agrees(left, right, chain);
  const expression = text.slice(computedSide.start, computedSide.end).trim();
  const stated = text.slice(statedSide.start, statedSide.end).trim();
  const [value] = computedSide.values;
  const computed = value === undefined ? "undefined" : formatRational(value);
  return {
    span: [left.start, right.end],
    expression,
    stated,
    computed,
    ok,
    evidence: ok ? "" : `${expression} is ${computed}, not ${stated}`,
    result: statedSide.operators === 0 ? (statedSide.values[0] ?? null) : null,
  };
}

/** Whether any reading of the left side equals any reading of the right side, as exactly as the sides are written. */
function agrees(left: Segment, right: Segment, chain: readonly Segment[]): boolean {
  const places = right.operators === 0 ? right.decimals : left.operators === 0 ? left.decimals : null;
  for (const a of left.values) {
    for (const b of right.values) if (same(a, b, places, right.approximate)) return true;
  }
  return runsOn(left, right, chain);
}

function same(a: Rational, b: Rational, places: number | null, approximate: boolean): boolean {
  if (equal(a, b)) return true;
  if (approximate && within(a, b, multiply(absolute(a), tenth(2)))) return true;
  if (approximate && within(a, b, one)) return true;
  if (places === null) return within(a, b, { numerator: 1n, denominator: 2n * 10n ** 4n });
  // Written decimals may be rounded or cut; a whole number must be exact, since that is where slips are.
  return places > 0 && compare(absolute(add(a, negate(b))), tenth(places)) < 0;
}

/** `5 + 3 = 8 * 2 = 16` runs on: the right side begins with the result of the left one. Sloppy, but its steps are right. */
function runsOn(left: Segment, right: Segment, chain: readonly Segment[]): boolean {
  const first = right.firstOperand;
  return right.operators > 0 && chain.length > 2 && first !== null && left.values.some((value) => equal(value, first));
}
