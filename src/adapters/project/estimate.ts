import { defaultPrice } from "../../engine/asking/index.js";
import { estimateRun, type EstimateOptions, type RunEstimate } from "../../engine/iteration/index.js";
import { loadTokenCounter } from "../chat/index.js";
import { loadProjectBenchmarks, type CaseFilter } from "./benchmarks.js";
import { pricesOf } from "./models.js";
import { templatesOf, type Project } from "./project.js";
import type { ReadableRun } from "./readProject.js";

/** Without an answer of the target yet, half of its answers are taken as wrong. */
const assumedErrorShare = 0.5;

/** What a whole run of the project may cost. */
export async function estimateProject(project: Project, filter: CaseFilter | null): Promise<RunEstimate> {
  const { benchmarks } = await loadProjectBenchmarks(project, filter ?? undefined);
  return estimateCases(project, benchmarks);
}

/** What a run on these cases may cost, or the stages of it that are named. */
export async function estimateCases(
  project: Project,
  benchmarks: ReadableRun["benchmarks"],
  options: Partial<Pick<EstimateOptions, "errorShare" | "keptShare" | "pending">> = {},
): Promise<RunEstimate> {
  return estimateRun(
    { configuration: project.configuration, benchmarks, templates: await templatesOf(project) },
    { errorShare: assumedErrorShare, ...options, prices: pricesOf(project), countTokens: await loadTokenCounter() },
  );
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
