import type { ModelRole } from "../configuration/index.js";
import type { Case } from "../families/index.js";
import {
  nextRound,
  strategyNamed,
  type Strategy,
  type StrategyInput,
  type StrategyRound,
} from "../instructor/index.js";
import type { ChatRequest, Checkpoint, ModelIdentity } from "../seams/index.js";
import { judgeRequest, targetRequest } from "./ask.js";
import { addressOf, type EarlierWork, type KnownErrors } from "./earlierWork.js";
import { requestOf, samplesOfRound, strategyInput, taughtErrors } from "./instructing.js";
import type { RunFacts } from "./plan.js";
import type { LoopBenchmark } from "./scope.js";
import { selectedOf } from "./stages/select.js";

/**
 * What the number of calls is told from, the surest first. `counted`: every call is known. `errors`: the errors are known,
 * and how often the instructor has to top up is told by a share. `shares`: so is the number of errors.
 */
export const estimateBases = ["counted", "errors", "shares"] as const;
export type EstimateBasis = (typeof estimateBases)[number];

/** Calls of one role that a piece of a run's work takes. */
export interface CallsAhead {
  readonly role: ModelRole;
  /** Answers that are there already: they are not asked for again. */
  readonly stored: number;
  /** Calls that are left; not a whole number where they are told by shares. */
  readonly open: number;
  /** The calls that are left if every round of top-ups that the configuration allows is needed. */
  readonly most: number;
  /** Some of the requests that are left; the others are taken to be like them. */
  readonly some: readonly ExpectedCall[];
  readonly basis: EstimateBasis;
}

interface ExpectedCall {
  readonly request: ChatRequest;
  /** Tokens that its answer is expected to have. */
  readonly answerTokens: number;
}

/** Requests whose tokens are really counted of a piece of work. */
const sampled = 20;
/** Expected tokens of one response and of one generated sample, where nobody has answered yet. */
const responseTokens = 200;
const sampleTokens = 250;
const verdictTokens = 60;
/** Stands for a response of that length in the messages of instructor and judge. */
const placeholder = "word ".repeat(responseTokens);

/** Cases of a benchmark that a stage asks the target. */
export interface AskedAhead {
  readonly benchmark: LoopBenchmark;
  readonly cases: readonly Case[];
  /** Who answers; undefined where it is not trained yet. */
  readonly checkpoint: Checkpoint | null | undefined;
}

/** Calls to the target about cases, and to the judge where the benchmark has no exact metric. */
export async function targetCalls(
  facts: RunFacts,
  { benchmark, cases, checkpoint }: AskedAhead,
  work: EarlierWork | null,
): Promise<CallsAhead[]> {
  const { models } = facts;
  const imported = checkpoint === null ? (work?.imported?.responses ?? []) : [];
  const given = new Map(imported.map((response) => [response.key, response]));
  const identity = checkpoint === undefined ? null : models.targetIdentity(checkpoint);
  const isJudged = benchmark.family.name === "judged";
  const [target, judge] = [new Counter("target"), new Counter("judge")];
  for (let sample = 0; sample < benchmark.samples; sample += 1) {
    for (const testCase of cases) {
      const request = (): ChatRequest => targetRequest(facts, benchmark, testCase, sample);
      const recorded = sample === 0 ? given.get(testCase.key) : undefined;
      const stored = recorded !== undefined || (identity !== null && (await has(work, identity, request)));
      target.count(request, responseTokens, stored);
      if (!isJudged || (recorded?.verdict ?? null) !== null) continue;
      const response = recorded?.text ?? (stored && identity !== null ? await textOf(work, identity, request) : null);
      if (response !== null && holdsNothing(benchmark, testCase, response)) continue;
      const verdict = (): ChatRequest => judgeRequest(facts, benchmark, testCase, response ?? placeholder, 0);
      judge.count(verdict, verdictTokens, response !== null && (await has(work, models.judgeIdentity(), verdict)));
    }
  }
  return [target.calls("counted"), judge.calls("counted")];
}

async function has(work: EarlierWork | null, identity: ModelIdentity, request: () => ChatRequest): Promise<boolean> {
  const address = work === null ? null : addressOf(work, identity, request());
  return address !== null && (await work?.answers.has(address)) === true;
}

async function textOf(
  work: EarlierWork | null,
  identity: ModelIdentity,
  request: () => ChatRequest,
): Promise<string | null> {
  const address = work === null ? null : addressOf(work, identity, request());
  return address === null ? null : ((await work?.answers.get(address))?.answer.text ?? null);
}

/** Nobody judges a response in which no answer was found. */
function holdsNothing({ family, extractor, protocol }: LoopBenchmark, testCase: Case, response: string): boolean {
  const name = extractor ?? family.extractorFor(protocol, testCase);
  return family.extract(testCase, response, name, protocol).value === null;
}

/** Tells calls that are left from those whose answers are stored. */
class Counter {
  readonly #role: ModelRole;
  readonly #some: ExpectedCall[] = [];
  #stored = 0;
  #open = 0;

  constructor(role: ModelRole) {
    this.#role = role;
  }

  get open(): number {
    return this.#open;
  }

