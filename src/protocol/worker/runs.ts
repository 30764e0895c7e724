import * as z from "zod/mini";
import type { EstimateBasis, StageName } from "../../engine/iteration/index.js";
import { engineText } from "../engineText.js";
import { faultView } from "../fault.js";
import { fetchable } from "./importing.js";

const stageNames = {
  select: "select",
  collect: "collect",
  contrast: "contrast",
  instruct: "instruct",
  gate: "gate",
  train: "train",
  evaluate: "evaluate",
  report: "report",
} as const satisfies { readonly [Name in StageName]: Name };

const counts = z.record(z.string(), z.number());

/** One stage of an iteration, as far as it is. */
export const stageView = z.object({
  stage: z.enum(stageNames),
  /**
   * `planned` would run when the run goes on; `waiting` runs in a while, because the run goes on now; `reused` was done
   * before the runner that was here last; `stopped` was at work when its runner was cancelled or died.
   */
  state: z.enum(["planned", "waiting", "running", "done", "reused", "stopped", "failed", "needs-person"]),
  counts,
  progress: z.nullable(
    z.object({
      done: z.number(),
      total: z.number(),
      note: z.string(),
      /** At the pace so far; null before there is one. */
      secondsLeft: z.nullable(z.number()),
    }),
  ),
  /** Seconds of work so far; null for a stage that has not begun. */
  seconds: z.nullable(z.number()),
  /** What its calls cost so far, in the currency of the run. */
  cost: z.number(),
});
export type StageView = z.output<typeof stageView>;

export const iterationView = z.object({
  /** 0 is the base, which is evaluated only. */
  iteration: z.number(),
  /** Null for the base. */
  strategy: z.nullable(z.string()),
  stages: z.array(stageView),
  seconds: z.number(),
  /** Of all its stages, in the currency of the run. */
  cost: z.number(),
  /** Mean accuracy over the benchmarks before and after this iteration, from 0 to 1; null before its report. */
  accuracy: z.nullable(z.object({ before: z.nullable(z.number()), after: z.number() })),
});
export type IterationView = z.output<typeof iterationView>;

/** A run as trees and the status bar show it: small enough to be sent four times a second. */
export const runView = z.object({
  id: z.string(),
  /** `stopped`: it says that it runs, but nobody holds its lock. `unreadable`: see `fault`. */
  state: z.enum(["new", "running", "done", "failed", "cancelled", "stopped", "needs-person", "unreadable"]),
  /** Name of the target's model in the project; empty where the run does not say it. */
  target: z.string(),
  iterations: z.array(iterationView),
  /** What a person must do, for `needs-person`. */
  need: z.nullable(
    z.object({
      kind: z.enum(["review", "budget", "secret", "training", "editor"]),
      message: engineText,
      /** For `secret`: its name, where the key is one of the editor's secrets. */
      secret: z.optional(z.string()),
    }),
  ),
  /** Why it failed, or why it cannot be read. */
  fault: z.nullable(faultView),
  /** Number of the process that worked on it last. */
  runner: z.nullable(z.number()),
  /** Name of that process among the starts of an editor, and of its log; null for one that was started elsewhere. */
  launch: z.nullable(z.string()),
  /** Sequence of the journal event that ended it; null while it goes on. Tells one ending from the next. */
  ended: z.nullable(z.number()),
  /** When it ended, ISO 8601; null while it goes on, or where the journal does not say it. */
  endedAt: z.nullable(z.string()),
  /** When it began, ISO 8601. */
  started: z.nullable(z.string()),
  /** Seconds of work so far. */
  seconds: z.number(),
  spent: z.object({ currency: z.number(), calls: z.number(), tokens: z.number() }),
  currency: z.string(),
});
export type RunView = z.output<typeof runView>;

/** A process that was started to work on a run which is not there yet. */
export const launchView = z.object({
  id: z.string(),
  /** The run that it goes on with; null for a new one. */
  run: z.nullable(z.string()),
  /** How that run had ended before, as `ended` of a run. */
  ended: z.nullable(z.number()),
  log: z.string(),
  /** What came of it; null while that is awaited. Whoever takes the launch away is to tell it. */
  outcome: z.nullable(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("run"), run: z.string() }),
      /** It ended without a run: with this fault, or without a word. */
      z.object({ kind: z.literal("nothing"), fault: z.nullable(faultView) }),
    ]),
  ),
});
export type LaunchView = z.output<typeof launchView>;

const inRun = z.object({ folder: z.string(), run: z.string() });
const inLaunch = z.object({ folder: z.string(), launch: z.string() });

/** What stands in the way of a run, or what a person should know before it starts. */
export const planProblem = z.discriminatedUnion("kind", [
  /** Errors that look like artefacts and that nobody has decided about: they would be taught. */
  z.object({ kind: z.literal("artefacts"), run: z.string(), benchmark: z.string(), cases: z.number() }),
  z.object({ kind: z.literal("price"), model: z.string(), name: z.string() }),
  z.object({ kind: z.literal("secret"), fault: faultView }),
  z.object({ kind: z.literal("sandbox"), reasons: z.array(engineText), plainProcess: z.boolean() }),
  /** The estimate, or what is spent, passes the cap. */
  z.object({ kind: z.literal("budget"), cap: z.number(), spent: z.number() }),
  /** The target is trained outside: the run stops there. */
  z.object({ kind: z.literal("training") }),
  /** The samples are reviewed before training: the run stops there. */
  z.object({ kind: z.literal("review") }),
  /** Cases of a target split that are evaluated, too, and so are left out. */
  z.object({ kind: z.literal("overlap"), benchmark: z.string(), cases: z.number() }),
  /** Known benchmarks whose files were not downloaded yet. */
  z.object({ kind: z.literal("files"), benchmarks: z.array(fetchable) }),
  /** Nothing can start. */
  z.object({ kind: z.literal("fault"), fault: faultView }),
]);
export type PlanProblem = z.output<typeof planProblem>;

