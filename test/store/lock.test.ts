import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { acquireLock, liveHolder, type ProcessIdentity, type ProcessTable } from "../../src/adapters/store/index.js";
import { startFromStat, systemProcesses } from "../../src/adapters/store/processIdentity.js";
import { bundleJobs, faultOf, lineReader, startJob, temporaryFolder } from "./support.js";

const here: ProcessIdentity = {
  host: "desk",
  machine: "m1",
  bootId: "boot-1",
  pidNamespace: "pid:[1]",
  pid: 100,
  startTime: "5000",
};

/** A machine on which the given processes run. */
function machine(
  self: Partial<ProcessIdentity>,
  running: { readonly [pid: number]: string | null } = {},
): ProcessTable {
  const identity = { ...here, ...self };
  return {
    self: async () => identity,
    startTime: async (pid) => (pid === identity.pid ? identity.startTime : running[pid]),
  };
}

const quick = { intervalMs: 15, patience: 4 };
/** A holder that never counts, as a dead one. */
const silent = { intervalMs: 1_000_000, patience: 4 };

function lockFile(): string {
  return path.join(temporaryFolder(), "lock.json");
}

async function leaveLock(file: string, dead: Partial<ProcessIdentity>): Promise<void> {
  const lock = await acquireLock(file, { ...silent, processes: machine(dead) });
  const text = readFileSync(file, "utf8");
  await lock.release();
  writeFileSync(file, text);
}

describe("a holder on this machine is judged at once", () => {
  it("respects a live one and names it", async () => {
    const file = lockFile();
    await leaveLock(file, { pid: 200, startTime: "77" });
    const started = performance.now();
    const options = { intervalMs: 1000, processes: machine({}, { 200: "77" }), what: "run r1", remedy: "Wait." };
    const fault = await faultOf(acquireLock(file, options));
    expect(performance.now() - started).toBeLessThan(5000);
    expect(fault.kind).toBe("locked");
    expect(fault.message).toContain("run r1");
    expect(fault.details).toMatchObject({ file, found: "process 200 on desk", remedy: "Wait." });
    expect(await liveHolder(file, options)).toMatchObject({ pid: 200 });
  });

  it.each<[string, Partial<ProcessIdentity>, { readonly [pid: number]: string }]>([
    ["whose process is gone", { pid: 200 }, {}],
    ["whose process number was given to another process", { pid: 200, startTime: "77" }, { 200: "78" }],
    ["from before the last start of the machine", { pid: 200, startTime: "77", bootId: "boot-0" }, { 200: "77" }],
  ])("takes over from one %s", async (_name, dead, running) => {
    const file = lockFile();
    await leaveLock(file, dead);
    const started = performance.now();
    const options = { intervalMs: 1000, processes: machine({}, running) };
    expect(await liveHolder(file, options)).toBeNull();
    const lock = await acquireLock(file, options);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: 100, version: 1 });
    await lock.release();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });
});

describe("a holder elsewhere is watched", () => {
  it.each<[string, Partial<ProcessIdentity>]>([
    ["on another host", { host: "server", machine: "m2", bootId: "boot-9", pid: 100 }],
    ["on another machine of the same name", { machine: "m2", bootId: "boot-9" }],
    ["in another container of this machine", { pidNamespace: "pid:[2]" }],
    ["on a system that knows no start times", { pid: 300, startTime: null }],
  ])("%s: respected while it counts, taken over when it does not", async (_name, holder) => {
    const file = lockFile();
    const mine = { ...quick, processes: machine({}, { 300: null }) };
    // A count ends the watching at once, so patience costs nothing here and a busy machine cannot make it too short.
    const patient = { ...mine, patience: 400 };
    const theirs = await acquireLock(file, { intervalMs: 5, processes: machine(holder) });
    expect((await faultOf(acquireLock(file, patient))).kind).toBe("locked");
    expect(await liveHolder(file, patient)).not.toBeNull();
    await theirs.release();

    await leaveLock(file, holder);
    const lock = await acquireLock(file, mine);
    await lock.verify();
    await lock.release();
  });

  it("takes over a lock file that was cut short", async () => {
    const file = lockFile();
    for (const text of ["", '{"version":1,"tok']) {
      writeFileSync(file, text);
      await (await acquireLock(file, quick)).release();
    }
  });

  it("respects a lock of a newer Preceptor", async () => {
    const file = lockFile();
    writeFileSync(file, '{"version":2}\n');
    expect((await faultOf(acquireLock(file, quick))).message).toContain("newer Preceptor");
  });
});

