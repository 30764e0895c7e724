import { sameNumber } from "./numbers.js";

/** One token of an expression: an operator or parenthesis, or an operand. */
export type Token<Operand> = { readonly operator: string } | { readonly operand: Operand };

/** Splits an arithmetic expression into tokens; null when it holds anything but numbers and `+ - * / ( )`. */
export function tokenise(text: string): Token<number>[] | null {
  const cleaned = text
    .replaceAll(/[×]|(?<=[\d)\s])x(?=[\s\d(])/g, "*")
    .replaceAll("÷", "/")
    .replaceAll("−", "-")
    .replaceAll(/[$\s]|(?<=\d),(?=\d{3})/g, "");
  const tokens: Token<number>[] = [];
  const pattern = /(\d+(?:\.\d+)?|\.\d+)(%?)|([-+*/()])/y;
  while (pattern.lastIndex < cleaned.length) {
    const match = pattern.exec(cleaned);
    if (match === null) return null;
    if (match[3] !== undefined) tokens.push({ operator: match[3] });
    else tokens.push({ operand: match[2] === "%" ? Number(match[1]) / 100 : Number(match[1]) });
  }
  return tokens.length === 0 ? null : tokens;
}

/** Value of an expression with usual precedence and unary minus; null when it is not well formed or not finite. */
export function evaluate<Operand>(
  tokens: readonly Token<Operand>[],
  valueOf: (operand: Operand) => number | null,
): number | null {
  let position = 0;
  const operatorHere = (): string | null => {
    const token = tokens[position];
    return token !== undefined && "operator" in token ? token.operator : null;
  };
  const factor = (): number => {
    const token = tokens[position];
    if (token === undefined) return Number.NaN;
    position += 1;
    if ("operand" in token) return valueOf(token.operand) ?? Number.NaN;
    if (token.operator === "-") return -factor();
    if (token.operator !== "(") return Number.NaN;
    const inner = sum();
    if (operatorHere() !== ")") return Number.NaN;
    position += 1;
    return inner;
  };
  const product = (): number => {
    let value = factor();
    for (let operator = operatorHere(); operator === "*" || operator === "/"; operator = operatorHere()) {
      position += 1;
      value = operator === "*" ? value * factor() : value / factor();
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    for (let operator = operatorHere(); operator === "+" || operator === "-"; operator = operatorHere()) {
      position += 1;
      value = operator === "+" ? value + product() : value - product();
    }
    return value;
  };
  const value = sum();
  return position === tokens.length && Number.isFinite(value) ? value : null;
}

/** One equation of a worked solution: `48/2=24`. */
export interface Equation {
  readonly tokens: readonly Token<number>[];
  readonly result: number;
}

const annotation = /<<([^<>=]+)=([^<>=]+)>>/g;
const written =
  /(?<![\w.<])((?:\$?\d[\d.,]*%?|\.\d+|\()(?:[\s$]*(?:[-+*/×÷−()]|(?<=[\d)%\s])x(?=[\s\d(]))[\s$]*|[\d.,]+%?)*[\d)%])\s*=\s*\$?(-?\d[\d,]*(?:\.\d+)?)/g;

/**
 * The equations of a worked solution in order: its `<<48/2=24>>` annotations where it has any, else what is written
 * plainly as `48 / 2 = 24`. Null when an equation cannot be read or is wrong, since nothing can be learnt from it.
 */
export function equationsIn(solution: string): Equation[] | null {
  const annotated = [...solution.matchAll(annotation)];
  const found = annotated.length > 0 ? annotated : [...solution.matchAll(written)];
  const equations: Equation[] = [];
  for (const match of found) {
    const tokens = tokenise(match[1] ?? "");
    const right = tokenise(match[2] ?? "");
    if (tokens === null || right === null) return null;
    const result = evaluate(right, (value) => value);
    const value = evaluate(tokens, (operand) => operand);
    if (result === null || value === null) return null;
    if (!sameNumber(value, result) && Math.abs(value - result) > 0.0051 * Math.max(1, Math.abs(value))) return null;
    if (tokens.length > 1) equations.push({ tokens, result });
  }
  return equations;
}

/** An expression as people write it: spaces around the operators, none inside parentheses. */
export function writeExpression<Operand>(
  tokens: readonly Token<Operand>[],
  write: (operand: Operand) => string,
  spaced: boolean,
): string {
  const parts = tokens.map((token) => {
    if ("operand" in token) return write(token.operand);
    return spaced && token.operator !== "(" && token.operator !== ")" ? ` ${token.operator} ` : token.operator;
  });
  return parts.join("");
}
