import { estimateCost, type CostEstimate, type Price } from "../asking/index.js";
import { chatParametersOf, quotaOf } from "../configuration/index.js";
import type { Case } from "../families/index.js";
import { judgeMessages, strategyNamed, type InstructorCall } from "../instructor/index.js";
import type { ChatRequest } from "../seams/index.js";
import { requestOf } from "./instructing.js";
import type { LoopBenchmark, StageFacts, StageName } from "./scope.js";
import { selectedOf, taught } from "./stages/select.js";

/** What a run may cost before it starts, by role. Costs are null where a price is unknown. */
export interface RunEstimate {
  readonly target: CostEstimate;
  readonly instructor: CostEstimate;
  /** Of benchmarks without an exact metric, whose responses a model judges. */
  readonly judge: CostEstimate;
  readonly cost: number | null;
  /** The cost if the instructor tops up in every round that the configuration allows. */
  readonly most: number | null;
  /** Share of the target's answers that was taken as wrong, from 0 to 1. */
  readonly errorShare: number;
}

export interface EstimateOptions {
  readonly prices: { readonly target: Price | null; readonly instructor: Price | null; readonly judge: Price | null };
  readonly countTokens: (text: string) => number;
  /** Share of wrong answers to assume, from 0 to 1. */
  readonly errorShare: number;
  /** Share of the samples asked for that the gates keep, from 0 to 1; without it, one round is likely. */
  readonly keptShare?: number;
  /** Stages that would run; all when left out. Iteration 0 is the base. */
  readonly pending?: (iteration: number, stage: StageName) => boolean;
}

/** Requests that are really counted of a benchmark and role; the others are taken to be like them. */
const sampled = 20;
/** Expected tokens of one response and of one generated sample, where nobody has answered yet. */
const responseTokens = 200;
const sampleTokens = 250;
const verdictTokens = 60;
/** Stands for a response of that length in the instructor's messages. */
const placeholder = "word ".repeat(responseTokens);

/**
 * Estimates a whole run from its configuration and cases: the base and every iteration are evaluated, every selected
 * case is asked in each iteration, judged where it has no exact metric, and the given share of them is wrong and taught:
 * by one round of calls, or by as many as the share of kept samples lets expect. Stored answers are not known here.
 */
export function estimateRun(
  facts: Pick<StageFacts, "configuration" | "benchmarks" | "templates">,
  options: EstimateOptions,
): RunEstimate {
  const { configuration, benchmarks } = facts;
  const { prices, countTokens, errorShare, pending = () => true } = options;
  const iterations = configuration.iterations.map((_, index) => index + 1);
  const evaluations = [0, ...iterations].filter((iteration) => pending(iteration, "evaluate")).length;
  const collections = iterations.filter((iteration) => pending(iteration, "collect")).length;
  const parameters = chatParametersOf(configuration, "target");
  const some = (
    cases: readonly Case[],
    times: number,
    price: Price | null,
    answer: number,
    request: (testCase: Case) => ChatRequest,
  ): CostEstimate =>
    scaled(
      estimateCost(cases.slice(0, sampled).map(request), price, countTokens, answer),
      (cases.length * times) / Math.max(1, Math.min(sampled, cases.length)),
    );
  const asked = (benchmark: LoopBenchmark, cases: readonly Case[], times: number): CostEstimate =>
    some(cases, times, prices.target, responseTokens, (testCase) => ({
      messages: benchmark.family.prompt(testCase),
      parameters,
      sample: 0,
    }));
  const judged = ({ family }: LoopBenchmark, cases: readonly Case[], times: number): CostEstimate => {
    if (family.name !== "judged") return none;
    const template = facts.templates.judge();
    return some(cases, times, prices.judge, verdictTokens, (testCase) => ({
      messages: judgeMessages(testCase, placeholder, template, family),
      parameters: chatParametersOf(configuration, "judge", template.parameters),
      sample: 0,
    }));
  };
  const answers = (of: typeof asked): CostEstimate =>
    total([
      ...benchmarks.map((benchmark) => of(benchmark, benchmark.evaluation, benchmark.samples * evaluations)),
      ...taught(benchmarks).map((benchmark) => of(benchmark, selectedOf(facts, benchmark), collections)),
    ]);
  const [target, judge] = [answers(asked), answers(judged)];
  const rounds = iterations
    .filter((iteration) => pending(iteration, "instruct"))
    .flatMap((iteration) =>
      taught(benchmarks).map((benchmark) => instructed(facts, benchmark, iteration - 1, options)),
    );
  const instructor = total(rounds.map(({ likely }) => likely));
  const most = total(rounds.map((each) => each.most));
  return {
    target,
    instructor,
    judge,
    cost: total([target, instructor, judge]).cost,
    most: total([target, most, judge]).cost,
    errorShare,
  };
}

