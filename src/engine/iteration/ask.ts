import type { Case, JudgeContext, Judgement, Protocol } from "../families/index.js";
import { Fault } from "../fault.js";
import { rememberingRunner } from "../evaluation/index.js";
import { contentHash } from "../hash.js";
import { forEachConcurrently } from "../concurrency.js";
import { parseResponse, type ResponseRecord } from "./records.js";
import type { Asks, LoopBenchmark, StageFacts, StageName, StageScope } from "./scope.js";
import { chatParametersOf } from "../configuration/index.js";
import type { ChatRequest } from "../seams/index.js";
import { judgeMessages, parseVerdict } from "../instructor/index.js";

/** Cases of one benchmark that a stage asks the target. */
export interface AskedCases {
  readonly benchmark: LoopBenchmark;
  readonly cases: readonly Case[];
}

/** Counts of a stage's answers, of the first sample each. A type, because manifests take counts by name. */
type AnswerCounts = { asked: number; correct: number; disputed: number; forgeable?: number };

/**
 * Asks the target every case and judges the responses (Algorithm 1, lines 5 and 8), appending one record a response to
 * `responses.jsonl`. Responses that are there already are not asked again. Records are in order of arrival; readers
 * sort them by case.
 */
export async function askCases(
  scope: StageScope,
  stage: StageName,
  fingerprint: string,
  groups: readonly AskedCases[],
  target: Asks,
): Promise<AnswerCounts> {
  const store = scope.run.stage(scope.iteration, stage);
  const log = await store.log("responses.jsonl", fingerprint, parseResponse);
  try {
    const done = new Set(log.records.map(({ key, sample }) => `${key}#${sample}`));
    const work = groups.flatMap(({ benchmark, cases }) =>
      Array.from({ length: benchmark.samples }, (_, sample) =>
        cases.map((testCase) => ({ benchmark, testCase, sample })),
      ).flat(),
    );
    const open = work.filter(({ testCase, sample }) => !done.has(`${testCase.key}#${sample}`));
    const counts: AnswerCounts = { asked: work.length, correct: 0, disputed: 0 };
    for (const record of log.records) count(counts, record);
    let finished = work.length - open.length;
    scope.watcher.progress({ iteration: scope.iteration, stage, done: finished, total: work.length, note: "" });
    const context = judgeContext(scope);
    await forEachConcurrently(open, scope.models.concurrency("target"), async ({ benchmark, testCase, sample }) => {
      const record = await askCase(scope, benchmark, testCase, sample, target, context);
      await log.append(record);
      count(counts, record);
      finished += 1;
      scope.watcher.progress({
        iteration: scope.iteration,
        stage,
        done: finished,
        total: work.length,
        note: benchmark.name,
      });
    });
    return counts;
  } finally {
    await log.close();
  }
}

function count(counts: AnswerCounts, record: ResponseRecord): void {
  if (record.sample !== 0) return;
  // Named only where there are some: few tests need the program to answer for itself.
  if (record.paper.forgeable || record.clean.forgeable) counts.forgeable = (counts.forgeable ?? 0) + 1;
  if (record.correct) counts.correct += 1;
  if (record.disputed) counts.disputed += 1;
}

/** What the target is asked. Several answers a case (pass@k) need a temperature of their own. */
export function targetRequest(
  { configuration }: Pick<StageFacts, "configuration">,
  { family, samples }: Pick<LoopBenchmark, "family" | "samples">,
  testCase: Case,
  sample: number,
): ChatRequest {
  const parameters = chatParametersOf(configuration, "target");
  const { passAtK } = configuration.evaluation;
  return {
    messages: family.prompt(testCase),
    parameters: samples === 1 || passAtK === null ? parameters : { ...parameters, temperature: passAtK.temperature },
    sample,
  };
}

/** What the judge is asked about a response to a case without an exact metric. */
export function judgeRequest(
  { configuration, templates }: Pick<StageFacts, "configuration" | "templates">,
  { family }: Pick<LoopBenchmark, "family">,
  testCase: Case,
  response: string,
  sample: number,
): ChatRequest {
  const template = templates.judge();
  return {
    messages: judgeMessages(testCase, response, template, family),
    parameters: chatParametersOf(configuration, "judge", template.parameters),
    sample,
  };
}

