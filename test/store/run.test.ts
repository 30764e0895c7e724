import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { followJournal, openProjectStore } from "../../src/adapters/store/index.js";
import type { JournalEvent } from "../../src/engine/store/index.js";
import { bundleJobs, faultOf, item, outputOf, parseItem, startJob, temporaryFolder } from "./support.js";

describe("a project's store", () => {
  it("lies in .preceptor, hides itself from git and says its version", async () => {
    const project = temporaryFolder();
    const store = await openProjectStore(project);
    expect(store.folder).toBe(path.join(project, ".preceptor"));
    expect(readFileSync(path.join(store.folder, ".gitignore"), "utf8")).toBe("*\n");
    expect(JSON.parse(readFileSync(path.join(store.folder, "version.json"), "utf8"))).toEqual({ version: 1 });
    expect(await store.runIds()).toEqual([]);
    writeFileSync(path.join(store.folder, ".gitignore"), "mine\n");
    await openProjectStore(project);
    expect(readFileSync(path.join(store.folder, ".gitignore"), "utf8")).toBe("mine\n");
    expect(readdirSync(store.folder).sort()).toEqual([".gitignore", "version.json"]);
  });

  it("of a newer Preceptor is refused before anything is read", async () => {
    const project = temporaryFolder();
    mkdirSync(path.join(project, ".preceptor"));
    const file = path.join(project, ".preceptor", "version.json");
    writeFileSync(file, '{"version":2}');
    const fault = await faultOf(openProjectStore(project));
    expect(fault).toMatchObject({ kind: "storage", details: { file, found: "2" } });
    expect(fault.message).toContain("newer Preceptor");
  });

  it("opened for reading writes nothing", async () => {
    const project = temporaryFolder();
    const store = await openProjectStore(project, { access: "read" });
    expect(await store.runIds()).toEqual([]);
    expect((await faultOf(store.openRun("r1"))).message).toContain("reading only");
    expect(readdirSync(project)).toEqual([]);
  });

  it("reads folders that people made or copied by hand", async () => {
    const project = temporaryFolder();
    const runs = path.join(project, ".preceptor", "runs");
    mkdirSync(path.join(runs, "copied", "stages", "1-collect"), { recursive: true });
    writeFileSync(path.join(runs, "notes.txt"), "not a run");
    mkdirSync(path.join(runs, "copied (copy)"));
    writeFileSync(path.join(runs, "copied", "stages", "1-collect", "responses.jsonl"), `${JSON.stringify(item(1))}\n`);
    const store = await openProjectStore(project);
    expect(await store.runIds()).toEqual(["copied"]);
    const reader = await store.readRun("copied");
    expect(await reader.journal()).toEqual([]);
    expect(await reader.running()).toBe(false);
    expect(await reader.readDocument("run.json", parseItem)).toBeNull();
    expect(await reader.stage(1, "collect").manifest()).toBeNull();
    expect(await reader.stage(1, "collect").readSoFar("responses.jsonl", parseItem)).toEqual([item(1)]);
    // Results of unknown origin are kept, aside, when the stage begins.
    const run = await store.openRun("copied");
    expect((await run.stage(1, "collect").log("responses.jsonl", "f", parseItem)).records).toEqual([]);
    expect(readdirSync(path.join(run.stage(1, "collect").folder, "superseded"))).toEqual(["1-unknown"]);
    await run.close();
    const fault = await faultOf(store.readRun("other"));
    expect(fault).toMatchObject({ kind: "usage", details: { found: "other", allowed: "copied" } });
    expect((await faultOf(store.readRun("../copied"))).message).toContain("name of a run");
  });
});

