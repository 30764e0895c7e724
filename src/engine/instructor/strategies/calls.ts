import { Random } from "../../random.js";
import type { InstructorCall, Neighbour, StrategyInput, TaughtError } from "../strategy.js";

/** x of the paper's prompts: ceil(quota / sources) + 1, where sources are the errors (AugGPT: the cases). */
export function samplesPerSource(quota: number, sources: number): number {
  return quota <= 0 || sources <= 0 ? 0 : Math.ceil(quota / sources) + 1;
}

/** Samples that the first call about an error asks for: what a person sees before anything is asked. */
export function samplesOfCall(quota: number, errors: number, samplesPerCall: number): number {
  return Math.max(1, Math.min(samplesPerCall, samplesPerSource(quota, errors)));
}

export interface CallPlan {
  readonly input: StrategyInput;
  readonly sources: readonly TaughtError[];
  readonly template: (source: TaughtError, neighbours: readonly Neighbour[]) => string;
  readonly neighbours: (source: TaughtError) => readonly Neighbour[];
}

/**
 * The calls of a round. The first asks every source for x samples. A top-up asks only as many sources as twice the
 * missing samples need, in a seeded order that continues from round to round, so that a few missing samples do not cost
 * a call per error. Empty when the quota is full.
 */
export function planCalls(plan: CallPlan): InstructorCall[] {
  const { input, sources } = plan;
  const { samplesPerCall } = input;
  const missing = input.quota - input.kept;
  const each = samplesPerSource(input.round === 0 ? input.quota : missing, sources.length);
  if (missing <= 0 || each === 0) return [];
  const asked = input.round === 0 ? sources : topUpSources(input, sources, Math.ceil((2 * missing) / each));
  // Sample numbers of different rounds never meet: no later round has more calls a source than the first.
  const stride = Math.ceil(samplesPerSource(input.quota, sources.length) / samplesPerCall);
  const calls: InstructorCall[] = [];
  for (const source of asked) {
    const neighbours = plan.neighbours(source);
    for (let part = 0; part * samplesPerCall < each; part += 1) {
      calls.push({
        number: calls.length,
        error: source,
        neighbours,
        samples: Math.min(samplesPerCall, each - part * samplesPerCall),
        sample: input.round * stride + part,
        template: plan.template(source, neighbours),
      });
    }
  }
  return calls;
}

function topUpSources(input: StrategyInput, sources: readonly TaughtError[], wanted: number): TaughtError[] {
  const count = Math.min(sources.length, Math.max(1, wanted));
  const order = new Random(input.seed, "top-up", input.benchmark).shuffle(sources.map((_, index) => index));
  // Each round starts a third of the order further on, so that rounds do not ask the same errors again and again.
  const start = ((input.round - 1) * Math.ceil(sources.length / 3)) % sources.length;
  const chosen = new Set(Array.from({ length: count }, (_, index) => order[(start + index) % order.length]));
  return sources.filter((_, index) => chosen.has(index));
}
