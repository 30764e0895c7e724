import { stageNames, type RunState, type StageName } from "../../engine/iteration/index.js";
import type { FaultView } from "../../protocol/fault.js";
import type { IterationView, RunView, StageView } from "../../protocol/worker/index.js";
import type { FoldedProgress, FoldedStage, RunFold } from "./fold.js";

/** What a run was started with, as far as its views need it. */
export interface RunStart {
  readonly target: string;
  readonly strategies: readonly string[];
  readonly currency: string;
}

export interface RunFacts {
  readonly id: string;
  readonly fold: RunFold;
  readonly start: RunStart;
  /** Whether a runner holds the lock. */
  readonly live: boolean;
  /** The state that was saved, where the journal cannot tell. */
  readonly saved: RunState | null;
  readonly spent: RunView["spent"];
  /** What the calls of a stage cost, by its name as the ledger has it. */
  readonly costs: ReadonlyMap<string, number>;
  /** Mean accuracy by iteration, from 0. */
  readonly accuracies: readonly (number | null)[];
  readonly fault: FaultView | null;
  /** Milliseconds. */
  readonly now: number;
}

/** A pace of less than this many milliseconds says nothing about what is left. */
const shortestPaceMs = 1500;

/** A run as it is shown. Pure: what it says is in its facts. */
export function runViewOf(facts: RunFacts): RunView {
  const { id, fold, start, fault, spent } = facts;
  const state = stateOf(facts);
  const iterations = iterationsOf(facts, state);
  const need = state === "needs-person" ? (facts.saved?.need ?? fold.need) : null;
  const failure = facts.saved?.fault ?? fold.fault;
  return {
    id,
    state,
    target: start.target,
    iterations,
    need,
    fault: fault ?? (state === "failed" && failure !== null ? { kind: "internal", message: failure } : null),
    runner: fold.runner,
    launch: fold.launch,
    ended: state === "running" ? null : (fold.ended ?? fold.sequence),
    endedAt: state === "running" ? null : fold.endedAt,
    started: fold.started,
    seconds: iterations.reduce((sum, { seconds }) => sum + seconds, 0),
    spent,
    currency: start.currency,
  };
}

function stateOf({ fold, live, saved, fault }: RunFacts): RunView["state"] {
  if (fault !== null) return "unreadable";
  if (live) return "running";
  const state = saved?.state ?? fold.state;
  if (state === "running") return "stopped";
  return state === "new" && fold.runner !== null ? "stopped" : state;
}

function iterationsOf(facts: RunFacts, state: RunView["state"]): IterationView[] {
  const { start, fold, accuracies } = facts;
  const last = Math.max(start.strategies.length, ...fold.iterations(), 0);
  if (start.strategies.length === 0 && fold.stages.size === 0) return [];
  return Array.from({ length: last + 1 }, (_, iteration) => {
    const names: readonly StageName[] = iteration === 0 ? ["evaluate"] : stageNames;
    const stages = names.map((stage) => stageOf(facts, state, iteration, stage));
    const after = accuracies[iteration] ?? null;
    return {
      iteration,
      strategy: start.strategies[iteration - 1] ?? null,
      stages,
      seconds: stages.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
      cost: stages.reduce((sum, { cost }) => sum + cost, 0),
      accuracy: after === null ? null : { before: accuracies[iteration - 1] ?? null, after },
    };
  });
}

function stageOf(
  { fold, now, costs }: RunFacts,
  run: RunView["state"],
  iteration: number,
  stage: StageName,
): StageView {
  const folded = fold.stage(iteration, stage);
  const cost = costs.get(`${iteration}-${stage}`) ?? 0;
  if (folded === null) {
    return { stage, state: run === "running" ? "waiting" : "planned", counts: {}, progress: null, seconds: null, cost };
  }
  const working = folded.state === "running" && run === "running";
  return {
    stage,
    state: shownState(folded, run),
    counts: { ...folded.counts },
    progress: folded.progress === null ? null : progressOf(folded.progress, working),
    seconds: folded.seconds + (folded.since === null ? 0 : workedSeconds(folded, working ? now : null)),
    cost,
  };
}

function shownState({ state }: FoldedStage, run: RunView["state"]): StageView["state"] {
  if (state === "running") return run === "running" ? "running" : "stopped";
  // What stopped the run before does not any more; the stage is on its way again.
  if (run === "running" && (state === "stopped" || state === "failed" || state === "needs-person")) return "waiting";
  return state;
}

/** Seconds of the runner that is at work, or of one that died, until it was last heard of. */
function workedSeconds({ since, progress }: FoldedStage, now: number | null): number {
  const until = now ?? progress?.at ?? since ?? 0;
  return since === null ? 0 : Math.max(0, until - since) / 1000;
}

function progressOf(
  { done, total, note, at, firstAt, firstDone }: FoldedProgress,
  working: boolean,
): StageView["progress"] {
  const paced = working && at - firstAt >= shortestPaceMs && done > firstDone;
  const secondsLeft = paced ? ((total - done) * (at - firstAt)) / (done - firstDone) / 1000 : null;
  return { done, total, note, secondsLeft };
}
