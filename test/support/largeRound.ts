import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { demoConfiguration } from "../../src/adapters/demo/index.js";
import { environmentSecrets, loadProjectBenchmarks, openProject, openRun } from "../../src/adapters/project/index.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import type { Case } from "../../src/engine/families/index.js";
import { parseResponse, runLoop } from "../../src/engine/iteration/index.js";
import { Random } from "../../src/engine/random.js";
import { root, writeConfiguration } from "./project.js";
import { silent } from "./watcher.js";

/** Where third-party data lies beside the checkout, on machines that have it. */
const sharedData = path.join(root, "..", "shared", "data");

/** Share of right answers of the target: that of the paper's first round on GSM8K. */
const accuracy = 3170 / 7473;

export interface LargeRound {
  readonly run: string;
  readonly cases: number;
  /** Keys of the wrong answers, in the order of the cases. */
  readonly errors: readonly string[];
  /** Whether the questions are those of GSM8K, or made up because its files are not here. */
  readonly real: boolean;
}

/**
 * A project with one whole LEC iteration of the size of GSM8K (7,473 target cases and 1,319 evaluated ones), by the real
 * loop: the target's answers are made up and imported, everything after them comes from the built-in models.
 */
export async function makeLargeRound(folder: string): Promise<LargeRound> {
  const real = existsSync(path.join(sharedData, "gsm8k", "train.jsonl"));
  const own: ConfigurationInput["benchmarks"][string] = {
    use: {
      family: "math",
      files: { train: "train.jsonl", test: "test.jsonl" },
      map: { id: "id", question: "question", gold: "gold", solution: "solution" },
    },
    domain: "in",
    target: "train",
    evaluation: "test",
  };
  mkdirSync(folder, { recursive: true });
  if (!real) {
    writeFileSync(path.join(folder, "train.jsonl"), madeUpProblems(7473, "train"));
    writeFileSync(path.join(folder, "test.jsonl"), madeUpProblems(1319, "test"));
  }
  const benchmarks = { gsm8k: real ? { use: "gsm8k", folder: sharedData } : own };
  writeConfiguration(folder, { ...demoConfiguration(1, false), benchmarks, iterations: ["LEC"], quota: 300 });
  const project = await openProject(folder, environmentSecrets({}));
  const [benchmark] = (await loadProjectBenchmarks(project)).benchmarks;
  if (benchmark === undefined) throw new Error("The project has no benchmark.");
  const random = new Random(1, "round");
  const responses = [...benchmark.target, ...benchmark.evaluation].map((testCase, row) => {
    const text = madeUpAnswer(testCase, benchmark.family.reference(testCase) ?? "", random.next() < accuracy);
    return { key: testCase.key, text, verdict: null, finish: "stop" as const, source: 0, row };
  });
  const source = { file: "made-up.jsonl", format: "rows", task: null, model: null, benchmark: benchmark.name } as const;
  const document = { version: 1, sources: [{ ...source, mapping: {}, verdicts: "judged" }], responses } as const;
  const open = await openRun(project, {
    run: null,
    filter: null,
    fresh: false,
    imported: { document: { ...document, sources: [...document.sources] }, replaces: null },
    watcher: silent,
    signal: new AbortController().signal,
  });
  try {
    const { run } = open.services;
    await runLoop(open.services, { until: null, iterations: 1 });
    const collected = await run.stage(1, "collect").readSoFar("responses.jsonl", parseResponse);
    const errors = collected.filter(({ correct }) => !correct).map(({ key }) => key);
    return { run: run.id, cases: benchmark.target.length, errors, real };
  } finally {
    await open.close();
  }
}

/** The reference's own steps, ending in its number or in another one. */
function madeUpAnswer({ data }: Case, reference: string, correct: boolean): string {
  const { gold } = data as { readonly gold: string };
  const steps = reference.replaceAll(/<<[^>]*>>/gu, "").replace(/\n####.*$/u, "");
  return `${steps}\nThe answer is ${correct ? gold : `${gold}7`}.`;
}

const things = "apples books coins shells cards pencils stamps bottles marbles tickets boxes letters".split(" ");
const names = "Ann Ben Cleo Dan Eve Finn Gina Hugo Ida Jon Kim Lea".split(" ");

function madeUpProblems(count: number, split: string): string {
  const random = new Random(1, "round", split);
  const below = (most: number): number => 2 + Math.floor(random.next() * most);
  const one = (words: readonly string[]): string => words[below(words.length) - 2] ?? "";
  const lines = Array.from({ length: count }, (_, index) => {
    const [name, friend, thing, place] = [one(names), one(names), one(things), one(things)];
    const [many, each, more] = [below(90), below(12), below(40)];
    const [product, sum] = [many * each, many * each + more];
    return JSON.stringify({
      id: String(index),
      question: `${name} packs ${many} bags of ${thing} for the shop that sells ${place}, and puts ${each} ${thing} into each of them. Later that day ${friend} brings ${more} further ${thing} that lay in the cellar beside the ${place}. How many ${thing} do ${name} and ${friend} have altogether at the end of day ${index}?`,
      solution: `The bags hold ${many}*${each} = <<${many}*${each}=${product}>>${product} ${thing}.\nWith those of ${friend} there are ${product}+${more} = <<${product}+${more}=${sum}>>${sum} ${thing}.`,
      gold: String(sum),
    });
  });
  return `${lines.join("\n")}\n`;
}
