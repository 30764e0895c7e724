import { describe, expect, test } from "vitest";
import type { JournalEvent } from "../../src/engine/store/index.js";
import { RunFold } from "../../src/worker/runs/fold.js";
import { runViewOf, type RunFacts } from "../../src/worker/runs/view.js";

/** Events a second apart, as a runner writes them. */
function journal(...events: readonly (readonly [type: string, fields?: object, second?: number])[]): JournalEvent[] {
  return events.map(([type, fields = {}, second], index) => ({
    version: 1,
    sequence: index + 1,
    time: new Date((second ?? index) * 1000).toISOString(),
    type,
    ...fields,
  }));
}

function foldOf(events: readonly JournalEvent[]): RunFold {
  const fold = new RunFold();
  for (const event of events) fold.apply(event);
  return fold;
}

const ended = { need: null, fault: null };
const select = { iteration: 1, stage: "select" } as const;
const collect = { iteration: 1, stage: "collect" } as const;

function viewOf(events: readonly JournalEvent[], facts: Partial<RunFacts> = {}): ReturnType<typeof runViewOf> {
  return runViewOf({
    id: "run-1",
    fold: foldOf(events),
    start: { target: "student", strategies: ["LEC"], currency: "USD" },
    live: false,
    saved: null,
    spent: { currency: 0, calls: 0, tokens: 0 },
    costs: new Map(),
    accuracies: [],
    fault: null,
    now: 100_000,
    ...facts,
  });
}

function states(view: ReturnType<typeof runViewOf>, iteration = 1): string[] {
  return view.iterations[iteration]?.stages.map(({ stage, state }) => `${stage} ${state}`) ?? [];
}

const working = journal(
  ["runner-started", { pid: 4711 }],
  ["run-running", { iteration: 0, stage: null, ...ended }],
  ["stage-started", { iteration: 0, stage: "evaluate" }],
  ["stage-finished", { iteration: 0, stage: "evaluate", counts: { asked: 10, correct: 4, disputed: 0 } }],
  ["stage-started", select],
  ["stage-finished", { ...select, counts: { math: 12 } }],
  ["stage-started", collect, 10],
  ["progress", { ...collect, done: 2, total: 12, note: "math" }, 12],
  ["progress", { ...collect, done: 6, total: 12, note: "math" }, 16],
);

describe("a run's journal, folded", () => {
  test("the name of a start is one that a file can have, or none", () => {
    const launchOf = (launch: unknown): unknown => viewOf(journal(["runner-started", { pid: 7, launch }])).launch;
    expect(launchOf("2026-11-30T17-44-52-123Z-1a2b3c4d")).toBe("2026-11-30T17-44-52-123Z-1a2b3c4d");
    for (const launch of ["../../etc/passwd", "a/b", "", 7, undefined]) expect(launchOf(launch)).toBeNull();
  });

  test("a live run says what is done, what is at work with its pace, and what waits", () => {
    const costs = new Map([
      ["0-evaluate", 0.5],
      ["1-collect", 2],
    ]);
    const view = viewOf(working, { live: true, now: 18_000, costs });
    expect(view).toMatchObject({ state: "running", runner: 4711, ended: null });
    expect(view.iterations.map(({ cost, stages }) => [cost, ...stages.map((stage) => stage.cost)])).toEqual([
      [0.5, 0.5],
      [2, 0, 2, 0, 0, 0, 0, 0, 0],
    ]);
    expect(states(view).slice(0, 4)).toEqual([
      "select done",
      "collect running",
      "contrast waiting",
      "instruct waiting",
    ]);
    expect(view.iterations[1]?.stages[1]).toMatchObject({
      seconds: 8,
      // 4 answers in 4 seconds, 6 to go.
      progress: { done: 6, total: 12, note: "math", secondsLeft: 6 },
    });
    expect(view.iterations[0]?.stages).toMatchObject([{ stage: "evaluate", state: "done", seconds: 1 }]);
  });

  test("a run whose runner died is stopped, and its stage took as long as it was heard of", () => {
    const view = viewOf(working);
    expect(view).toMatchObject({ state: "stopped", ended: working.length });
    expect(states(view).slice(0, 3)).toEqual(["select done", "collect stopped", "contrast planned"]);
    expect(view.iterations[1]?.stages[1]).toMatchObject({ seconds: 6, progress: { secondsLeft: null } });
  });

  test("a run that goes on says what it reuses, and adds up the work of every runner", () => {
    const resumed = [
      ...working,
      ...journal(
        ["runner-started", { pid: 4712 }, 50],
        ["run-running", { iteration: 0, stage: null, ...ended }, 50],
        ["stage-reused", { iteration: 0, stage: "evaluate", counts: { asked: 10 } }, 51],
        ["stage-reused", { ...select, counts: { math: 12 } }, 52],
        ["stage-started", collect, 53],
        ["stage-finished", { ...collect, counts: { asked: 12, errors: 5 } }, 57],
        ["run-cancelled", { iteration: 1, stage: "contrast", ...ended }, 58],
      ),
    ];
    const view = viewOf(resumed);
    expect(view.state).toBe("cancelled");
    expect(states(view).slice(0, 3)).toEqual(["select reused", "collect done", "contrast stopped"]);
    expect(view.iterations[1]?.stages[1]).toMatchObject({ seconds: 6 + 4, counts: { asked: 12, errors: 5 } });
  });

  test("a person who is needed is named with the stage", () => {
    const need = { kind: "review", message: "The samples wait." };
    const view = viewOf([
      ...working,
      ...journal(["run-needs-person", { iteration: 1, stage: "train", need, fault: null }, 60]),
    ]);
    expect(view).toMatchObject({ state: "needs-person", need });
    expect(states(view)[5]).toBe("train needs-person");
  });

  test("events that it does not know, and broken ones, change nothing", () => {
    const odd = journal(
      ["healed", { file: "x", bytes: 1 }],
      ["stage-started", { iteration: -1, stage: "select" }],
      ["stage-started", { iteration: 1, stage: "constructor" }],
      ["progress", { ...collect, done: "many" }],
      ["run-failed", { need: 7 }],
    );
    const fold = foldOf(odd);
    expect(fold.stages.size).toBe(0);
    expect(fold.state).toBe("failed");
  });

  test("a folder that holds nothing yet is new, and a failure is told", () => {
    expect(viewOf([], { start: { target: "", strategies: [], currency: "USD" } })).toMatchObject({
      state: "new",
      iterations: [],
    });
    const failed = viewOf(journal(["run-failed", { ...collect, need: null, fault: "The disk is full." }]));
    expect(failed.fault?.message).toBe("The disk is full.");
    const broken = viewOf([], { fault: { kind: "storage", message: "newer" } });
    expect(broken).toMatchObject({ state: "unreadable", fault: { message: "newer" } });
  });
});
