import {
  allCases,
  estimateSource,
  loadProjectBenchmarks,
  newRunSource,
  planFacts,
  readRun,
  type Project,
} from "../adapters/project/index.js";
import {
  planRun,
  requireTaught,
  stageNames,
  type EstimateBasis,
  type PlannedStage,
  type RoleEstimate,
  type RunEstimate,
  type StageName,
} from "../engine/iteration/index.js";
import { costText, percent } from "../engine/report/index.js";
import type { LoopRequest } from "./runLoop.js";

/** What is left to ask of what a command would run, and what that may cost. */
export async function estimateLoop(
  project: Project,
  { run, filter, iterations, until, fresh }: LoopRequest,
  signal: AbortSignal,
): Promise<RunEstimate> {
  const within = (planned: readonly PlannedStage[]): ((iteration: number, stage: StageName) => boolean) => {
    const done = new Set(
      planned.filter(({ plan }) => plan === "done").map(({ iteration, stage }) => `${iteration} ${stage}`),
    );
    // As the loop has it: nobody who says where to stop means what follows that stage in an earlier iteration.
    const next = planned.find(({ iteration, plan }) => iteration > 0 && plan !== "done")?.iteration ?? 1;
    const last = iterations ?? (until === null ? Infinity : next);
    const end = stageNames.indexOf(until ?? "report");
    return (iteration, stage) => {
      const at = stageNames.indexOf(stage);
      const wanted = iteration === 0 ? end >= at : iteration < last || (iteration === last && at <= end);
      return wanted && !done.has(`${iteration} ${stage}`);
    };
  };
  const reuse = !fresh;
  if (run === null) {
    const source = await newRunSource(project, filter ?? allCases);
    requireTaught({ ...project, ...source }, iterations);
    return estimateSource(project, source, { reuse, pending: within([]) }, signal);
  }
  const load: typeof loadProjectBenchmarks = async (of, started) => loadProjectBenchmarks(of, filter ?? started);
  const source = await readRun(project, run, load);
  requireTaught({ ...project, ...source }, iterations);
  const planned = await planRun(await planFacts(project, source), source.run);
  return estimateSource(project, source, { reuse, pending: within(planned) }, signal);
}

/** The estimate as lines for a person. */
export function estimateText(
  { target, instructor, judge, cost, most, basis, errorShare }: RunEstimate,
  currency: string,
): string {
  const line = (name: string, { calls, promptTokens, completionTokens, cost: part, stored }: RoleEstimate): string =>
    [
      `  ${name.padEnd(11)} ${counted(calls, "call")}`,
      `${millions(promptTokens + completionTokens)} tokens`,
      costText(part, currency),
      ...(stored === 0 ? [] : [`${counted(stored, "answer")} stored`]),
    ].join(" · ");
  return [
    `Estimate: ${rangeText(cost, most, currency)}, ${basisText(basis, errorShare)}`,
    line("target", target),
    line("instructor", instructor),
    ...(judge.calls + judge.stored > 0 ? [line("judge", judge)] : []),
  ].join("\n");
}

function basisText(basis: EstimateBasis, errorShare: number): string {
  switch (basis) {
    case "counted":
      return "counted from what runs recorded";
    case "errors":
      return "for the errors that a run collected";
    case "shares":
      return `when ${percent(errorShare)} of the answers are wrong`;
  }
}

function counted(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** The likely cost, and the most where the instructor may have to top up in further rounds. */
function rangeText(cost: number | null, most: number | null, currency: string): string {
  const likely = costText(cost, currency);
  return cost === null || most === null || most <= cost ? likely : `${likely}, at most ${costText(most, currency)}`;
}

function millions(tokens: number): string {
  return tokens < 100_000 ? tokens.toLocaleString("en") : `${(tokens / 1_000_000).toFixed(1)} M`;
}
