import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { openProjectStore, openRecordLog } from "../../src/adapters/store/index.js";
import { parseJson } from "../../src/adapters/store/files.js";
import { Random } from "../../src/engine/random.js";
import { bundleJobs, outputOf, parseItem, startJob, temporaryFolder } from "./support.js";

let bundle: string;
beforeAll(async () => {
  bundle = await bundleJobs();
});

/** Starts a job and kills it at a moment after its first output; returns the whole lines that it printed. */
async function kill(job: "append" | "putAnswers", place: string, more: string, delayMs: number): Promise<string[]> {
  const child = startJob(bundle, job, place, more);
  const output = outputOf(child);
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  await sleep(delayMs);
  child.kill("SIGKILL");
  return (await output).split("\n").slice(0, -1);
}

describe("kill -9 at any moment", () => {
  it("leaves every acknowledged record of a log, 20 times in a row", async () => {
    const random = new Random(5, "kill");
    const file = path.join(temporaryFolder(), "log.jsonl");
    let expected = 0;
    for (let round = 0; round < 20; round += 1) {
      const acknowledged = (await kill("append", file, "", random.integer(0, 25))).map(Number);
      const log = await openRecordLog(file, parseItem);
      await log.close();
      expect(log.records.map((record) => record.n)).toEqual(Array.from(log.records, (_, index) => index));
      expect(Math.max(...acknowledged)).toBeLessThan(log.records.length);
      expect(log.records.length).toBeGreaterThan(expected);
      expected = log.records.length;
    }
    if (existsSync(`${file}.torn`)) expect(() => parseJson(readFileSync(`${file}.torn`))).toThrow();
  });

  it("leaves every acknowledged answer, from two processes at once", async () => {
    const project = temporaryFolder();
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const printed = await Promise.all(
        ["a", "b"].map(async (name) => kill("putAnswers", project, `${round}${name}`, 10 + 7 * round)),
      );
      acknowledged.push(...printed.flat());
    }
    const answers = await (await openProjectStore(project)).answers((value) => value);
    for (const key of acknowledged) expect(await answers.get(key)).toEqual({ text: `answer to ${key}` });
    expect(acknowledged.length).toBeGreaterThan(20);
    await answers.close();
  });
});
