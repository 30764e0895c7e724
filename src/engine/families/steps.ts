import type { EquationCheck } from "./arithmetic.js";
import { plainNumbers } from "./extract/numbers.js";
import { absolute, formatRational } from "./rational.js";

/** A step of a response beside the step of the reference that has its numbers. */
export interface AlignedStep {
  /** Index among the response's equations, from 0. */
  readonly response: number;
  /** Index among the reference's equations, from 0. */
  readonly reference: number;
  /** What is equal: the numbers that are computed with, the result, or both. */
  readonly by: "both" | "operands" | "result";
}

/** Steps of each side that are looked at: an alignment costs their product. */
const mostSteps = 200;
const weights = { both: 4, operands: 3, result: 2 } as const;

/**
 * Puts the steps of a response beside those of the reference where numbers match, in order: the longest agreement, in
 * which equal operands with an equal result count more than equal operands, and those more than an equal result alone. A
 * step that only went wrong in its result (`48 + 24 = 62` for `48 + 24 = 72`) keeps its partner that way.
 */
export function alignSteps(response: readonly EquationCheck[], reference: readonly EquationCheck[]): AlignedStep[] {
  const left = response.slice(0, mostSteps).map(numbersOf);
  const right = reference.slice(0, mostSteps).map(numbersOf);
  // best[i][j] is the most that steps from i on and steps from j on can agree.
  const best = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = best[i];
      if (row !== undefined)
        row[j] = Math.max(at(i + 1, j), at(i, j + 1), weightOf(left[i], right[j]) + at(i + 1, j + 1));
    }
  }
  const aligned: AlignedStep[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    const by = agreement(left[i], right[j]);
    if (by !== null && at(i, j) === weights[by] + at(i + 1, j + 1)) {
      aligned.push({ response: i, reference: j, by });
      i += 1;
      j += 1;
    } else if (at(i, j) === at(i + 1, j)) i += 1;
    else j += 1;
  }
  return aligned;
}

interface StepNumbers {
  readonly operands: string;
  readonly result: string | null;
}

function numbersOf({ expression, result }: EquationCheck): StepNumbers {
  // A minus may be a sign or an operator, so only the size of an operand counts; their order does not.
  const operands = plainNumbers(expression).map(({ value }) => formatRational(absolute(value)));
  return { operands: operands.sort().join(" "), result: result === null ? null : formatRational(result) };
}

function agreement(a: StepNumbers | undefined, b: StepNumbers | undefined): AlignedStep["by"] | null {
  if (a === undefined || b === undefined) return null;
  const operands = a.operands === b.operands && a.operands !== "";
  const result = a.result !== null && a.result === b.result;
  if (operands) return result ? "both" : "operands";
  return result ? "result" : null;
}

function weightOf(a: StepNumbers | undefined, b: StepNumbers | undefined): number {
  const by = agreement(a, b);
  return by === null ? 0 : weights[by];
}
