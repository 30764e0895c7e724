import type { Token } from "./equationTokens.js";
import { add, divide, equal, multiply, negate, one, power, type Rational, rational, subtract } from "./rational.js";

/**
 * What a percent sign means: a hundredth (`20% * 50 = 10`), the bare number (`40 / 80 * 100 = 50%`), or a share of what
 * stands before it (`50 - 10% = 45`).
 */
type PercentReading = "hundredth" | "number" | "relative";

/** Values of an expression under each reading of percent, without repeats; empty when it is none or divides by zero. */
export function readings(parts: readonly Token[]): Rational[] {
  const percent = parts.some((token) => token.percent);
  const kinds: readonly PercentReading[] = percent ? ["hundredth", "number", "relative"] : ["hundredth"];
  const values: Rational[] = [];
  for (const kind of kinds) {
    for (const tight of holdsTightFraction(parts) ? [false, true] : [false]) {
      const value = evaluate(parts, kind, tight);
      if (value !== null && !values.some((other) => equal(other, value))) values.push(value);
    }
  }
  return values;
}

/** `6 / 1/30`: a fraction written without spaces behind a division may be meant as one number. */
function holdsTightFraction(parts: readonly Token[]): boolean {
  return parts.some((token, at) => token.text === "/" && isTight(parts, at + 1));
}

function isTight(parts: readonly Token[], at: number): boolean {
  const [top, bar, bottom] = parts.slice(at, at + 3);
  const numbers = top?.kind === "number" && bottom?.kind === "number" && bar?.text === "/";
  return numbers && top.end === bar.start && bar.end === bottom.start;
}

const hundredth = rational(1n, 100n) ?? one;

/** Recursive descent with the usual precedence; null for anything malformed. */
function evaluate(parts: readonly Token[], percent: PercentReading, tight: boolean): Rational | null {
  let at = 0;
  const peek = (): Token | undefined => parts[at];
  const operator = (...names: readonly string[]): string | null => {
    const token = peek();
    if (token?.kind !== "operator" || !names.includes(token.text)) return null;
    at += 1;
    return token.text;
  };

  const sum = (): Rational | null => {
    let total = product();
    for (let name = operator("+", "-"); name !== null; name = operator("+", "-")) {
      const isShare = percent === "relative" && peek()?.percent === true;
      const right = product();
      if (total === null || right === null) return null;
      const amount = isShare ? multiply(total, right) : right;
      total = name === "+" ? add(total, amount) : subtract(total, amount);
    }
    return total;
  };

  const product = (): Rational | null => {
    let total = signed();
    for (let name = operator("*", "/", "of"); name !== null; name = operator("*", "/", "of")) {
      const right = tight && name === "/" && isTight(parts, at) ? tightFraction() : signed();
      if (total === null || right === null) return null;
      total = name === "/" ? divide(total, right) : multiply(total, right);
    }
    return total;
  };

  const tightFraction = (): Rational | null => {
    const [top, , bottom] = parts.slice(at, at + 3);
    at += 3;
    return top?.value && bottom?.value ? divide(top.value, bottom.value) : null;
  };

  const signed = (): Rational | null => {
    if (operator("-") === null) return raised();
    const value = raised();
    return value === null ? null : negate(value);
  };

  const raised = (): Rational | null => {
    const base = atom();
    if (base === null || operator("^") === null) return base;
    const exponent = signed();
    return exponent === null ? null : power(base, exponent);
  };

  const atom = (): Rational | null => {
    const token = peek();
    if (token?.kind === "number") {
      at += 1;
      if (token.value === null) return null;
      return token.percent && percent !== "number" ? multiply(token.value, hundredth) : token.value;
    }
    if (token?.kind !== "open") return null;
    at += 1;
    const inner = token.text === "((" ? fractionBody() : sum();
    const close = peek();
    if (inner === null || close?.kind !== "close" || close.text.length !== token.text.length) return null;
    at += 1;
    return inner;
  };

  const fractionBody = (): Rational | null => {
    const top = sum();
    if (top === null || operator(")/(") === null) return null;
    const bottom = sum();
    return bottom === null ? null : divide(top, bottom);
  };

  const value = sum();
  return value !== null && at === parts.length ? value : null;
}