describe("a run", () => {
  it("numbers its events upwards over closings, torn lines and a clock that is set back", async () => {
    const project = temporaryFolder();
    let now = Date.UTC(2026, 5, 1);
    const clock = (): string => new Date((now -= 3_600_000)).toISOString();
    const store = await openProjectStore(project, { clock });
    const first = await store.openRun("r1");
    await Promise.all([
      first.event("started", { version: 9, sequence: 77, strategy: "LEC" }),
      first.event("stage", {}),
    ]);
    await first.close();
    appendFileSync(path.join(first.folder, "journal.jsonl"), '{"version":1,"sequ');
    const second = await store.openRun("r1");
    await second.event("resumed", {});
    expect(second.journal.map(({ sequence, type }) => [sequence, type])).toEqual([
      [1, "started"],
      [2, "stage"],
      [3, "healed"],
      [4, "resumed"],
    ]);
    expect(second.journal[0]).toMatchObject({ version: 1, strategy: "LEC" });
    const times = second.journal.map((event) => event.time);
    expect([...times].sort().reverse()).toEqual(times);
    await second.close();
    expect(await (await store.readRun("r1")).journal()).toEqual(second.journal);
  });

  it("is held by one runner, and is free again when that one closes", async () => {
    const store = await openProjectStore(temporaryFolder());
    const run = await store.openRun("r1");
    const reader = await store.readRun("r1");
    expect(await reader.running()).toBe(true);
    const fault = await faultOf(store.openRun("r1"));
    expect(fault.kind).toBe("locked");
    expect(fault.details.found).toContain(`process ${process.pid}`);
    expect(fault.details.remedy).toContain("preceptor cancel");
    await run.close();
    await run.close();
    expect(await reader.running()).toBe(false);
    await (await store.openRun("r1")).close();
  });

  it("keeps small documents", async () => {
    const run = await (await openProjectStore(temporaryFolder())).openRun("r1");
    expect(await run.readDocument("state.json", parseItem)).toBeNull();
    await run.writeDocument("state.json", item(1));
    await run.writeDocument("state.json", item(2));
    expect(await run.readDocument("state.json", parseItem)).toEqual(item(2));
    writeFileSync(path.join(run.folder, "state.json"), '{"version":1,"n":"two","text":""}');
    expect((await faultOf(run.readDocument("state.json", parseItem))).details).toMatchObject({
      file: path.join(run.folder, "state.json"),
      field: "n",
      found: '"two"',
    });
    expect((await faultOf(run.writeDocument("lock.json", {}))).kind).toBe("internal");
    await run.close();
  });

  it("sees a request to cancel, once, and not one that an earlier runner left", async () => {
    const store = await openProjectStore(temporaryFolder(), { cancelPollMs: 5 });
    const first = await store.openRun("r1");
    expect(first.cancelRequested()).toBe(false);
    await store.requestCancel("r1");
    await expect.poll(() => first.cancelRequested()).toBe(true);
    expect(first.stop.aborted).toBe(true);
    expect(first.stop.reason).toMatchObject({ kind: "cancelled" });
    await first.event("cancelled", {});
    await first.close();
    const second = await store.openRun("r1");
    await sleep(30);
    expect(second.cancelRequested()).toBe(false);
    await second.close();
    expect((await faultOf(store.requestCancel("none"))).kind).toBe("usage");
  });

  it("stops and writes nothing any more when its lock was taken away", async () => {
    const store = await openProjectStore(temporaryFolder());
    const run = await store.openRun("r1");
    const log = await run.stage(1, "collect").log("responses.jsonl", "f", parseItem);
    await log.append(item(1));
    rmSync(path.join(run.folder, "lock.json"));
    const other = await store.openRun("r1");
    for (const work of [
      async () => log.append(item(2)),
      async () => run.event("late", {}),
      async () => run.writeDocument("state.json", item(1)),
      async () => run.stage(1, "gate").begin("f"),
      async () => run.stage(1, "collect").finish("f", {}),
    ]) {
      expect((await faultOf(work())).kind).toBe("locked");
    }
    expect(run.stop.aborted).toBe(true);
    expect(run.stop.reason).toMatchObject({ kind: "locked" });
    await run.close();
    await other.event("still here", {});
    expect((await other.stage(1, "collect").log("responses.jsonl", "f", parseItem)).records).toEqual([item(1)]);
    await other.close();
  });
});

