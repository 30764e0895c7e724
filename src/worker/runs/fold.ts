import * as z from "zod/mini";
import { stageNames, type RunState, type StageName } from "../../engine/iteration/index.js";
import type { JournalEvent } from "../../engine/store/index.js";

/** A stage as the journal has told it so far. */
export interface FoldedStage {
  state: "running" | "done" | "reused" | "stopped" | "failed" | "needs-person";
  counts: { readonly [name: string]: number };
  /** Seconds of work before the runner that works on it now. */
  seconds: number;
  /** When the runner that works on it now began, in milliseconds; null when nobody works on it. */
  since: number | null;
  progress: FoldedProgress | null;
}

export interface FoldedProgress {
  readonly done: number;
  readonly total: number;
  readonly note: string;
  /** Milliseconds of the first and of the last report of this runner, and what was done at the first. */
  readonly firstAt: number;
  readonly firstDone: number;
  readonly at: number;
}

const position = z.object({ iteration: z.int().check(z.gte(0)), stage: z.enum(stageNames) });
const counted = z.extend(position, { counts: z.record(z.string(), z.number()) });
const progressed = z.extend(position, { done: z.number(), total: z.number(), note: z.string() });
const needed = z.object({
  need: z.nullable(
    z.object({
      kind: z.enum(["review", "budget", "secret", "training", "editor"]),
      message: z.string(),
      secret: z.optional(z.string()),
    }),
  ),
  fault: z.nullable(z.string()),
});

/** A file's name is made of it. */
const launchName = z.string().check(z.regex(/^[A-Za-z0-9][\w-]{0,80}$/u));

/** How a stage at work ends with its run. */
const stageEnds = { done: "done", failed: "failed", cancelled: "stopped", "needs-person": "needs-person" } as const;

/**
 * A run's journal, folded: one entry a stage however many events there were. Events that it does not know, or that say
 * something else than they should, change nothing.
 */
export class RunFold {
  readonly stages = new Map<string, FoldedStage>();
  state: RunState["state"] | "new" = "new";
  need: RunState["need"] = null;
  fault: string | null = null;
  runner: number | null = null;
  /** Name of the start of the runner that worked on it last; null where nobody noted it. */
  launch: string | null = null;
  ended: number | null = null;
  endedAt: string | null = null;
  started: string | null = null;
  /** Highest sequence so far: two folds of one journal are equal when theirs are. */
  sequence = 0;
  #lastAt = 0;

  stage(iteration: number, stage: StageName): FoldedStage | null {
    return this.stages.get(keyOf(iteration, stage)) ?? null;
  }

  /** Iterations of which anything is known, in their order. */
  iterations(): number[] {
    return [...new Set([...this.stages.keys()].map((key) => Number.parseInt(key, 10)))].sort((a, b) => a - b);
  }

  /** A stage with results that the journal does not mention. */
  found(iteration: number, stage: StageName, counts: FoldedStage["counts"]): void {
    const key = keyOf(iteration, stage);
    if (!this.stages.has(key)) this.stages.set(key, { state: "done", counts, seconds: 0, since: null, progress: null });
  }

  apply(event: JournalEvent): void {
    this.sequence = event.sequence;
    const at = Date.parse(event.time);
    // A time that cannot be read counts as that of the event before it.
    const now = Number.isNaN(at) ? this.#lastAt : at;
    this.started ??= event.time;
    switch (event.type) {
      case "runner-started":
        // Whoever worked before was killed: its stage stopped when it was last heard of.
        this.#leave("stopped", this.#lastAt);
        this.runner = typeof event["pid"] === "number" ? event["pid"] : null;
        this.launch = launchName.safeParse(event["launch"]).data ?? null;
        break;
      case "stage-started":
        this.#begin(event, now);
        break;
      case "stage-finished":
        this.#finish(event, now, "done");
        break;
      case "stage-reused":
        this.#finish(event, now, "reused");
        break;
      case "progress":
        this.#progress(event, now);
        break;
      case "run-running":
        this.#leave("stopped", this.#lastAt);
        this.#enter("running", event, null);
        break;
      case "run-done":
      case "run-failed":
      case "run-cancelled":
      case "run-needs-person": {
        const state = event.type.slice("run-".length) as keyof typeof stageEnds;
        this.#stopAt(event, stageEnds[state], now);
        this.#leave(stageEnds[state], now);
        this.#enter(state, event, event.sequence);
        break;
      }
      default:
        // A journal that the next runner healed says nothing about when the one before it was heard of.
        return;
    }
    this.#lastAt = Math.max(this.#lastAt, now);
  }

  #enter(state: RunState["state"], event: JournalEvent, ended: number | null): void {
    const parsed = needed.safeParse(event);
    this.state = state;
    this.need = parsed.success ? parsed.data.need : null;
    this.fault = parsed.success ? parsed.data.fault : null;
    this.ended = ended;
    this.endedAt = ended === null ? null : event.time;
  }

  #begin(event: JournalEvent, now: number): void {
    const { data } = position.safeParse(event);
    if (data === undefined) return;
    const key = keyOf(data.iteration, data.stage);
    // A stage whose results were current and are not any more begins anew.
    const before = this.stages.get(key);
    const seconds = before === undefined || before.state === "done" || before.state === "reused" ? 0 : before.seconds;
    this.stages.set(key, { state: "running", counts: {}, seconds, since: now, progress: null });
  }

  #finish(event: JournalEvent, now: number, state: "done" | "reused"): void {
    const { data } = counted.safeParse(event);
    if (data === undefined) return;
    const key = keyOf(data.iteration, data.stage);
    const before = this.stages.get(key);
    const worked = before === undefined || before.since === null ? 0 : seconds(before.since, now);
    this.stages.set(key, {
      state,
      counts: data.counts,
      seconds: (before?.seconds ?? 0) + worked,
      since: null,
      progress: null,
    });
  }

  #progress(event: JournalEvent, now: number): void {
    const { data } = progressed.safeParse(event);
    const stage = data === undefined ? undefined : this.stages.get(keyOf(data.iteration, data.stage));
    if (data === undefined || stage === undefined || stage.state !== "running") return;
    const { done, total, note } = data;
    const first = stage.progress ?? { firstAt: now, firstDone: done };
    stage.progress = { done, total, note, firstAt: first.firstAt, firstDone: first.firstDone, at: now };
  }

  /** A run may end before the stage that it stands at has begun, where a person is needed. */
  #stopAt(event: JournalEvent, state: FoldedStage["state"], now: number): void {
    const { data } = position.safeParse(event);
    if (data === undefined || state === "done") return;
    const key = keyOf(data.iteration, data.stage);
    if (!this.stages.has(key)) this.stages.set(key, { state, counts: {}, seconds: 0, since: now, progress: null });
  }

  #leave(state: FoldedStage["state"], now: number): void {
    for (const stage of this.stages.values()) {
      if (stage.since === null) continue;
      stage.seconds += seconds(stage.since, now);
      stage.since = null;
      stage.state = state;
    }
  }
}

function keyOf(iteration: number, stage: StageName): string {
  return `${iteration}-${stage}`;
}

function seconds(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}
