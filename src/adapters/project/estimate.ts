import { defaultPrice, parseStoredAnswer } from "../../engine/asking/index.js";
import { throwIfCancelled } from "../../engine/fault.js";
import { estimateRun, type EarlierWork, type EstimateOptions, type RunEstimate } from "../../engine/iteration/index.js";
import { loadTokenCounter } from "../chat/index.js";
import { pricesOf } from "./models.js";
import type { Project } from "./project.js";
import { planFacts, type RunSource } from "./readProject.js";

/** Without an answer of the target yet, half of its answers are taken as wrong. */
const assumedErrorShare = 0.5;

/** Answers looked up between two looks at whether somebody still wants to know. */
const atOnce = 500;

export interface EstimateRequest extends Partial<Pick<EstimateOptions, "errorShare" | "keptShare" | "pending">> {
  /** False for a run that asks again whatever is stored. */
  readonly reuse?: boolean;
}

/**
 * What is left to ask of a run, and what it may cost, with all that the project's runs made and paid for. Asks nobody and
 * writes nothing.
 */
export async function estimateSource(
  project: Project,
  source: RunSource,
  { reuse = true, ...options }: EstimateRequest,
  signal: AbortSignal,
): Promise<RunEstimate> {
  const cache = await source.store.answers(parseStoredAnswer);
  try {
    return await estimateRun(await planFacts(project, source), {
      errorShare: assumedErrorShare,
      ...options,
      prices: pricesOf(project),
      countTokens: await loadTokenCounter(),
      work: reuse ? await earlierWork(source, interruptible(cache, signal)) : null,
    });
  } finally {
    await cache.close();
  }
}

async function earlierWork({ store, run, imported }: RunSource, answers: EarlierWork["answers"]): Promise<EarlierWork> {
  const ids = (await store.runIds()).filter((id) => id !== run?.id);
  ids.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  const others = await Promise.all(ids.map(async (id) => store.readRun(id)));
  return { run: run?.id ?? null, runs: run === null ? others : [run, ...others], answers, imported };
}

/** Thousands of answers are looked up without a pause for anybody else, and without hearing that nobody waits any more. */
function interruptible(answers: EarlierWork["answers"], signal: AbortSignal): EarlierWork["answers"] {
  let looked = 0;
  const pause = async (): Promise<void> => {
    looked += 1;
    if (looked % atOnce !== 0) return;
    await new Promise((resolve) => setImmediate(resolve));
    throwIfCancelled(signal);
  };
  return {
    get: async (key) => pause().then(async () => answers.get(key)),
    has: async (key) => pause().then(async () => answers.has(key)),
  };
}

/** A model whose spending nothing bounds: a run refuses it when it first asks it, which may be late. */
export interface UnknownPrice {
  /** Its name in the project. */
  readonly model: string;
  /** Its name at the endpoint. */
  readonly name: string;
}

export function unknownPrices({ configuration: { models, budget } }: Pick<Project, "configuration">): UnknownPrice[] {
  if (budget.calls !== undefined || budget.tokens !== undefined) return [];
  return Object.entries(models).flatMap(([model, entry]): UnknownPrice[] => {
    if (entry.provider !== "openai" || entry.price !== null || defaultPrice(entry) !== null) return [];
    return [{ model, name: entry.name }];
  });
}
