import type { Random } from "../../../engine/random.js";
import { resultsOf, slotValue, templatesOf, type EquationTemplate } from "../equationTemplate.js";
import { equationsIn, writeExpression } from "../expression.js";
import { finalNumber } from "../mathStudent.js";
import { numbersIn, plainNumber, replaceMentions, sameNumber, writeLike, type NumberMention } from "../numbers.js";
import { reword } from "./wording.js";

export interface MathSample {
  readonly question: string;
  readonly solution: string;
  readonly answer: string;
}

/** A problem that can be varied: its numbers, and how the worked solution gets from them to the answer. */
export interface MathProblem {
  readonly question: string;
  readonly solution: string;
  readonly mentions: readonly NumberMention[];
  readonly template: EquationTemplate;
  readonly results: readonly number[];
}

/** Null when the reference does not show how the numbers of the question lead to its answer. */
export function readMathProblem(question: string, reference: string): MathProblem | null {
  const mentions = numbersIn(question);
  const numbers = mentions.map((mentioned) => mentioned.value);
  const template = templatesOf(numbers, reference, finalNumber(reference))[0];
  const results = template === undefined ? null : resultsOf(template, numbers);
  if (template === undefined || results === null) return null;
  return { question, solution: reference.replace(/\n?####.*$/s, "").trim(), mentions, template, results };
}

/** Draws near the old value: the same magnitude, roundness and number of decimals. */
function redraw(value: number, random: Random): number {
  if (value === 0 || (Number.isInteger(value) && value >= 1900 && value <= 2100)) return value;
  const grain = Number.isInteger(value)
    ? value % 100 === 0
      ? value >= 1000
        ? 100
        : 50
      : value % 10 === 0
        ? value > 100
          ? 10
          : 5
        : 1
    : value * 10 === Math.round(value * 10)
      ? 0.5
      : 0.25;
  const low = Math.max(grain === 1 ? 2 : grain, Math.ceil((value * 0.5) / grain) * grain);
  const high = Math.max(low + 3 * grain, Math.floor((value * 1.7) / grain) * grain);
  return Number((low + grain * random.integer(0, Math.round((high - low) / grain))).toFixed(4));
}

/** New numbers with which every step stays sensible: whole where it was whole, positive where it was positive. */
function newNumbers(problem: MathProblem, random: Random): number[] | null {
  const old = problem.mentions.map((mentioned) => mentioned.value);
  for (let attempt = 0; attempt < 500; attempt += 1) {
    // Later attempts move fewer numbers, so that a problem with tight conditions is varied at least a little.
    const moved = attempt < 300 ? 1 : 0.5;
    const drawn = old.map((value) => (random.next() < moved ? redraw(value, random) : value));
    if (drawn.every((value, index) => value === old[index])) continue;
    const percentages = problem.mentions.every(
      ({ value, end }, index) => problem.question.charAt(end) !== "%" || value > 100 || (drawn[index] ?? 0) <= 100,
    );
    const results = resultsOf(problem.template, drawn);
    if (!percentages || results === null) continue;
    const sensible = results.every((result, index) => {
      const before = problem.results[index] ?? 0;
      const whole = !sameNumber(before, Math.round(before)) || sameNumber(result, Math.round(result));
      const cents =
        sameNumber(result * 100, Math.round(result * 100)) || !sameNumber(before * 100, Math.round(before * 100));
      return whole && cents && (before <= 0 || result > 0);
    });
    if (sensible) return drawn;
  }
  return null;
}

/** One variation; null when no sensible numbers were found. */
export function varyMath(problem: MathProblem, solved: readonly string[], random: Random): MathSample | null {
  const numbers = newNumbers(problem, random);
  if (numbers === null) return null;
  const results = resultsOf(problem.template, numbers) ?? [];
  const wording = reword(problem.question, solved, random);
  const question = replaceMentions(problem.question, problem.mentions, (mentioned, index) =>
    writeLike(mentioned, numbers[index] ?? mentioned.value),
  );
  return {
    question: wording.apply(question),
    solution: wording.apply(rewriteSolution(problem, numbers, results)),
    answer: plainNumber(results.at(-1) ?? 0),
  };
}

const annotation = /<<([^<>=]+)=([^<>=]+)>>/g;

/**
 * The worked solution with new numbers. A number in its text stands for an operand of the annotation that follows, for
 * the result of the one before, or for a number or result with the same value; anything else stays as it is.
 */
function rewriteSolution(problem: MathProblem, numbers: readonly number[], results: readonly number[]): string {
  const { solution, template, mentions } = problem;
  const annotated = [...solution.matchAll(annotation)];
  const usable = equationsIn(solution)?.length === annotated.length && annotated.length >= template.steps.length;
  const written = template.steps.map((tokens, index) => {
    const expression = (spaced: boolean): string =>
      writeExpression(tokens, (slot) => plainNumber(slotValue(slot, numbers, results) ?? 0), spaced);
    return { spaced: expression(true), tight: expression(false), result: plainNumber(results[index] ?? 0) };
  });
  if (!usable) {
    return written.map(({ spaced, tight, result }) => `${spaced} = <<${tight}=${result}>>${result}`).join("\n");
  }
  const old = mentions.map((mentioned) => mentioned.value);
  const byValue = (value: number): number => {
    const place = old.findIndex((one) => sameNumber(one, value));
    if (place >= 0) return numbers[place] ?? value;
    const step = problem.results.findIndex((one) => sameNumber(one, value));
    return step >= 0 ? (results[step] ?? value) : value;
  };
  const parts: string[] = [];
  let end = 0;
  for (let index = 0; index < template.steps.length; index += 1) {
    const match = annotated[index];
    const step = written[index];
    const tokens = template.steps[index];
    if (match === undefined || step === undefined || tokens === undefined) break;
    const before = solution.slice(end, match.index);
    const found = numbersIn(before);
    const operands = tokens.flatMap((token) => ("operand" in token ? [token.operand] : []));
    const direct = new Map<number, number>();
    // The expression is written out right before its annotation, so operands are matched from the right.
    for (let back = 1; back <= operands.length && back <= found.length; back += 1) {
      const slot = operands[operands.length - back];
      const mentioned = found[found.length - back];
      if (slot === undefined || mentioned === undefined) break;
      const value = slotValue(slot, old, problem.results);
      const percent = slot.kind === "p" && value !== null && sameNumber(value * 100, mentioned.value);
      if (value === null || (!percent && !sameNumber(value, mentioned.value))) break;
      const fresh = slotValue(slot, numbers, results) ?? value;
      direct.set(found.length - back, percent ? fresh * 100 : fresh);
    }
    parts.push(
      replaceMentions(before, found, (mentioned, place) => {
        const isResult =
          index > 0 && place === 0 && sameNumber(mentioned.value, problem.results[index - 1] ?? Number.NaN);
        const value = direct.get(place) ?? (isResult ? results[index - 1] : undefined) ?? byValue(mentioned.value);
        return writeLike(mentioned, value);
      }),
      `<<${step.tight}=${step.result}>>`,
    );
    end = match.index + match[0].length;
  }
  const rest = solution.slice(end, annotated[template.steps.length]?.index ?? solution.length);
  const last = problem.results.at(-1) ?? 0;
  parts.push(
    replaceMentions(rest, numbersIn(rest), (mentioned) =>
      writeLike(mentioned, sameNumber(mentioned.value, last) ? (results.at(-1) ?? last) : byValue(mentioned.value)),
    ),
  );
  return parts.join("").trim();
}