describe("two takers", () => {
  it("of one dead lock: exactly one wins, whatever the order", async () => {
    for (let round = 0; round < 25; round += 1) {
      const file = lockFile();
      await leaveLock(file, { pid: 200 });
      const running = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [1000 + index, "1"]));
      const takers = Object.keys(running).map(async (pid) => {
        const processes = machine({ pid: Number(pid), startTime: "1" }, running);
        await sleep(Number(pid) % 3);
        return acquireLock(file, { ...quick, processes });
      });
      const settled = await Promise.allSettled(takers);
      const won = settled.filter((each) => each.status === "fulfilled");
      expect(won).toHaveLength(1);
      for (const each of settled) if (each.status === "rejected") expect(each.reason).toMatchObject({ kind: "locked" });
      await won[0]?.value.verify();
      await won[0]?.value.release();
      expect(readdirSync(path.dirname(file))).toEqual([]);
    }
  });

  it("succeed one that died while it was taking over", async () => {
    const file = lockFile();
    await leaveLock(file, { pid: 200 });
    const first = /"token":"([^"]+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
    await leaveLock(`${file}.after-${first}`, { pid: 201 });
    const lock = await acquireLock(file, { ...quick, processes: machine({}) });
    expect(readdirSync(path.dirname(file))).toEqual(["lock.json"]);
    await lock.release();
  });

  it("in processes of their own: exactly one wins, for a new lock and for a dead one", async () => {
    const bundle = await bundleJobs();
    for (const dead of [false, true]) {
      const file = lockFile();
      if (dead) {
        const identity = await systemProcesses.self();
        await leaveLock(file, { ...identity, startTime: `${identity.startTime ?? ""}0` });
      }
      const children = [1, 2, 3].map(() => startJob(bundle, "takeLock", file));
      const heard = children.map(lineReader);
      const closed = children.map((child) => new Promise((resolve) => child.once("close", resolve)));
      await Promise.all(heard.map(async (next) => next()));
      writeFileSync(`${file}.START`, "");
      const outcomes = await Promise.all(heard.map(async (next) => next()));
      expect(outcomes.sort()).toEqual(["locked", "locked", "won"]);
      writeFileSync(`${file}.RELEASE`, "");
      await Promise.all(closed);
      expect(readdirSync(path.dirname(file)).sort()).toEqual(["lock.json.RELEASE", "lock.json.START"]);
    }
  });
});

describe("a lock that is held", () => {
  it("counts without comparing clocks, in a file of one length", async () => {
    const file = lockFile();
    const lock = await acquireLock(file, { intervalMs: 5 });
    const before = readFileSync(file, "utf8");
    const count = (text: string): unknown => (JSON.parse(text) as { readonly counter: unknown }).counter;
    expect(count(before)).toBe(0);
    await expect.poll(() => count(readFileSync(file, "utf8"))).toBeGreaterThan(1);
    expect(readFileSync(file, "utf8")).toHaveLength(before.length);
    expect(before).not.toMatch(/time"?:.*\d{4}-/);
    await lock.release();
  });

  it.each([
    ["replaced by another", '{"version":1}'],
    ["removed", null],
  ])("notices when its file is %s, and does not remove the other's", async (_name, content) => {
    const file = lockFile();
    const lock = await acquireLock(file, { intervalMs: 5, what: "run r1" });
    rmSync(file);
    if (content !== null) writeFileSync(file, content);
    await expect.poll(() => lock.lost.aborted).toBe(true);
    expect(lock.lost.reason).toMatchObject({ name: "Fault", kind: "locked" });
    expect((await faultOf(lock.verify())).message).toContain("run r1");
    await lock.release();
    expect(readdirSync(path.dirname(file))).toEqual(content === null ? [] : ["lock.json"]);
  });
});

describe.skipIf(process.platform !== "linux")("the process table of Linux (skipped elsewhere)", () => {
  it("reads the start time behind a command name with parentheses, and takes a zombie for gone", () => {
    const fields = ["S", ...Array.from({ length: 18 }, (_, index) => String(index)), "4242", "rest"];
    expect(startFromStat(`12 (a) b (c) ${fields.join(" ")}`)).toBe("4242");
    expect(startFromStat(`12 (a) Z ${fields.slice(1).join(" ")}`)).toBeUndefined();
  });

  it("knows this process, a child and a child that has ended", async () => {
    const self = await systemProcesses.self();
    expect(self.pid).toBe(process.pid);
    expect(await systemProcesses.startTime(process.pid)).toBe(self.startTime);
    expect(self.bootId).toMatch(/^[0-9a-f-]{36}$/);
    const child = spawn("sleep", ["30"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const pid = child.pid ?? 0;
    expect(await systemProcesses.startTime(pid)).toMatch(/^\d+$/);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(await systemProcesses.startTime(pid)).toBeUndefined();
  });
});