const none: CostEstimate = { calls: 0, promptTokens: 0, completionTokens: 0, cost: 0 };

/** What teaching a benchmark in an iteration may cost: likely, and with every round of top-ups. */
function instructed(
  facts: Pick<StageFacts, "configuration" | "templates">,
  benchmark: LoopBenchmark,
  iteration: number,
  { prices, countTokens, errorShare, keptShare }: EstimateOptions,
): { readonly likely: CostEstimate; readonly most: CostEstimate } {
  const { configuration } = facts;
  const selected = selectedOf(facts, benchmark);
  const wrong = Math.round(selected.length * errorShare);
  const right = selected.slice(wrong);
  const strategy = strategyNamed(configuration.iterations[iteration]?.strategy ?? "");
  const k = configuration.iterations[iteration]?.k ?? configuration.contrast.k;
  const quota = quotaOf(configuration, benchmark.name, iteration);
  const { calls } = strategy.round({
    benchmark: benchmark.name,
    family: benchmark.family.name,
    selected,
    errors: selected.slice(0, wrong).map((testCase) => ({ testCase, response: placeholder })),
    neighbours: () => right.slice(0, k).map((testCase) => ({ testCase, distance: 1 })),
    quota,
    kept: 0,
    round: 0,
    seed: configuration.seed,
    samplesPerCall: configuration.instruction.samplesPerCall,
  });
  const counted = calls.slice(0, sampled);
  const samplesOf = new Map<ChatRequest, InstructorCall>(
    counted.map((call) => [requestOf(facts, benchmark, call), call]),
  );
  const estimate = estimateCost(
    samplesOf.keys(),
    prices.instructor,
    countTokens,
    (request) => (samplesOf.get(request)?.samples ?? 1) * sampleTokens,
  );
  const once = calls.length / Math.max(1, counted.length);
  const asked = calls.reduce((sum, call) => sum + call.samples, 0);
  // As many rounds as it takes until enough is kept; nobody knows it before something was kept.
  const expected = keptShare === undefined || asked === 0 ? 1 : quota / Math.max(keptShare, 0.01) / asked;
  const rounds = Math.min(Math.max(1, expected), Math.max(1, configuration.rounds));
  return {
    likely: scaled(estimate, once * rounds),
    most: scaled(estimate, once * (keptShare === undefined ? Math.max(1, configuration.rounds) : rounds)),
  };
}

function scaled({ calls, promptTokens, completionTokens, cost }: CostEstimate, factor: number): CostEstimate {
  return {
    calls: Math.round(calls * factor),
    promptTokens: Math.round(promptTokens * factor),
    completionTokens: Math.round(completionTokens * factor),
    cost: cost === null ? null : cost * factor,
  };
}

function total(estimates: readonly CostEstimate[]): CostEstimate {
  const sum = (figure: (estimate: CostEstimate) => number): number =>
    estimates.reduce((result, estimate) => result + figure(estimate), 0);
  return {
    calls: sum(({ calls }) => calls),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    cost: estimates.some(({ cost }) => cost === null) ? null : sum(({ cost }) => cost ?? 0),
  };
}
