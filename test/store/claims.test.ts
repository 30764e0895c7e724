import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openProjectStore } from "../../src/adapters/store/index.js";
import { systemProcesses } from "../../src/adapters/store/processIdentity.js";
import { answerKey } from "../../src/engine/asking/index.js";
import type { KeyedClaims } from "../../src/engine/store/index.js";
import { question } from "../support/chat.js";
import { raceModel, raceQuestions } from "./jobs.js";
import { bundleJobs, lineReader, startJob, temporaryFolder } from "./support.js";

let bundle: string;
beforeAll(async () => {
  bundle = await bundleJobs();
});

async function openClaims(project: string): Promise<KeyedClaims> {
  return (await openProjectStore(project)).claims();
}

const claimsOf = (project: string): string => path.join(project, ".preceptor", "claims");

/** A process that has claimed keys. */
async function claimant(project: string, ...keys: readonly string[]): Promise<ChildProcess> {
  const child = startJob(bundle, "claim", project, keys.join(" "));
  onTestFinished(() => void child.kill("SIGKILL"));
  expect(await lineReader(child)()).toBe("claimed");
  return child;
}

/** A thread of this process that has claimed a key, or found it held. */
async function claimantThread(project: string, key: string, says = "claimed"): Promise<Worker> {
  const worker = new Worker(bundle, { argv: ["claim", project, key], stdout: true });
  onTestFinished(async () => void (await worker.terminate()));
  const [line] = (await once(worker.stdout, "data")) as [Buffer];
  expect(line.toString()).toBe(`${says}\n`);
  return worker;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

describe("claims of one project", () => {
  it("are had by one at a time, given back one by one, and gone when who had them closes", async () => {
    const project = temporaryFolder();
    const [one, two] = [await openClaims(project), await openClaims(project)];
    const claim = await one.take("a");
    expect(await one.take("b")).not.toBeNull();
    expect(await two.take("a")).toBeNull();
    expect(await one.take("a")).toBeNull();
    await claim?.release();
    expect(await two.take("a")).not.toBeNull();
    // Given back twice, it does not take away what is another one's by now.
    await claim?.release();
    expect(await one.take("a")).toBeNull();
    expect(await two.take("b")).toBeNull();
    await Promise.all([one.close(), two.close()]);
    expect(readdirSync(claimsOf(project))).toEqual([]);
  });

  it("are taken over from a process that was killed, by one of several who wait", async () => {
    const project = temporaryFolder();
    const child = await claimant(project, "a");
    const waiting = await Promise.all(Array.from({ length: 5 }, async () => openClaims(project)));
    const takeAll = async (): Promise<number> => {
      const taken = await Promise.all(waiting.map(async (claims) => claims.take("a")));
      return taken.filter((claim) => claim !== null).length;
    };
    expect(await takeAll()).toBe(0);
    await kill(child);
    let taken = 0;
    await expect.poll(async () => (taken += await takeAll()), { timeout: 20_000 }).toBe(1);
    for (let again = 0; again < 5; again += 1) expect(await takeAll()).toBe(0);
  });

  it("of killed processes are removed when a store is opened, those of the living are not", async () => {
    const project = temporaryFolder();
    const dead = await claimant(project, "a", "b", "c");
    await claimant(project, "d");
    await kill(dead);
    expect(readdirSync(claimsOf(project))).toContain("b");
    const claims = await openClaims(project);
    expect(readdirSync(claimsOf(project)).filter((name) => !name.startsWith("process-"))).toEqual(["d"]);
    expect(await claims.take("d")).toBeNull();
  });

  it("of a thread that ended are taken at once by the thread after it, those of the main thread and of other processes are not", async () => {
    const project = temporaryFolder();
    const here = await openClaims(project);
    const kept = await here.take("mine");
    await claimant(project, "theirs");
    const first = await claimantThread(project, "a");
    expect(await here.take("a")).toBeNull();
    await first.terminate();
    expect(await here.take("a")).toBeNull();
    for (const key of ["mine", "theirs"]) await claimantThread(project, key, "held");
    // The thread after it opened the store, which is enough for others.
    expect(await here.take("a")).not.toBeNull();
    expect(kept).not.toBeNull();
    await claimantThread(project, "a", "held");
    const second = await claimantThread(project, "b");
    expect(await here.take("b")).toBeNull();
    await second.terminate();
    await claimantThread(project, "b");
  });

  it("stand in nobody's way when they are of another machine, or cannot be read or written", async () => {
    const project = temporaryFolder();
    const claims = await openClaims(project);
    mkdirSync(claimsOf(project));
    const self = await systemProcesses.self();
    const elsewhere = { version: 1, ...self, host: "elsewhere", bootId: "elsewhere", machine: "elsewhere" };
    writeFileSync(path.join(claimsOf(project), "far"), JSON.stringify(elsewhere));
    writeFileSync(path.join(claimsOf(project), "torn"), '{"version":1,"ho');
    for (const key of ["far", "torn"]) {
      const claim = await claims.take(key);
      await claim?.release();
      expect(claim, key).not.toBeNull();
      expect(existsSync(path.join(claimsOf(project), key))).toBe(true);
    }
    const other = temporaryFolder();
    const hindered = await openClaims(other);
    writeFileSync(claimsOf(other), "no folder");
    expect(await hindered.take("a")).not.toBeNull();
    await hindered.close();
  });
});

describe("processes that ask the same", () => {
  it("ask each question once, also those that a killed one had claimed", async () => {
    const project = temporaryFolder();
    const asked = path.join(project, "asked.txt");
    const keys = raceQuestions.map((text) => answerKey(raceModel, question(text), null));
    const dead = await claimant(project, ...keys.filter((_, index) => index % 2 === 0));
    const racers = Array.from({ length: 3 }, () => startJob(bundle, "race", project, asked));
    const lines = racers.map((child) => lineReader(child));
    for (const line of lines) expect(await line()).toBe("ready");
    await kill(dead);
    writeFileSync(`${asked}.START`, "");
    for (const line of lines) expect(await line()).toBe("done");
    const questions = readFileSync(asked, "utf8").trim().split("\n");
    expect(questions.sort()).toEqual([...raceQuestions].sort());
    expect(readdirSync(claimsOf(project))).toEqual([]);
  }, 60_000);
});
