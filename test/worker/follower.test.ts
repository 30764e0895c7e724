import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProjectStore } from "../../src/adapters/store/index.js";
import type { RunReader } from "../../src/engine/store/index.js";
import { RunFollower } from "../../src/worker/runs/follower.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";

/** A reader that counts what is read through it. */
function counting(run: RunReader): { readonly reader: RunReader; reads: number } {
  const counted = {
    reads: 0,
    reader: {
      id: run.id,
      folder: run.folder,
      journal: async () => run.journal(),
      running: async () => run.running(),
      readDocument: async (name, parse) => {
        counted.reads += 1;
        return run.readDocument(name, parse);
      },
      stage: (iteration, stage) => {
        counted.reads += 1;
        return run.stage(iteration, stage);
      },
    } satisfies RunReader,
  };
  return counted;
}

describe("a run of which a file is damaged", () => {
  let made: StartedRun;
  beforeAll(async () => {
    made = await startedRun({ families: ["math"], until: null });
  });
  afterAll(() => made.remove());

  /** A copy of the run by this name, without these files. */
  async function copy(name: string, without: readonly string[] = []): Promise<RunReader> {
    const runs = path.join(made.folder, ".preceptor", "runs");
    cpSync(path.join(runs, made.run), path.join(runs, name), { recursive: true });
    for (const file of without) rmSync(path.join(runs, name, file));
    return (await openProjectStore(made.folder, { access: "read" })).readRun(name);
  }

  /** One line in the middle for a log, else the whole file. */
  function damaged(text: string): string {
    const lines = text.trimEnd().split("\n");
    if (lines.length < 3) return "{ broken\n";
    return [...lines.slice(0, -1), "{ broken", lines.at(-1), ""].join("\n");
  }

  it.each([
    ["run.json", []],
    ["journal.jsonl", []],
    ["ledger.jsonl", []],
    ["stages/1-report/report.json", []],
    // What is read where the journal tells nothing, as in a folder that was made by hand.
    ["state.json", ["journal.jsonl"]],
    ["stages/1-gate/manifest.json", ["journal.jsonl"]],
  ])("is as it was at the first look after %s was mended, and is not read until then", async (name, without) => {
    const run = await copy(`copy-${name.replaceAll("/", "-")}`, without);
    const file = path.join(run.folder, name);
    const whole = readFileSync(file, "utf8");
    const expected = await new RunFollower(run).look();
    expect(expected.state).toBe("done");

    const counted = counting(run);
    writeFileSync(file, damaged(whole));
    const follower = new RunFollower(counted.reader);
    const broken = await follower.look();
    expect(broken).toMatchObject({ state: "unreadable", fault: { file } });
    await follower.look();
    const { reads } = counted;
    for (let look = 0; look < 20; look += 1) expect(await follower.look()).toEqual(broken);
    expect(counted.reads).toBe(reads);

    writeFileSync(file, whole);
    expect(await follower.look()).toEqual(expected);
    expect(await follower.look()).toEqual(expected);
    // Damaged after it was read, and mended again.
    writeFileSync(file, damaged(whole));
    await follower.look();
    writeFileSync(file, whole);
    expect(await follower.look()).toEqual(expected);
  });
});
