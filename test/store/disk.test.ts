import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openProjectStore } from "../../src/adapters/store/index.js";
import { writeAtomic } from "../../src/adapters/store/files.js";
import { canMount, faultOf, item, mountMemory, parseItem, system } from "./support.js";

const skipped = !canMount();
const why = "(skipped unless root may mount a tmpfs)";

function mounted(options: string): string {
  const folder = mountMemory(options);
  if (folder === null) throw new Error("mount failed");
  return folder;
}

describe.skipIf(skipped)(`a full disk ${why}`, () => {
  it("loses nothing, leaves the log whole and goes on when there is space again", async () => {
    const project = mounted("size=400k");
    const run = await (await openProjectStore(project)).openRun("r1");
    const log = await run.stage(1, "collect").log("responses.jsonl", "f", parseItem);
    const durable: number[] = [];
    let fault;
    for (let n = 0; fault === undefined && n < 1000; n += 1) {
      fault = await log.append(item(n, "x".repeat(7001))).then(
        () => void durable.push(n),
        (thrown: unknown) => thrown,
      );
    }
    expect(fault).toMatchObject({ kind: "storage", message: "The disk is full.", details: { found: "ENOSPC" } });
    expect(fault).toHaveProperty("details.file", path.join(run.folder, "stages/1-collect/responses.jsonl"));
    expect(durable.length).toBeGreaterThan(20);
    expect((await run.stage(1, "collect").readSoFar("responses.jsonl", parseItem)).map((each) => each.n)).toEqual(
      durable,
    );
    expect(run.stop.aborted).toBe(false);

    expect(system("mount", "-o", "remount,size=800k", project)).toBe(true);
    await log.append(item(5000));
    await run.stage(1, "collect").finish("f", {});
    const all = await run.stage(1, "collect").read("responses.jsonl", parseItem);
    expect(all.map((each) => each.n)).toEqual([...durable, 5000]);
    await run.close();
  });

  it("keeps the old document, whatever the size of the new one", async () => {
    const folder = mounted("size=64k");
    const file = path.join(folder, "state.json");
    await writeAtomic(file, "old");
    for (const size of [63_000, 64_000, 70_000, 200_000]) {
      const fault = await faultOf(writeAtomic(file, "x".repeat(size)));
      expect(fault).toMatchObject({ message: "The disk is full.", details: { file } });
    }
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["state.json"]);
  });

  it("keeps the run's lock counting and its answers readable", async () => {
    const project = mounted("size=300k");
    const store = await openProjectStore(project, { lock: { intervalMs: 5 } });
    const run = await store.openRun("r1");
    const answers = await store.answers((value) => value);
    await answers.put("small", { text: "kept" });
    writeFileSync(path.join(project, "ballast"), "x".repeat(100_000));
    expect((await faultOf(answers.put("large", { text: "x".repeat(400_000) }))).message).toBe("The disk is full.");
    while (system("sh", "-c", `printf x%.0s $(seq 4096) >> ${project}/more`));
    expect((await faultOf(run.event("stage", { text: "x".repeat(5000) }))).message).toBe("The disk is full.");
    expect(await answers.get("small")).toEqual({ text: "kept" });
    const lockText = (): string => readFileSync(path.join(run.folder, "lock.json"), "utf8");
    const before = lockText();
    await expect.poll(lockText).not.toBe(before);
    expect(await (await store.readRun("r1")).running()).toBe(true);
    expect(run.stop.aborted).toBe(false);
    rmSync(path.join(project, "ballast"));
    await run.event("space again", {});
    await answers.put("large", { text: "x".repeat(4000) });
    await answers.close();
    await run.close();
    expect(await (await store.readRun("r1")).journal()).toMatchObject([{ type: "space again" }]);
  });

  it("is a clear fault for a project that does not fit at all", async () => {
    const project = mounted("size=64k,nr_inodes=2");
    writeFileSync(path.join(project, "a"), "");
    const fault = await faultOf(openProjectStore(project));
    expect(fault).toMatchObject({ kind: "storage", details: { found: "ENOSPC" } });
    expect(fault.details.remedy).toContain("Free space");
  });
});

describe.skipIf(skipped)(`a read-only file system ${why}`, () => {
  it("can be read, and refuses writing with a clear fault", async () => {
    const project = mounted("size=1m");
    const run = await (await openProjectStore(project)).openRun("r1");
    await run.event("started", {});
    await run.stage(1, "collect").begin("f");
    await run.stage(1, "collect").finish("f", { cases: 0 });
    await run.close();
    expect(system("mount", "-o", "remount,ro", project)).toBe(true);

    const reading = await openProjectStore(project, { access: "read" });
    const reader = await reading.readRun("r1");
    expect(await reader.journal()).toMatchObject([{ type: "started" }]);
    expect(await reader.stage(1, "collect").manifest()).toMatchObject({ counts: { cases: 0 } });
    const answers = await reading.answers((value) => value);
    expect(await answers.get("a")).toBeUndefined();

    const store = await openProjectStore(project);
    const fault = await faultOf(store.openRun("r1"));
    expect(fault).toMatchObject({ kind: "storage", details: { found: "EROFS" } });
    expect(fault.describe()).toMatch(/lock\.json[^]*read-only[^]*remedy/);
    expect((await faultOf((await store.answers((value) => value)).put("a", 1))).details.found).toBe("EROFS");
    expect((await faultOf(store.requestCancel("r1"))).details.found).toBe("EROFS");
  });
});

describe.skipIf(process.platform !== "linux")("a folder that no one can create (Linux only: /proc)", () => {
  it("is a clear fault", async () => {
    expect(await faultOf(openProjectStore("/proc/none/deep"))).toMatchObject({ kind: "storage" });
  });
});

describe("a path that is not a folder", () => {
  it("is a clear fault", async () => {
    const fault = await faultOf(openProjectStore("/dev/null"));
    expect(fault).toMatchObject({ kind: "storage" });
    expect(fault.details.file).toContain("null");
  });
});
