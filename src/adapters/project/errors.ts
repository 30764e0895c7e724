import { applyDecisions, type TriageDecision } from "../../engine/errors/index.js";
import type { Case } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { judgementOf, parseResponse, type LoopBenchmark, type ResponseRecord } from "../../engine/iteration/index.js";
import { DecisionStore } from "../decisions/index.js";
import type { ReadableRun } from "./readProject.js";

/** An answer of the target, mostly a wrong one, with everything that is known of it. */
export interface ListedError {
  readonly benchmark: LoopBenchmark;
  readonly testCase: Case;
  readonly response: ResponseRecord;
  readonly triage: TriageDecision | null;
}

/** Which wrong answers are wanted. */
export interface ErrorQuery {
  /** Without it the last one that has answers. */
  readonly iteration?: number;
  /** Those on the evaluation splits instead of those that may be taught. */
  readonly evaluation?: boolean;
  readonly benchmark?: string;
  /** Answers, right or wrong, whose verdict the program could have forged, instead of wrong ones. */
  readonly forgeable?: boolean;
  /** Key of the one case that is wanted, also when it is right. */
  readonly case?: string;
}

/** Wrong answers of a run in the order of the cases; with `case`, that case even when it is right. */
export async function listErrors({ run, benchmarks, store }: ReadableRun, options: ErrorQuery): Promise<ListedError[]> {
  const stage = options.evaluation === true ? "evaluate" : "collect";
  if (stage === "collect" && options.iteration === undefined) await requireCollected(run);
  const iteration = options.iteration ?? (await lastIteration(run, stage));
  const records = await run.stage(iteration, stage).readSoFar("responses.jsonl", parseResponse);
  if (records.length === 0) throw noAnswers(run.id, iteration);
  const responses = new Map(records.filter(({ sample }) => sample === 0).map((record) => [record.key, record]));
  const triage = applyDecisions(await new DecisionStore(store).triage.read());
  return benchmarks
    .filter(({ name }) => options.benchmark === undefined || name === options.benchmark)
    .flatMap((benchmark) =>
      [...benchmark.target, ...benchmark.evaluation].flatMap((testCase) => {
        const response = responses.get(testCase.key);
        if (response === undefined) return [];
        return isWanted(response, benchmark, options)
          ? [{ benchmark, testCase, response, triage: triage.get(testCase.key) ?? null }]
          : [];
      }),
    );
}

function isWanted(response: ResponseRecord, { protocol }: LoopBenchmark, query: ErrorQuery): boolean {
  if (query.case !== undefined) return response.key === query.case;
  return query.forgeable === true ? judgementOf(response, protocol).forgeable : !response.correct;
}

/** A run that began with answers to evaluation splits has no others: then these are named. */
async function requireCollected(run: ReadableRun["run"]): Promise<void> {
  if ((await run.stage(1, "collect").begun()) !== null || (await run.stage(0, "evaluate").begun()) === null) return;
  throw new Fault("usage", `The run ${run.id} has answers to evaluation splits only, and these are never taught.`, {
    remedy: "List them with --evaluation: `preceptor errors --evaluation`.",
  });
}

async function lastIteration(run: ReadableRun["run"], stage: string): Promise<number> {
  let last: number | null = null;
  for (let iteration = 0; iteration <= 100; iteration += 1) {
    const records = await run.stage(iteration, stage).readSoFar("responses.jsonl", parseResponse);
    if (records.length > 0) last = iteration;
    else if (iteration > 0) break;
  }
  if (last !== null) return last;
  throw noAnswers(run.id, null);
}

function noAnswers(run: string, iteration: number | null): Fault {
  return new Fault(
    "usage",
    `The run ${run} has no answers${iteration === null ? "" : ` of iteration ${iteration}`} yet.`,
    {
      remedy: "Run it first: `preceptor iterate`, or `preceptor evaluate` for the evaluation splits.",
    },
  );
}

export function noSuchError(key: string, run: string): Fault {
  return new Fault("usage", `The run ${run} has no answer to this case.`, {
    found: key,
    allowed: "keys such as benchmark/split/id",
    remedy:
      "`preceptor errors` lists the keys of wrong answers, `preceptor errors --evaluation` those of evaluation splits.",
  });
}

/** Everything that is known of an answer as one JSON object: what `preceptor errors --json` prints and what exports hold. */
export function errorDocument({ benchmark, testCase, response, triage }: ListedError): {
  readonly [field: string]: unknown;
} {
  return {
    key: testCase.key,
    benchmark: benchmark.name,
    family: benchmark.family.name,
    group: testCase.group,
    question: benchmark.family.questionText(testCase),
    reference: benchmark.family.reference(testCase),
    response: response.text,
    correct: response.correct,
    disputed: response.disputed,
    paper: response.paper,
    clean: response.clean,
    artefact: response.artefact,
    triage: triage?.decision ?? null,
    finish: response.finish,
    usage: response.usage,
    cost: response.cost,
  };
}