const estimateBases = {
  counted: "counted",
  errors: "errors",
  shares: "shares",
} as const satisfies { readonly [Basis in EstimateBasis]: Basis };

const roleEstimate = z.object({
  /** Calls that are left, with their tokens. */
  calls: z.number(),
  tokens: z.number(),
  cost: z.nullable(z.number()),
  /** Answers that are stored and cost nothing again. */
  stored: z.number(),
});

export const runPlan = z.object({
  /** Run that would go on; null for a new one. */
  run: z.nullable(z.string()),
  stages: z.array(
    z.object({
      iteration: z.number(),
      strategy: z.nullable(z.string()),
      stage: z.enum(stageNames),
      plan: z.enum(["done", "run", "wait"]),
      reasons: z.array(engineText),
    }),
  ),
  estimate: z.object({
    target: roleEstimate,
    instructor: roleEstimate,
    /** Nothing where every benchmark has an exact metric. */
    judge: roleEstimate,
    /** Null where a price is unknown. */
    cost: z.nullable(z.number()),
    /** The cost if the instructor tops up in every round that it may. */
    most: z.nullable(z.number()),
    /** `counted`: all calls are known. `errors`: the errors are, and rounds of top-ups may follow. `shares`: nothing is. */
    basis: z.enum(estimateBases),
    /** Share of wrong answers that it takes where the errors are not known, and whether an earlier run measured it. */
    errorShare: z.number(),
    measured: z.boolean(),
    /** By the times of earlier runs; null without one. */
    seconds: z.nullable(z.number()),
  }),
  budget: z.object({
    amount: z.nullable(z.number()),
    calls: z.nullable(z.number()),
    tokens: z.nullable(z.number()),
    currency: z.string(),
  }),
  /** Runs of this project that go on now, the newest first. */
  running: z.array(z.string()),
  problems: z.array(planProblem),
});
export type RunPlan = z.output<typeof runPlan>;

/** A training job, as the Hosts view shows it. */
export const trainingJob = z.object({
  run: z.string(),
  iteration: z.number(),
  state: stageView.shape.state,
  step: z.nullable(z.number()),
  steps: z.nullable(z.number()),
  loss: z.nullable(z.number()),
  heldOutLoss: z.nullable(z.number()),
  seconds: z.nullable(z.number()),
  /** Absolute paths; null where there is none yet. */
  checkpoint: z.nullable(z.object({ file: z.string(), bytes: z.number() })),
  log: z.nullable(z.string()),
});
export type TrainingJob = z.output<typeof trainingJob>;

export const runRequests = {
  /** All runs of a project, the newest first. */
  "runs/list": { params: z.object({ folder: z.string() }), result: z.object({ runs: z.array(runView) }) },
  /** The same, and from now on `runs/changed` for what changes, until `runs/unwatch`. */
  "runs/watch": {
    params: z.object({ folder: z.string() }),
    result: z.object({ runs: z.array(runView), launches: z.array(launchView) }),
  },
  "runs/unwatch": { params: z.object({ folder: z.string() }), result: z.object({}) },
  /** What a new run would do, or a run that goes on. With `baseOnly` a new run that evaluates the base and ends there. */
  "runs/plan": {
    params: z.object({ folder: z.string(), run: z.nullable(z.string()), baseOnly: z.optional(z.boolean()) }),
    result: runPlan,
  },
  /** Asks the runner to stop; false when none is at work. */
  "runs/cancel": { params: inRun, result: z.object({ cancelled: z.boolean() }) },
  /** Notes a process that was just started, before it is told to begin. */
  "runs/launched": {
    params: z.object({
      folder: z.string(),
      launch: z.object({
        id: z.string(),
        pid: z.number(),
        run: z.nullable(z.string()),
        ended: z.nullable(z.number()),
        log: z.string(),
        result: z.string(),
      }),
    }),
    result: z.object({}),
  },
  /** Takes a launch away whose outcome is known: true for the one that is to tell it. */
  "runs/takeLaunch": { params: inLaunch, result: z.object({ taken: z.boolean() }) },
  /** Ends a process whose run is not there yet; false when there is none. */
  "runs/cancelLaunch": { params: inLaunch, result: z.object({ cancelled: z.boolean() }) },
  /** Training jobs on this machine, the newest first. */
  "hosts/jobs": { params: z.object({ folder: z.string() }), result: z.object({ jobs: z.array(trainingJob) }) },
} as const;

export const runEvents = {
  /** What changed in a watched project's runs. */
  "runs/changed": z.object({
    folder: z.string(),
    /** Runs that changed or are new. */
    runs: z.array(runView),
    /** Ids of all runs, the newest first. */
    order: z.array(z.string()),
    /** All launches whose run is not there yet, the oldest first. */
    launches: z.array(launchView),
  }),
} as const;
