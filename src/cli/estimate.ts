import { loadTokenCounter } from "../adapters/chat/index.js";
import {
  loadProjectBenchmarks,
  pricesOf,
  templatesOf,
  type CaseFilter,
  type Project,
} from "../adapters/project/index.js";
import type { CostEstimate } from "../engine/asking/index.js";
import { estimateRun, type RunEstimate } from "../engine/iteration/index.js";
import { costText, percent } from "../engine/report/index.js";

/** Without an answer of the target yet, half of its answers are taken as wrong. */
const assumedErrorShare = 0.5;

/** What a whole run of the project may cost. */
export async function estimateProject(project: Project, filter: CaseFilter | null): Promise<RunEstimate> {
  const { benchmarks } = await loadProjectBenchmarks(project, filter ?? undefined);
  return estimateRun(
    { configuration: project.configuration, benchmarks, templates: await templatesOf(project) },
    { prices: pricesOf(project), countTokens: await loadTokenCounter(), errorShare: assumedErrorShare },
  );
}

/** The estimate as lines for a person. */
export function estimateText({ target, instructor, cost, errorShare }: RunEstimate, currency: string): string {
  const line = (name: string, { calls, promptTokens, completionTokens, cost: part }: CostEstimate): string =>
    `  ${name.padEnd(11)} ${calls.toLocaleString("en")} calls · ${millions(promptTokens + completionTokens)} tokens · ${costText(part, currency)}`;
  return [
    `Estimate: ${costText(cost, currency)} when nothing is stored yet and ${percent(errorShare)} of the answers are wrong`,
    line("target", target),
    line("instructor", instructor),
  ].join("\n");
}

function millions(tokens: number): string {
  return tokens < 100_000 ? tokens.toLocaleString("en") : `${(tokens / 1_000_000).toFixed(1)} M`;
}
