import { equationsIn, evaluate, writeExpression, type Equation, type Token } from "./expression.js";
import { plainNumber, sameNumber } from "./numbers.js";

/**
 * An operand of an equation template: the number at a place of the question (`n0`), a hundredth of it (`p0`), the
 * result of an earlier step (`r0`), or a constant (`c60`).
 */
export type Slot =
  { readonly kind: "n" | "p" | "r"; readonly index: number } | { readonly kind: "c"; readonly value: number };

export interface EquationTemplate {
  readonly steps: readonly (readonly Token<Slot>[])[];
  /** The steps as text, `n0/c2;n0+r0`: equal templates have equal names. */
  readonly name: string;
}

/** Constants that a solution may bring in although the question does not mention them: units, halves, per cent. */
const knownConstants: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 7, 10, 12, 24, 30, 52, 60, 100, 365, 1000, 0.5]);

function slotName(slot: Slot): string {
  return slot.kind === "c" ? `c${plainNumber(slot.value)}` : `${slot.kind}${slot.index}`;
}

function templateOf(steps: readonly (readonly Token<Slot>[])[]): EquationTemplate {
  return { steps, name: steps.map((tokens) => writeExpression(tokens, slotName, false)).join(";") };
}

/** Reads a template's name back. Null when the text is not one. */
export function parseTemplate(name: string): EquationTemplate | null {
  const steps: Token<Slot>[][] = [];
  for (const part of name.split(";")) {
    const tokens: Token<Slot>[] = [];
    const pattern = /([npr])(\d+)|c(\d+(?:\.\d+)?)|([-+*/()])/y;
    while (pattern.lastIndex < part.length) {
      const match = pattern.exec(part);
      if (match === null) return null;
      if (match[4] !== undefined) tokens.push({ operator: match[4] });
      else if (match[3] !== undefined) tokens.push({ operand: { kind: "c", value: Number(match[3]) } });
      else tokens.push({ operand: { kind: match[1] as "n" | "p" | "r", index: Number(match[2]) } });
    }
    if (tokens.length === 0) return null;
    steps.push(tokens);
  }
  return { steps, name };
}

/** Results of all steps of a template for the numbers of a question; null when the numbers do not fit. */
export function resultsOf(template: EquationTemplate, numbers: readonly number[]): number[] | null {
  const results: number[] = [];
  for (const tokens of template.steps) {
    const value = evaluate(tokens, (slot) => slotValue(slot, numbers, results));
    if (value === null) return null;
    results.push(value);
  }
  return results;
}

export function slotValue(slot: Slot, numbers: readonly number[], results: readonly number[]): number | null {
  switch (slot.kind) {
    case "c":
      return slot.value;
    case "n":
      return numbers[slot.index] ?? null;
    case "p": {
      const value = numbers[slot.index];
      return value === undefined ? null : value / 100;
    }
    case "r":
      return results[slot.index] ?? null;
  }
}

/** Where an operand of the given value may come from, the likeliest place first. */
function placesOf(
  value: number,
  numbers: readonly number[],
  results: readonly number[],
  used: ReadonlySet<string>,
): Slot[] {
  const fresh: Slot[] = [];
  const again: Slot[] = [];
  for (let index = results.length - 1; index >= 0; index -= 1) {
    if (sameNumber(results[index] ?? Number.NaN, value))
      (used.has(`r${index}`) ? again : fresh).push({ kind: "r", index });
  }
  numbers.forEach((number, index) => {
    if (sameNumber(number, value)) (used.has(`n${index}`) ? again : fresh).push({ kind: "n", index });
  });
  const found = [...fresh, ...again];
  if (found.length > 0) return found;
  numbers.forEach((number, index) => {
    if (number !== 0 && sameNumber(number / 100, value)) found.push({ kind: "p", index });
  });
  if (knownConstants.has(value)) found.push({ kind: "c", value });
  return found;
}

/** Cap of the alternatives that one worked solution yields; equal numbers in a question make it ambiguous. */
const mostAlternatives = 24;

/**
 * Aligns the operands of a solution's equations with the numbers of its question, the results of earlier steps and
 * known constants. Returns every reading, the likeliest first, and none when an operand comes from nowhere or the
 * solution uses less than half of the question's numbers: then the solution does not explain the question.
 */
function alignEquations(
  numbers: readonly number[],
  equations: readonly Equation[],
  answer: number | null,
): EquationTemplate[] {
  const last =
    answer === null ? equations.length - 1 : equations.findLastIndex((one) => sameNumber(one.result, answer));
  const steps = equations.slice(0, last + 1);
  if (steps.length === 0) return [];
  let partial: { steps: Token<Slot>[][]; used: ReadonlySet<string> }[] = [{ steps: [], used: new Set() }];
  const results: number[] = [];
  for (const equation of steps) {
    partial = partial.map((one) => ({ steps: [...one.steps, []], used: one.used }));
    for (const token of equation.tokens) {
      partial = partial.flatMap((one) => {
        const before = one.steps.slice(0, -1);
        const current = one.steps.at(-1) ?? [];
        if ("operator" in token) return [{ steps: [...before, [...current, token]], used: one.used }];
        return placesOf(token.operand, numbers, results, one.used).map((slot) => ({
          steps: [...before, [...current, { operand: slot }]],
          used: new Set([...one.used, slotName(slot)]),
        }));
      });
      partial = partial.slice(0, mostAlternatives);
    }
    results.push(equation.result);
  }
  const explains = partial.filter((one) => {
    const taken = new Set([...one.used].filter((name) => /^[np]/.test(name)).map((name) => name.slice(1)));
    return taken.size >= 1 && taken.size * 2 >= numbers.length;
  });
  return explains.map((one) => templateOf(one.steps));
}

/** The readings of a whole worked solution; empty when it cannot be read or does not explain the question. */
export function templatesOf(numbers: readonly number[], solution: string, answer: number | null): EquationTemplate[] {
  const equations = equationsIn(solution);
  return equations === null ? [] : alignEquations(numbers, equations, answer);
}
