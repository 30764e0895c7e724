import { questionHash } from "../benchmarks/index.js";
import { Fault } from "../fault.js";
import { contentHash } from "../hash.js";
import type { ChatMessage, ModelIdentity } from "../seams/index.js";
import type { Asks, LoopBenchmark, ModelPool } from "./scope.js";

/** One recorded output of the target, as another tool wrote it. */
export interface RecordedResponse {
  readonly file: string;
  /** Row number in the file, from 0. */
  readonly row: number;
  /** Line on which it begins, from 1; null where its format has no line for each row. */
  readonly line: number | null;
  readonly id: string | null;
  readonly question: string | null;
  readonly response: string;
}

export interface MatchedResponses {
  /** Response by case key. */
  readonly responses: ReadonlyMap<string, RecordedResponse>;
  /** Rows that belong to no case, or to a case that an earlier row has. */
  readonly unmatched: readonly RecordedResponse[];
}

/** Matches recorded outputs with the cases of a target split: by the content of the question, then by upstream id. */
export function matchResponses(benchmark: LoopBenchmark, recorded: readonly RecordedResponse[]): MatchedResponses {
  const byQuestion = new Map<string, string[]>();
  const byId = new Map<string, string>();
  for (const { key, id, question } of benchmark.target) {
    const hash = questionHash(question);
    byQuestion.set(hash, [...(byQuestion.get(hash) ?? []), key]);
    byId.set(id, key);
  }
  const responses = new Map<string, RecordedResponse>();
  const unmatched: RecordedResponse[] = [];
  for (const record of recorded) {
    const same = record.question === null ? [] : (byQuestion.get(questionHash(record.question)) ?? []);
    // Upstream repeats some questions: each repetition takes one row, in order.
    const key =
      same.find((candidate) => !responses.has(candidate)) ?? (record.id === null ? undefined : byId.get(record.id));
    if (key === undefined || responses.has(key)) unmatched.push(record);
    else responses.set(key, record);
  }
  return { responses, unmatched };
}

/** A model pool whose target gives the recorded responses; everybody else is asked as ever. */
export function withRecordedTarget(
  models: ModelPool,
  benchmarks: readonly LoopBenchmark[],
  responses: ReadonlyMap<string, string>,
): ModelPool {
  const byPrompt = new Map<string, string>();
  for (const { family, target } of benchmarks) {
    for (const testCase of target) {
      const response = responses.get(testCase.key);
      if (response !== undefined) byPrompt.set(contentHash(family.prompt(testCase)), response);
    }
  }
  return {
    concurrency: (role) => models.concurrency(role),
    targetIdentity: (checkpoint) => models.targetIdentity(checkpoint),
    instructorIdentity: () => models.instructorIdentity(),
    instructor: async (signal) => models.instructor(signal),
    judge: async (signal) => models.judge(signal),
    target: async (checkpoint) => recordedTarget(models.targetIdentity(checkpoint), byPrompt),
  };
}

function recordedTarget(identity: ModelIdentity, byPrompt: ReadonlyMap<string, string>): Asks {
  return {
    identity,
    price: () => 0,
    ask: async ({ messages }: { readonly messages: readonly ChatMessage[] }) => {
      const key = contentHash(messages);
      const text = byPrompt.get(key);
      if (text === undefined) throw new Fault("internal", "A case without a recorded response was asked.");
      const usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, estimated: true };
      return { answer: { text, reasoning: null, finish: "stop", usage }, key: `imported-${key}`, cached: true };
    },
  };
}
