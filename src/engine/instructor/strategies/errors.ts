import { Random } from "../../random.js";
import type { Neighbour, Strategy, StrategyInput, TaughtError } from "../strategy.js";
import { planCalls } from "./calls.js";

const none = (): readonly Neighbour[] => [];

/** Learning from Errors (paper, section 2.3, Eq. 1): each wrong answer alone. */
export const learningFromErrors: Strategy = {
  name: "LE",
  title: "Learning from Errors",
  needsContrast: false,
  filteredInPaper: true,
  version: 1,
  round: (input) => ({
    calls: planCalls({ input, sources: input.errors, template: () => "LE", neighbours: none }),
    drafts: [],
  }),
};

/**
 * Learning from Errors by Contrast (paper, section 2.3, Eq. 2 and 3): each wrong answer with its nearest right cases. An
 * error without any right neighbour is taught by LE's template, and the round's notes say so.
 */
export const learningByContrast: Strategy = {
  name: "LEC",
  title: "Learning from Errors by Contrast",
  needsContrast: true,
  filteredInPaper: true,
  version: 1,
  round(input) {
    const calls = planCalls({
      input,
      sources: input.errors,
      template: (_, neighbours) => (neighbours.length === 0 ? "LE" : "LEC"),
      neighbours: (source) => input.neighbours(source.testCase.key),
    });
    const alone = new Set(calls.filter((call) => call.template === "LE").map((call) => call.error.testCase.key));
    if (alone.size === 0) return { calls, drafts: [] };
    const what = alone.size === 1 ? "1 error has" : `${alone.size} errors have`;
    return { calls, drafts: [], notes: [`${what} no right neighbour and fall back to LE.`] };
  },
};

/** The part of the errors that the baseline draws. */
const randomShare = 0.5;

/**
 * Baseline at equal budget: LE on a seeded random half of the errors, with the whole quota and so the same number of
 * samples as LE on all of them. The same half serves every round.
 */
export const randomErrors: Strategy = {
  name: "random-errors",
  title: "Random errors (baseline)",
  needsContrast: false,
  filteredInPaper: true,
  version: 1,
  round: (input) => ({
    calls: planCalls({ input, sources: randomHalf(input), template: () => "LE", neighbours: none }),
    drafts: [],
  }),
};

function randomHalf(input: StrategyInput): TaughtError[] {
  const count = Math.ceil(input.errors.length * randomShare);
  const order = new Random(input.seed, "random-errors", input.benchmark).shuffle(input.errors.map((_, index) => index));
  const chosen = new Set(order.slice(0, count));
  return input.errors.filter((_, index) => chosen.has(index));
}
