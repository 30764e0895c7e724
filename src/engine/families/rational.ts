/**
 * Exact fractions over bigint. Verdicts about arithmetic must not depend on binary floating point: `0.1 + 0.2 = 0.3`
 * is right.
 */
export interface Rational {
  readonly numerator: bigint;
  /** Always positive; the fraction is in lowest terms. */
  readonly denominator: bigint;
}

const zero: Rational = { numerator: 0n, denominator: 1n };
export const one: Rational = { numerator: 1n, denominator: 1n };

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

/** Null when the denominator is zero. */
export function rational(numerator: bigint, denominator = 1n): Rational | null {
  if (denominator === 0n) return null;
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(numerator, denominator) || 1n;
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor };
}

function reduced(numerator: bigint, denominator: bigint): Rational {
  return rational(numerator, denominator) ?? zero;
}

export function add(a: Rational, b: Rational): Rational {
  return reduced(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function multiply(a: Rational, b: Rational): Rational {
  return reduced(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** Null when the divisor is zero. */
export function divide(a: Rational, b: Rational): Rational | null {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** Whole exponents from -64 to 64 only, and only while the result stays small: more is never arithmetic of a word problem. */
export function power(base: Rational, exponent: Rational): Rational | null {
  if (exponent.denominator !== 1n || exponent.numerator > 64n || exponent.numerator < -64n) return null;
  const digits = base.numerator.toString().length + base.denominator.toString().length;
  const count = Number(exponent.numerator < 0n ? -exponent.numerator : exponent.numerator);
  if (digits * count > 4000) return null;
  const raised = { numerator: base.numerator ** BigInt(count), denominator: base.denominator ** BigInt(count) };
  return exponent.numerator < 0n ? rational(raised.denominator, raised.numerator) : raised;
}

export function absolute(a: Rational): Rational {
  return a.numerator < 0n ? negate(a) : a;
}

/** Negative, zero or positive, as a is below, equal to or above b. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function equal(a: Rational, b: Rational): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

/** Whether |a - b| is at most the tolerance. */
export function within(a: Rational, b: Rational, tolerance: Rational): boolean {
  return compare(absolute(subtract(a, b)), tolerance) <= 0;
}

/** `10^-places`. */
export function tenth(places: number): Rational {
  return { numerator: 1n, denominator: 10n ** BigInt(places) };
}

/** Reads plain decimal digits: `12`, `-0.5`, `.5`, `7.`. Null for anything else, and for absurdly long digits. */
export function parseDecimal(text: string): Rational | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (match === null || text.length > 400) return null;
  const [, sign = "", whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return null;
  const value = rational(BigInt(`${whole}${fraction}`), 10n ** BigInt(fraction.length));
  return value !== null && sign === "-" ? negate(value) : value;
}

export function toNumber(a: Rational): number {
  const scaled = Number(a.numerator) / Number(a.denominator);
  if (Number.isFinite(scaled)) return scaled;
  return Number(a.numerator / a.denominator);
}

/** As a person writes it: whole numbers and short decimals exactly, other values rounded to four places with `…`. */
export function formatRational(a: Rational): string {
  const negative = a.numerator < 0n;
  const { numerator, denominator } = absolute(a);
  const whole = numerator / denominator;
  let rest = numerator % denominator;
  let digits = "";
  while (rest !== 0n && digits.length < 4) {
    rest *= 10n;
    digits += (rest / denominator).toString();
    rest %= denominator;
  }
  const decimals = digits === "" ? "" : `.${digits}`;
  return `${negative ? "-" : ""}${whole.toString()}${decimals}${rest === 0n ? "" : "…"}`;
}
