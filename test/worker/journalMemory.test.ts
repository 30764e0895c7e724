import { mkdirSync, writeFileSync, appendFileSync } from "node:fs";
import path from "node:path";
import v8 from "node:v8";
import vm from "node:vm";
import { afterAll, expect, test } from "vitest";
import { openProjectStore } from "../../src/adapters/store/index.js";
import { RunFollower } from "../../src/worker/runs/follower.js";
import { temporaryFolder } from "../support/project.js";

const made = temporaryFolder();
afterAll(() => made.remove());

const events = 100_000;

/** Bytes that are in use once everything that nobody holds is gone. */
function usedBytes(): number {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => {
    const sequence = from + index + 1;
    const time = new Date(sequence * 500).toISOString();
    if (sequence === 1) return { version: 1, sequence, time, type: "stage-started", iteration: 1, stage: "instruct" };
    const fields = {
      iteration: 1,
      stage: "instruct",
      done: sequence,
      total: 200_000,
      note: `benchmark ${sequence % 7}`,
    };
    return { version: 1, sequence, time, type: "progress", ...fields };
  })
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
}

test("100,000 events of a journal leave a fold of a few kilobytes", async () => {
  const run = path.join(made.folder, ".preceptor", "runs", "run-1");
  mkdirSync(run, { recursive: true });
  const journal = path.join(run, "journal.jsonl");
  writeFileSync(journal, lines(0, events));
  const store = await openProjectStore(made.folder, { access: "read" });
  const follower = new RunFollower(await store.readRun("run-1"));
  const before = usedBytes();
  const view = await follower.look();
  const grown = usedBytes() - before;
  expect(view.iterations[1]?.stages[3]).toMatchObject({ stage: "instruct", progress: { done: events } });
  expect(grown).toBeLessThan(5_000_000);
  expect(JSON.stringify(view).length).toBeLessThan(10_000);

  // What comes later is read alone: the position is behind the last line.
  appendFileSync(journal, lines(events, events + 3));
  expect((await follower.look()).iterations[1]?.stages[3]?.progress?.done).toBe(events + 3);
  expect(follower.fold.sequence).toBe(events + 3);
});
