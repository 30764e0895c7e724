import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { demoConfiguration } from "../../src/adapters/demo/index.js";
import { environmentSecrets, loadProjectBenchmarks, openProject } from "../../src/adapters/project/index.js";
import { openProjectStore } from "../../src/adapters/store/index.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import type { Case } from "../../src/engine/families/index.js";
import { parseResponse, type ResponseRecord } from "../../src/engine/iteration/index.js";
import { Random } from "../../src/engine/random.js";
import { root, writeConfiguration } from "./project.js";

/** Where third-party data lies beside the checkout, on machines that have it. */
const sharedData = path.join(root, "..", "shared", "data");

export interface LargeProject {
  readonly benchmark: string;
  readonly cases: number;
  /** Whether the questions are those of MMLU, or made up because its files are not here. */
  readonly real: boolean;
}

/**
 * A project with one multiple-choice benchmark of 14,042 evaluated cases in 57 subjects, and made-up answers to all of
 * them: of the base model in `run-1` and of two iterations in `run-2`.
 */
export async function makeLargeProject(folder: string): Promise<LargeProject> {
  const real = existsSync(path.join(sharedData, "mmlu", "test"));
  const whole = demoConfiguration(1, false);
  const entry: ConfigurationInput["benchmarks"][string] = real
    ? { use: "mmlu", folder: sharedData }
    : {
        use: {
          family: "choice",
          files: { test: "questions.jsonl" },
          map: { id: "id", question: "question", options: "options", gold: "gold", group: "subject" },
        },
        domain: "in",
        evaluation: "test",
      };
  mkdirSync(folder, { recursive: true });
  if (!real) writeFileSync(path.join(folder, "questions.jsonl"), madeUpQuestions());
  writeConfiguration(folder, { ...whole, benchmarks: { mmlu: entry } });
  const project = await openProject(folder, environmentSecrets({}));
  const [benchmark] = (await loadProjectBenchmarks(project)).benchmarks;
  if (benchmark === undefined) throw new Error("The project has no benchmark.");
  await answerAll(folder, "run-1", [0.55], benchmark.evaluation);
  await answerAll(folder, "run-2", [0.55, 0.6], benchmark.evaluation);
  return { benchmark: benchmark.name, cases: benchmark.evaluation.length, real };
}

/** Writes the evaluation of one iteration after the other, each right in about this share of the cases. */
async function answerAll(
  folder: string,
  id: string,
  accuracies: readonly number[],
  cases: readonly Case[],
): Promise<void> {
  const run = await (await openProjectStore(folder)).openRun(id);
  try {
    for (const [iteration, accuracy] of accuracies.entries()) {
      const log = await run.stage(iteration, "evaluate").log("responses.jsonl", "made-up", parseResponse);
      const random = new Random(iteration, "large", id);
      const records = cases.map((testCase) => madeUpAnswer(testCase, random, accuracy));
      await Promise.all(records.map(async (record) => log.append(record)));
    }
  } finally {
    await run.close();
  }
}

const words = "energy field current mass rate market court cell bond force model theory state trade signal rule".split(
  " ",
);

function sentence(random: Random, length: number): string {
  return Array.from({ length }, () => words[Math.floor(random.next() * words.length)]).join(" ");
}

export function madeUpAnswer(
  { benchmark, key, hash }: Pick<Case, "benchmark" | "key" | "hash">,
  random: Random,
  accuracy: number,
): ResponseRecord {
  const correct = random.next() < accuracy;
  const silent = !correct && random.next() < 0.05;
  const letter = "ABCD"[Math.floor(random.next() * 4)] ?? "A";
  const text = `${sentence(random, 70)}.\n${silent ? "I am not sure." : `The answer is (${letter}).`}`;
  const judgement = {
    correct,
    extraction: { value: silent ? null : letter, span: null },
    failure: null,
    by: "exact",
    forgeable: false,
  };
  return {
    version: 1,
    benchmark,
    key,
    hash,
    sample: 0,
    answer: hash,
    text,
    finish: "stop",
    usage: {
      promptTokens: 120,
      cachedTokens: 0,
      completionTokens: 60 + Math.floor(random.next() * 80),
      estimated: false,
    },
    cost: null,
    paper: judgement,
    clean: judgement,
    correct,
    disputed: random.next() < 0.02,
    artefact: null,
  };
}

function madeUpQuestions(): string {
  const random = new Random(1, "large", "questions");
  const lines = Array.from({ length: 14_042 }, (_, index) =>
    JSON.stringify({
      id: String(index),
      // Some have more than a thousand and some few, as in MMLU.
      subject: `subject ${Math.floor(57 * (index / 14_042) ** 2) + 1}`,
      question: `${sentence(random, 25)}: which of these is number ${index}?`,
      options: ["first", "second", "third", "fourth"].map((option) => `${option} ${sentence(random, 4)}`),
      gold: "ABCD"[index % 4],
    }),
  );
  return `${lines.join("\n")}\n`;
}
