import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openProjectStore } from "../../src/adapters/store/index.js";
import type { RunStore } from "../../src/engine/store/index.js";
import { faultOf, item, parseItem, temporaryFolder } from "./support.js";

async function openRun(project = temporaryFolder()): Promise<RunStore> {
  return (await openProjectStore(project)).openRun("r1");
}

describe("a stage", () => {
  it("is complete when it has a manifest, and then reads as it was written", async () => {
    const run = await openRun();
    const stage = run.stage(1, "collect");
    expect(path.relative(run.folder, stage.folder)).toBe(path.join("stages", "1-collect"));
    expect(await stage.manifest()).toBeNull();
    const log = await stage.log("responses.jsonl", "f1", parseItem);
    await Promise.all([log.append(item(1)), log.append(item(2))]);
    expect((await faultOf(stage.read("responses.jsonl", parseItem))).message).toContain("complete stage");
    expect(await stage.readSoFar("responses.jsonl", parseItem)).toEqual([item(1), item(2)]);
    const file = await stage.writeFile("table.md", "| a |\n");
    expect(readFileSync(file, "utf8")).toBe("| a |\n");
    const manifest = await stage.finish("f1", { cases: 2 });
    expect(manifest).toMatchObject({
      version: 1,
      stage: "collect",
      iteration: 1,
      fingerprint: "f1",
      counts: { cases: 2 },
    });
    expect(Object.keys(manifest.files)).toEqual(["responses.jsonl", "table.md"]);
    expect(await stage.manifest()).toEqual(manifest);
    expect(await stage.read("responses.jsonl", parseItem)).toEqual([item(1), item(2)]);
    await expect(log.append(item(3))).rejects.toThrow("closed file");
    await run.close();
  });

  it("has the same manifest for the same results in any order, folder and time", async () => {
    const hashes = new Set<string>();
    for (const order of [
      [1, 2, 3, 4],
      [4, 2, 3, 1],
    ]) {
      const run = await openRun();
      const log = await run.stage(0, "select").log("cases.jsonl", "f", (value) => value);
      for (const n of order) await log.append({ ...item(n), observed: { seconds: order.indexOf(n) } });
      hashes.add((await run.stage(0, "select").finish("f", { cases: 4 })).hash);
      await run.close();
    }
    expect(hashes.size).toBe(1);
  });

  it("goes on after a crash under the same fingerprint, healing the torn line", async () => {
    const project = temporaryFolder();
    const first = await openRun(project);
    const log = await first.stage(1, "collect").log("responses.jsonl", "f1", parseItem);
    await log.append(item(1));
    await first.close();
    appendFileSync(path.join(first.folder, "stages/1-collect/responses.jsonl"), '{"version":1,"n":2,"te');

    const second = await openRun(project);
    const stage = second.stage(1, "collect");
    expect(await stage.readSoFar("responses.jsonl", parseItem)).toEqual([item(1)]);
    const again = await stage.log("responses.jsonl", "f1", parseItem);
    expect(again.records).toEqual([item(1)]);
    await again.append(item(2));
    const manifest = await stage.finish("f1", {});
    expect(Object.keys(manifest.files)).toEqual(["responses.jsonl"]);
    expect(await stage.read("responses.jsonl", parseItem)).toEqual([item(1), item(2)]);
    await second.close();
    expect(second.journal).toMatchObject([
      { type: "healed", file: "stages/1-collect/responses.jsonl", bytes: 22, sequence: 1 },
    ]);
  });

  it("moves results of another fingerprint aside and keeps them", async () => {
    const run = await openRun();
    const stage = run.stage(1, "gate");
    for (const fingerprint of ["first", "second", "third"]) {
      const log = await stage.log("samples.jsonl", fingerprint, parseItem);
      expect(log.records).toEqual([]);
      await log.append(item(1, fingerprint));
      if (fingerprint !== "second") await stage.finish(fingerprint, {});
    }
    expect(await stage.read("samples.jsonl", parseItem)).toEqual([item(1, "third")]);
    const superseded = path.join(stage.folder, "superseded");
    expect(readdirSync(superseded).sort()).toEqual(["1-first", "2-second"]);
    expect(readdirSync(path.join(superseded, "1-first")).sort()).toEqual([
      "manifest.json",
      "samples.jsonl",
      "stage.json",
    ]);
    expect(readFileSync(path.join(superseded, "2-second", "samples.jsonl"), "utf8")).toContain("second");
    await run.close();
  });

  it("opens several logs at once, and moves old results aside only once", async () => {
    const run = await openRun();
    const stage = run.stage(1, "gate");
    for (const fingerprint of ["first", "second"]) {
      const names = ["kept.jsonl", "dropped.jsonl"];
      const logs = await Promise.all(names.map(async (name) => stage.log(name, fingerprint, parseItem)));
      await Promise.all(logs.map(async (log) => log.append(item(1, fingerprint))));
      expect((await faultOf(stage.log("kept.jsonl", fingerprint, parseItem))).message).toContain("open already");
    }
    expect(readdirSync(path.join(stage.folder, "superseded"))).toEqual(["1-first"]);
    expect(Object.keys((await stage.finish("second", {})).files)).toEqual(["dropped.jsonl", "kept.jsonl"]);
    await run.close();
  });

  it("is not complete any more once it was begun again", async () => {
    const run = await openRun();
    const stage = run.stage(1, "train");
    await stage.begin("f");
    await stage.writeFile("training.jsonl", `${JSON.stringify(item(1))}\n`);
    const manifest = await stage.finish("f", {});
    const log = await stage.log("training.jsonl", "f", parseItem);
    expect(log.records).toEqual([item(1)]);
    expect(await stage.manifest()).toBeNull();
    expect(await stage.finish("f", {})).toEqual(manifest);
    await run.close();
  });

  it("refuses results that were changed, torn or lost after it was complete", async () => {
    const run = await openRun();
    const stage = run.stage(1, "collect");
    for (const name of ["changed.jsonl", "torn.jsonl", "lost.jsonl"]) {
      const log = await stage.log(name, "f", parseItem);
      await log.append(item(1));
    }
    await stage.finish("f", {});
    const at = (name: string): string => path.join(stage.folder, name);
    writeFileSync(at("changed.jsonl"), `${JSON.stringify(item(2))}\n`);
    writeFileSync(at("torn.jsonl"), readFileSync(at("torn.jsonl")).subarray(0, -2));
    rmSync(at("lost.jsonl"));
    for (const [name, message] of [
      ["changed.jsonl", "changed after"],
      ["torn.jsonl", "torn"],
      ["lost.jsonl", "not in the folder"],
    ] as const) {
      const fault = await faultOf(stage.read(name, parseItem));
      expect(fault.message).toContain(message);
      expect(fault.details).toMatchObject({ file: at(name) });
      expect(fault.details.remedy).toContain("manifest.json");
    }
    const manifest = readFileSync(at("manifest.json"), "utf8");
    writeFileSync(at("manifest.json"), manifest.replace('"iteration": 1', '"iteration": 2'));
    expect((await faultOf(stage.manifest())).details).toMatchObject({ file: at("manifest.json"), field: "hash" });
    await run.close();
  });

  it("leaves files that are no results out of the manifest", async () => {
    const run = await openRun();
    const stage = run.stage(2, "train");
    await stage.begin("f");
    mkdirSync(path.join(stage.folder, "checkpoint"));
    writeFileSync(path.join(stage.folder, "checkpoint", "weights.bin"), "1");
    writeFileSync(path.join(stage.folder, "rows.jsonl.torn"), "1");
    writeFileSync(path.join(stage.folder, ".tmp-rows"), "1");
    expect((await stage.finish("f", {})).files).toEqual({});
    await run.close();
  });

  it("refuses names that leave the folder or belong to the store", async () => {
    const run = await openRun();
    const stage = run.stage(1, "collect");
    expect((await faultOf(stage.log("../x.jsonl", "f", parseItem))).kind).toBe("usage");
    expect(() => run.stage(1, "../../x")).toThrow("name of a stage");
    await stage.begin("f");
    for (const name of ["manifest.json", "stage.json", "superseded", "x.torn"]) {
      expect((await faultOf(stage.writeFile(name, ""))).message).toContain("kept for the store");
    }
    expect((await faultOf(run.stage(1, "gate").writeFile("a.txt", ""))).message).toContain("begins before");
    expect(existsSync(path.join(run.folder, "stages", "1-gate"))).toBe(false);
    await run.close();
  });
});
