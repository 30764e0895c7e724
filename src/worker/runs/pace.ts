import { quotaOf } from "../../engine/configuration/index.js";
import {
  selectedOf,
  taught,
  type LoopBenchmark,
  type PlannedStage,
  type StageName,
} from "../../engine/iteration/index.js";
import type { Project } from "../../adapters/project/index.js";
import type { FoldedStage, RunFold } from "./fold.js";

/** Calls of a run by who asked: those that were paid or made, and those whose answer was stored already. */
export interface CallCounts {
  readonly [purpose: string]: { readonly made: number; readonly stored: number };
}

/** What is known of an earlier run. */
export interface EarlierRun {
  readonly fold: Pick<RunFold, "stage" | "iterations">;
  readonly calls: CallCounts;
}

/** How much a run has to do, by what its stages' times grow with. */
export interface WorkSize {
  /** Cases of the target splits that are selected. */
  readonly selected: number;
  /** Samples that are wanted in an iteration, over all benchmarks. */
  readonly quota: number;
}

export function sizeOf(project: Project, benchmarks: readonly LoopBenchmark[]): WorkSize {
  const { configuration } = project;
  return {
    selected: taught(benchmarks).reduce((sum, benchmark) => sum + selectedOf(project, benchmark).length, 0),
    quota: taught(benchmarks).reduce((sum, { name }) => sum + quotaOf(configuration, name, 0), 0),
  };
}

/** A measurement on fewer cases than this share of those that are ahead says nothing about them. */
const leastShare = 0.25;

/** Share of wrong answers in the newest collection of about as many cases; null when there is none. */
export function errorShareOf(runs: readonly EarlierRun[], { selected }: WorkSize): number | null {
  for (const { fold } of runs) {
    for (const iteration of [...fold.iterations()].reverse()) {
      const { asked = 0, errors = 0 } = fold.stage(iteration, "collect")?.counts ?? {};
      if (asked > 0 && asked >= selected * leastShare) return errors / asked;
    }
  }
  return null;
}

/** Share of the samples asked for that the gates kept, in the newest run that asked for about as many; null without one. */
export function keptShareOf(runs: readonly EarlierRun[], { quota }: WorkSize): number | null {
  for (const { fold } of runs) {
    for (const iteration of [...fold.iterations()].reverse()) {
      const { asked = 0, kept = 0 } = ended(fold.stage(iteration, "instruct"))?.counts ?? {};
      if (asked > 0 && asked >= quota * leastShare) return kept / asked;
    }
  }
  return null;
}

/**
 * Seconds of the stages ahead by what earlier runs took: stages that ask by the pace of their calls, whose answers were
 * not stored, the others by the size of their work. Null where one of them has no run to be told from: no time is said
 * rather than a wrong one.
 *
 * @param calls that are really made: answers that are stored take no time.
 */
export function secondsAhead(
  stages: readonly PlannedStage[],
  calls: { readonly target: number; readonly instructor: number },
  runs: readonly EarlierRun[],
  size: WorkSize,
): number | null {
  const parts = [
    ...(["target", "instructor"] as const).map((role) =>
      calls[role] === 0 ? 0 : times(calls[role], secondsOfCall(runs, role)),
    ),
    ...stages
      .filter(
        ({ stage, plan }) => plan !== "done" && !asking.target.includes(stage) && !asking.instructor.includes(stage),
      )
      .map(({ iteration, stage }) => stageSeconds(runs, iteration, stage, size)),
  ];
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

const asking: { readonly [role in "target" | "instructor"]: readonly StageName[] } = {
  target: ["collect", "evaluate"],
  instructor: ["instruct"],
};

/** Seconds of a call of a role, of the newest run that made most of its calls itself: stored and imported answers take none. */
function secondsOfCall(runs: readonly EarlierRun[], role: "target" | "instructor"): number | null {
  for (const { fold, calls } of runs) {
    const { made = 0, stored = 0 } = calls[role] ?? {};
    if (made === 0 || made < stored) continue;
    const seconds = fold
      .iterations()
      .flatMap((iteration) => asking[role].map((stage) => fold.stage(iteration, stage)?.seconds ?? 0))
      .reduce((sum, each) => sum + each, 0);
    if (seconds > 0) return seconds / made;
  }
  return null;
}

/** Seconds of a stage that asks nobody, grown with its work since the newest run of about that size. */
function stageSeconds(runs: readonly EarlierRun[], iteration: number, stage: StageName, size: WorkSize): number | null {
  for (const { fold } of runs) {
    for (const near of [iteration, ...[...fold.iterations()].reverse()]) {
      const folded = ended(fold.stage(near, stage));
      if (folded === null) continue;
      const growth = growthOf(stage, size, (name, count) => fold.stage(near, name)?.counts[count] ?? 0);
      if (growth !== null && growth <= 1 / leastShare) return folded.seconds * growth;
    }
  }
  return null;
}

/** By how much more a stage has to do than it had; null where that cannot be told. */
function growthOf(
  stage: StageName,
  { selected, quota }: WorkSize,
  count: (stage: StageName, name: string) => number,
): number | null {
  const ratio = (now: number, before: number): number | null => (before === 0 ? null : now / before);
  switch (stage) {
    case "contrast":
      return ratio(selected, count("collect", "asked"));
    case "gate":
      return ratio(quota, count("gate", "kept"));
    case "train":
      return ratio(quota, count("train", "rows"));
    // Stages that ask are told by their calls; the others take no time worth telling.
    case "select":
    case "report":
    case "collect":
    case "instruct":
    case "evaluate":
      return 1;
  }
}

function ended(stage: FoldedStage | null): FoldedStage | null {
  return stage !== null && (stage.state === "done" || stage.state === "reused") ? stage : null;
}

function times(calls: number, seconds: number | null): number | null {
  return seconds === null ? null : calls * seconds;
}