async function askCase(
  scope: StageScope,
  benchmark: LoopBenchmark,
  testCase: Case,
  sample: number,
  target: Asks,
  context: JudgeContext,
): Promise<ResponseRecord> {
  const { family, protocol, extractor } = benchmark;
  const request = targetRequest(scope, benchmark, testCase, sample);
  const recorded = sample === 0 ? (target.recorded?.(testCase.key) ?? null) : null;
  const { answer, key } = recorded ?? (await target.ask(request, scope.signal));
  const published = recorded?.verdict ?? null;
  const judge = async (rules: Protocol): Promise<Judgement> =>
    published === null
      ? family.judge(testCase, answer.text, rules, context, extractor ?? undefined)
      : publishedJudgement(benchmark, testCase, answer.text, rules, published);
  const [paper, clean] = [await judge("paper"), await judge("clean")];
  const verdict = protocol === "paper" ? paper : clean;
  return {
    version: 1,
    benchmark: benchmark.name,
    key: testCase.key,
    hash: testCase.hash,
    sample,
    answer: key,
    text: answer.text,
    finish: answer.finish,
    usage: answer.usage,
    cost: target.price(answer.usage),
    paper: judgementRecord(paper),
    clean: judgementRecord(clean),
    correct: verdict.correct,
    disputed: paper.correct !== clean.correct,
    // Whoever takes a file's verdicts has them as they are; nothing is run again to doubt them.
    artefact:
      verdict.correct || published !== null ? null : await family.triage(testCase, answer.text, verdict, context),
  };
}

/** The verdict of the file that the response was imported from. What is shown as the answer is still read here. */
function publishedJudgement(
  { family, extractor }: LoopBenchmark,
  testCase: Case,
  text: string,
  protocol: Protocol,
  correct: boolean,
): Judgement {
  const extraction = family.extract(testCase, text, extractor ?? family.extractorFor(protocol, testCase), protocol);
  return { correct, extraction, failure: null, by: "recorded", forgeable: false };
}

function judgementRecord({ extraction, failure, ...judgement }: Judgement): ResponseRecord["paper"] {
  const span = extraction.span;
  return {
    ...judgement,
    extraction: { value: extraction.value, span: span === null ? null : [span[0], span[1]] },
    failure: failure === null ? null : { ...failure },
  };
}

/** What judging needs: the sandbox, and for judged benchmarks a model that decides by a template of its own. */
export function judgeContext(scope: StageScope): JudgeContext {
  const { configuration, runner, signal } = scope;
  return {
    runner: runner === null ? null : rememberingRunner(runner),
    timeoutMs: configuration.evaluation.codeSeconds * 1000,
    signal,
    judge: async (testCase: Case, response: string) => {
      const judge = await scope.models.judge(signal);
      const benchmark = scope.benchmarks.find(({ name }) => name === testCase.benchmark);
      if (benchmark === undefined) throw new Error(`No benchmark ${testCase.benchmark} in this run.`);
      // A judge that gives no verdict is asked again; an unread verdict is never a wrong answer.
      for (let sample = 0; sample < 3; sample += 1) {
        const request = judgeRequest(scope, benchmark, testCase, response, sample);
        const verdict = parseVerdict((await judge.ask(request, signal)).answer.text);
        if (verdict !== null) return verdict === "right";
      }
      throw new Fault("endpoint", `The judge gave no verdict about ${testCase.key} in three answers.`, {
        remedy: "Look at the judge's template (`preceptor prompts show judge`), or name another model as judge.",
      });
    },
  };
}

/** Hash of what the target is asked: fingerprints of collect and evaluate depend on it. */
export function promptsHash({ family }: LoopBenchmark, cases: readonly Case[]): string {
  return contentHash(cases.map((testCase) => [testCase.key, testCase.hash, family.prompt(testCase)]));
}