  /** @param request makes the request: it is made of those alone whose tokens are counted. */
  count(request: () => ChatRequest, answerTokens: number, stored: boolean): void {
    if (stored) {
      this.#stored += 1;
      return;
    }
    this.#open += 1;
    if (this.#some.length < sampled) this.#some.push({ request: request(), answerTokens });
  }

  calls(basis: EstimateBasis): CallsAhead {
    return {
      ...{ role: this.#role, basis },
      ...{ stored: this.#stored, open: this.#open, most: this.#open, some: this.#some },
    };
  }
}

/** What is assumed where nothing is known. */
export interface AssumedShares {
  /** Share of the target's answers that are wrong, from 0 to 1. */
  readonly errorShare: number;
  /** Share of the samples asked for that the gates keep, from 0 to 1; without it, one round is likely. */
  readonly keptShare?: number;
}

/**
 * Calls to the instructor about a benchmark. Where its errors are known, rounds are planned as the run plans them, as far
 * as their answers are stored and what the gates decided is recorded; what comes after is told by shares.
 */
export async function instructorCalls(
  facts: RunFacts,
  { iteration, benchmark }: { readonly iteration: number; readonly benchmark: LoopBenchmark },
  known: KnownErrors | null,
  shares: AssumedShares,
  work: EarlierWork | null,
): Promise<CallsAhead[]> {
  const { configuration } = facts;
  const strategy = strategyNamed(configuration.iterations[iteration - 1]?.strategy ?? "", facts.strategies);
  const input =
    known === null
      ? assumedInput(facts, iteration, benchmark, shares.errorShare)
      : knownInput(facts, iteration, benchmark, known);
  const counter = new Counter("instructor");
  const keptAfter: number[] = [];
  for (;;) {
    const next = nextRound(strategy, input, keptAfter, configuration.rounds);
    if (next.round === null) return [counter.calls(known === null ? "shares" : "counted")];
    for (const call of next.round.calls) {
      const request = (): ChatRequest => requestOf(facts, benchmark, call);
      const stored = known !== null && (await has(work, facts.models.instructorIdentity(), request));
      counter.count(request, call.samples * sampleTokens, stored);
    }
    const done = counter.open === 0 && known !== null;
    const kept = done ? keptOf(benchmark, strategy, keptAfter.length, next.round, known) : null;
    if (kept === null) break;
    keptAfter.push((keptAfter.at(-1) ?? 0) + kept);
  }
  const basis = known === null ? "shares" : "errors";
  return [
    counter.calls(basis),
    { ...furtherRounds(facts, benchmark, strategy, input, keptAfter.length + 1, shares), basis },
  ];
}

function knownInput(
  facts: RunFacts,
  iteration: number,
  benchmark: LoopBenchmark,
  { responses, sets }: KnownErrors,
): Omit<StrategyInput, "kept" | "round"> {
  const cases = selectedOf(facts, benchmark);
  const errors = taughtErrors(facts, cases, responses);
  return strategyInput({ ...facts, iteration }, benchmark, { cases, errors, sets });
}

/** The first of the cases are taken as wrong, with some of the others beside them. */
function assumedInput(
  facts: RunFacts,
  iteration: number,
  benchmark: LoopBenchmark,
  errorShare: number,
): Omit<StrategyInput, "kept" | "round"> {
  const { iterations, contrast } = facts.configuration;
  const cases = selectedOf(facts, benchmark);
  const wrong = Math.round(cases.length * errorShare);
  const errors = cases.slice(0, wrong).map((testCase) => ({ testCase, response: placeholder }));
  const right = cases.slice(wrong, wrong + (iterations[iteration - 1]?.k ?? contrast.k));
  return {
    ...strategyInput({ ...facts, iteration }, benchmark, { cases, errors, sets: new Map() }),
    neighbours: () => right.map((testCase) => ({ testCase, distance: 1 })),
  };
}

/** How many samples of a round the gates kept, as it is recorded of each; null where it is not. */
function keptOf(
  benchmark: LoopBenchmark,
  strategy: Strategy,
  round: number,
  { calls, drafts }: StrategyRound,
  known: KnownErrors,
): number | null {
  const answered = new Map(
    known.calls
      .filter((record) => record.benchmark === benchmark.name && record.round === round)
      .map((record) => [record.number, record]),
  );
  const records = calls.flatMap(({ number }) => answered.get(number) ?? []);
  if (records.length < calls.length) return null;
  const kept = samplesOfRound(benchmark, strategy, round, records, drafts).map(({ id }) => known.kept.get(id));
  return kept.includes(undefined) ? null : kept.filter(Boolean).length;
}

/** As many rounds as it takes until enough is kept; nobody knows it before something was kept. */
function furtherRounds(
  { configuration, templates }: RunFacts,
  benchmark: LoopBenchmark,
  strategy: Strategy,
  input: Omit<StrategyInput, "kept" | "round">,
  planned: number,
  { keptShare }: AssumedShares,
): Omit<CallsAhead, "basis"> {
  const { calls } = strategy.round({ ...input, kept: 0, round: 0 });
  const asked = calls.reduce((sum, call) => sum + call.samples, 0);
  const allowed = Math.max(1, configuration.rounds);
  const expected = keptShare === undefined || asked === 0 ? 1 : input.quota / Math.max(keptShare, 0.01) / asked;
  const callsOf = (rounds: number): number => calls.length * Math.max(0, Math.min(rounds, allowed) - planned);
  const some = calls.slice(0, sampled).map((call) => ({
    request: requestOf({ configuration, templates }, benchmark, call),
    answerTokens: call.samples * sampleTokens,
  }));
  return {
    ...{ role: "instructor", stored: 0, some },
    ...{ open: callsOf(expected), most: callsOf(keptShare === undefined ? allowed : expected) },
  };
}
