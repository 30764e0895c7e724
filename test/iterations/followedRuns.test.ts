import { expect, it } from "vitest";
import type { RunView } from "../../src/protocol/worker/index.js";
import { FollowedRuns, needActions, neverEnded, waitingRun } from "../../src/vscode/iterations/followedRuns.js";

function run(state: RunView["state"], ended: number | null, id = "run-1"): RunView {
  return {
    id,
    state,
    target: "student",
    iterations: [],
    need: null,
    fault: null,
    runner: 7,
    launch: null,
    ended,
    endedAt: null,
    started: null,
    seconds: 0,
    spent: { currency: 0, calls: 0, tokens: 0 },
    currency: "USD",
  };
}

const told = (followed: FollowedRuns, ...runs: RunView[]): string[] =>
  followed.look("/project", runs).map(({ id, state }) => `${id} ${state}`);

it("an ending is told once, of runs that were seen at work, also in an earlier window", () => {
  const followed = new FollowedRuns({});
  expect(told(followed, run("done", 9), run("running", null, "run-2"))).toEqual([]);
  const later = new FollowedRuns(followed.remembered);
  expect(told(later, run("done", 9), run("needs-person", 40, "run-2"))).toEqual(["run-2 needs-person"]);
  expect(told(later, run("done", 9), run("needs-person", 40, "run-2"))).toEqual([]);
  expect(later.remembered).toEqual({});
  // The same id in another project is another run.
  told(later, run("running", null));
  expect(later.look("/other", [run("failed", 3)])).toEqual([]);
});

it("a run that was started here is told when it fails before anybody saw it at work", () => {
  const followed = new FollowedRuns({});
  followed.follow("/project", "run-1", 40);
  // The runner has not begun yet: the run is as it was.
  expect(told(followed, run("needs-person", 40))).toEqual([]);
  expect(told(followed, run("needs-person", 46))).toEqual(["run-1 needs-person"]);
  expect(told(followed, run("needs-person", 46))).toEqual([]);
  followed.follow("/project", "run-2", neverEnded);
  expect(told(followed, run("failed", 3, "run-2"))).toEqual(["run-2 failed"]);
});

it("what is seen at work meanwhile is told even when it ends as it had before", () => {
  const followed = new FollowedRuns({});
  told(followed, run("running", null));
  followed.follow("/project", "run-1", 40);
  expect(told(followed, run("cancelled", 40))).toEqual(["run-1 cancelled"]);
});

it("the newest run that was worked on can wait for a person, whatever was imported since", () => {
  const waiting = run("needs-person", 9, "run-2");
  const imported = { ...run("done", 3, "run-3"), runner: null };
  expect(waitingRun([imported, waiting, run("needs-person", 5)])).toBe(waiting);
  expect(waitingRun([run("done", 8, "run-4"), imported, waiting])).toBeNull();
  expect(waitingRun([imported])).toBeNull();
});

it("a run beside it takes nobody's place, one that was begun afterwards does", () => {
  const at = (minute: number): string => new Date(minute * 60_000).toISOString();
  const waiting = { ...run("needs-person", 9, "run-2"), started: at(0), endedAt: at(30) };
  const beside = { ...run("done", 8, "run-3"), started: at(10), endedAt: at(50) };
  const next = { ...run("done", 8, "run-4"), started: at(40), endedAt: at(50) };
  expect(waitingRun([beside, waiting])).toBe(waiting);
  expect(waitingRun([next, beside, waiting])).toBeNull();
});

it.each([
  ["review", undefined, ["review", "resume"]],
  ["budget", undefined, ["configuration", "resume"]],
  ["secret", "OPENAI_API_KEY", ["secret", "resume"]],
  ["secret", undefined, ["configuration", "resume"]],
  ["editor", undefined, ["resume"]],
  ["training", undefined, ["show"]],
] as const)("what %s needs (%s) leads to %j", (kind, secret, actions) => {
  expect(needActions({ kind, message: "", ...(secret === undefined ? {} : { secret }) })).toEqual(actions);
});