describe("a runner in a process of its own", () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundleJobs();
  });

  it("is respected, can be cancelled, and after kill -9 its run is free at once", async () => {
    const project = temporaryFolder();
    const store = await openProjectStore(project);
    const killed = startJob(bundle, "holdRun", project, "r1");
    await new Promise((resolve) => killed.stdout?.once("data", resolve));
    const fault = await faultOf(store.openRun("r1"));
    expect(fault.details.found).toContain(`process ${killed.pid ?? 0}`);
    killed.kill("SIGKILL");
    await new Promise((resolve) => killed.once("exit", resolve));
    const started = performance.now();
    await (await store.openRun("r1")).close();
    expect(performance.now() - started).toBeLessThan(5000);

    const cancelled = startJob(bundle, "holdRun", project, "r1");
    const output = outputOf(cancelled);
    await new Promise((resolve) => cancelled.stdout?.once("data", resolve));
    await store.requestCancel("r1");
    expect(await output).toBe("open\nclosed\n");
    expect(await (await store.readRun("r1")).running()).toBe(false);
  });
});

describe("following a journal", () => {
  async function follow(
    file: string,
    script: (seen: () => readonly JournalEvent[]) => Promise<void>,
    onReplaced?: () => void,
  ): Promise<JournalEvent[]> {
    const events: JournalEvent[] = [];
    const controller = new AbortController();
    const following = followJournal(file, {
      onEvents: (batch) => void events.push(...batch),
      ...(onReplaced === undefined ? {} : { onReplaced }),
      signal: controller.signal,
      intervalMs: 3,
    });
    await Promise.race([script(() => events), following]);
    controller.abort();
    await following;
    return events;
  }

  const line = (sequence: number): string =>
    `${JSON.stringify({ version: 1, sequence, time: "2026-06-01T00:00:00.000Z", type: "stage" })}\n`;

  async function until(condition: () => boolean): Promise<void> {
    for (let waited = 0; !condition() && waited < 2000; waited += 2) await sleep(2);
  }

  it("begins with the first event, waits for the file and for the rest of a torn line", async () => {
    const file = path.join(temporaryFolder(), "journal.jsonl");
    const events = await follow(file, async (seen) => {
      await sleep(10);
      writeFileSync(file, line(1) + line(2).slice(0, 20));
      await until(() => seen().length === 1);
      await sleep(15);
      expect(seen()).toHaveLength(1);
      appendFileSync(file, line(2).slice(20) + line(3));
      await until(() => seen().length === 3);
    });
    expect(events.map((event) => event.sequence)).toEqual([1, 2, 3]);
  });

  it("starts again when the journal was replaced", async () => {
    const file = path.join(temporaryFolder(), "journal.jsonl");
    writeFileSync(file, line(1) + line(2));
    let replaced = 0;
    const events = await follow(
      file,
      async (seen) => {
        await until(() => seen().length === 2);
        writeFileSync(file, line(1));
        await until(() => seen().length === 3);
      },
      () => (replaced += 1),
    );
    expect(events.map((event) => event.sequence)).toEqual([1, 2, 1]);
    expect(replaced).toBe(1);
  });

  it("names file and line of an event that cannot be read", async () => {
    const file = path.join(temporaryFolder(), "journal.jsonl");
    writeFileSync(file, `${line(1)}${line(2)}{"version":1}\n`);
    const fault = await faultOf(follow(file, async () => sleep(2000)));
    expect(fault.details).toMatchObject({ file, line: 3, field: "sequence" });
  });
});

describe("decisions", () => {
  it("of several processes of one project are all kept, one a line", async () => {
    const project = temporaryFolder();
    const logs = await Promise.all(
      [1, 2, 3].map(async () => (await openProjectStore(project)).decisions("triage", parseItem)),
    );
    await Promise.all(logs.flatMap((log, index) => [log.append(item(index)), log.append(item(index + 10))]));
    expect((await logs[0]?.read())?.map((record) => record.n).sort((a, b) => a - b)).toEqual([0, 1, 2, 10, 11, 12]);
    expect(readdirSync(path.join(project, "decisions"))).toEqual(["triage.jsonl"]);
  });
});
