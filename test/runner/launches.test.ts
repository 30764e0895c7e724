import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Launches, openProjectStore, type Launch } from "../../src/adapters/store/index.js";
import { systemProcesses } from "../../src/adapters/store/processIdentity.js";
import type { LaunchView } from "../../src/protocol/worker/index.js";
import { installRunner } from "../../src/vscode/runner/runnerFolder.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { ProjectRuns } from "../../src/worker/runs/watched.js";
import { until } from "../cli/helpers.js";
import { cli, makeProject, preceptor, root, shortConfiguration, temporaryFolder } from "../support/project.js";

const call = { signal: new AbortController().signal };
const made = temporaryFolder();
const starterScript = path.join(made.folder, "starter.mjs");
const children: ChildProcess[] = [];

beforeAll(async () => {
  await installRunner(path.join(root, "dist"), made.folder);
  await build({
    entryPoints: [path.join(import.meta.dirname, "starter.ts")],
    outfile: starterScript,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  made.remove();
});

function project(): { readonly folder: string; readonly runs: () => string[] } {
  const { folder } = makeProject(shortConfiguration(["math"]));
  const runs = path.join(folder, ".preceptor", "runs");
  return { folder, runs: () => (existsSync(runs) ? readdirSync(runs) : []) };
}

/** A window that starts a runner and comes as far as it is told; its runner's number. */
async function window(
  folder: string,
  stop: "spawned" | "noted" | "handed",
): Promise<{ pid: number; kill: () => void }> {
  const child = spawn(process.execPath, [starterScript, made.folder, folder, stop], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const pid = Number(
    await new Promise<string>((resolve) => child.stdout.once("data", (text) => resolve(String(text)))),
  );
  return { pid, kill: () => void child.kill("SIGKILL") };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What a window that comes later sees. */
async function launchesOf(folder: string): Promise<LaunchView[]> {
  return (await new ProjectRuns(folder).look()).launches;
}

/** Takes it in two windows at once: how many of them got it. */
async function takers(folder: string, launch: string): Promise<number> {
  const windows = [1, 2].map(() => handlersOf(new Projects()));
  const taken = await Promise.all(windows.map(async (each) => each["runs/takeLaunch"]({ folder, launch }, call)));
  return taken.filter((each) => each.taken).length;
}

async function startsAgain(folder: string): Promise<void> {
  const { code, stderr } = await preceptor(["evaluate", "--project", folder, "--yes", "--json"]);
  expect(code, stderr).toBe(0);
}

describe("a window that is killed while it starts a run", () => {
  it("before the process was noted: the process ends by itself, and there is nothing to tell", async () => {
    const { folder, runs } = project();
    const { pid, kill } = await window(folder, "spawned");
    expect(isAlive(pid)).toBe(true);
    kill();
    await until(() => !isAlive(pid));
    expect(await launchesOf(folder)).toEqual([]);
    expect(runs()).toEqual([]);
    await startsAgain(folder);
  });

  it("before the process was told to begin: it begins nothing, and one of the windows that come later says so", async () => {
    const { folder, runs } = project();
    const { pid, kill } = await window(folder, "noted");
    const [starting, ...others] = await launchesOf(folder);
    expect(others).toEqual([]);
    expect(starting).toMatchObject({ run: null, ended: -1, outcome: null });
    kill();
    await until(() => !isAlive(pid));
    const [launch] = await launchesOf(folder);
    expect(launch?.outcome).toMatchObject({ kind: "nothing", fault: { kind: "usage", field: "--secrets-on-stdin" } });
    expect(existsSync(launch?.log ?? "")).toBe(true);
    expect(await takers(folder, launch?.id ?? "")).toBe(1);
    expect(await launchesOf(folder)).toEqual([]);
    expect(runs()).toEqual([]);
    await startsAgain(folder);
  });

  it("after that: it is on its way until its run is there, which is known by the start", async () => {
    const { folder } = project();
    const { kill } = await window(folder, "handed");
    kill();
    const [starting] = await launchesOf(folder);
    expect(starting?.run).toBeNull();
    const journal = path.join(folder, ".preceptor", "runs", "run-1", "journal.jsonl");
    await until(() => existsSync(journal) && readFileSync(journal, "utf8").includes("runner-started"));
    const { runs, launches } = await new ProjectRuns(folder).look();
    expect(runs[0]).toMatchObject({ id: "run-1", launch: starting?.id });
    expect(launches).toMatchObject([{ id: starting?.id, outcome: { kind: "run", run: "run-1" } }]);
    expect(await takers(folder, starting?.id ?? "")).toBe(1);
    expect(await launchesOf(folder)).toEqual([]);
    await until(() => readFileSync(journal, "utf8").includes("run-done"), 60_000);
  });
});

describe("a start that ends without a run", () => {
  it("is told with the fault of its process by the window that started it, as long as that is there", async () => {
    const { folder } = project();
    writeFileSync(path.join(folder, "preceptor.json"), "{ broken");
    const { pid, kill } = await window(folder, "handed");
    await until(() => !isAlive(pid));
    // The starter lives, so it is not for us.
    expect(await launchesOf(folder)).toEqual([]);
    kill();
    await expect
      .poll(async () => (await launchesOf(folder)).map(({ outcome }) => outcome))
      .toMatchObject([{ kind: "nothing", fault: { kind: "configuration" } }]);
  });

  it("without a word, where the process was killed; one of another process with its number is not mistaken for it", async () => {
    const { folder, runs } = project();
    const { folder: store } = await openProjectStore(folder);
    const launches = new Launches(store);
    const paths = { log: path.join(folder, "none.log"), result: path.join(folder, "none.json") };
    await launches.note({ id: "a-start", pid: process.pid, run: null, ended: -1, ...paths });
    expect(await launchesOf(folder)).toMatchObject([{ id: "a-start", outcome: null }]);
    const file = path.join(store, "launches", "a-start.json");
    const record = JSON.parse(readFileSync(file, "utf8")) as Launch;
    const reused = { ...record.process, startTime: "1" };
    writeFileSync(file, JSON.stringify({ ...record, process: reused }));
    expect(await launchesOf(folder)).toMatchObject([{ id: "a-start", outcome: { kind: "nothing", fault: null } }]);
    // Its run was there, and a person has deleted it since.
    writeFileSync(paths.result, JSON.stringify({ run: "run-7", state: {} }));
    expect(await launchesOf(folder)).toMatchObject([{ outcome: { kind: "run", run: "run-7" } }]);
    // That of another machine, of a newer version, and what is none, is nobody's business here.
    writeFileSync(file, JSON.stringify({ ...record, process: { ...reused, bootId: "another", machine: "other" } }));
    writeFileSync(path.join(store, "launches", "newer.json"), JSON.stringify({ ...record, version: 2 }));
    writeFileSync(path.join(store, "launches", "notes.json"), "my notes");
    writeFileSync(path.join(store, "launches", "copy.json"), JSON.stringify(record));
    expect(await launchesOf(folder)).toEqual([]);
    expect(runs()).toEqual([]);
  });

  it("a process that had ended before it was noted is gone, whoever gets its number", async () => {
    const { folder } = project();
    const ended = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => ended.on("close", resolve));
    const launches = new Launches((await openProjectStore(folder)).folder);
    await launches.note({ id: "quick", pid: ended.pid ?? 0, run: null, ended: -1, log: "", result: "" });
    const [noted] = await launches.read();
    expect(await systemProcesses.startTime(ended.pid ?? 0)).toBeUndefined();
    expect(noted?.process.startTime).not.toBeNull();
    expect(await launchesOf(folder)).toMatchObject([{ outcome: { kind: "nothing" } }]);
  });
});

describe("cancelled before its run is there", () => {
  const cancel = async (folder: string, launch: string): Promise<boolean> =>
    (await handlersOf(new Projects())["runs/cancelLaunch"]({ folder, launch }, call)).cancelled;

  it("a process that hangs is ended, and nobody tells it", async () => {
    const { folder, runs } = project();
    const { pid, kill } = await window(folder, "handed");
    process.kill(pid, "SIGSTOP");
    const [starting] = await launchesOf(folder);
    expect(starting?.outcome).toBeNull();
    expect(await cancel(folder, starting?.id ?? "")).toBe(true);
    await until(() => !isAlive(pid), 5000);
    expect(await launchesOf(folder)).toEqual([]);
    expect(await cancel(folder, starting?.id ?? "")).toBe(false);
    expect(runs()).toEqual([]);
    kill();
    expect(await launchesOf(folder)).toEqual([]);
    await startsAgain(folder);
  });

  it("a process that is asked to stop in time says that it was cancelled and has begun nothing", async () => {
    const { folder, runs } = project();
    const { pid } = await window(folder, "noted");
    const [starting] = await launchesOf(folder);
    expect(await cancel(folder, starting?.id ?? "")).toBe(true);
    await until(() => !isAlive(pid), 5000);
    expect(runs()).toEqual([]);
  });

  it("a process that no signal reaches begins nothing when its note is gone", async () => {
    const { folder, runs } = project();
    mkdirSync(path.join(folder, ".preceptor"));
    const child = spawn(process.execPath, [
      cli,
      "iterate",
      "--project",
      folder,
      "--json",
      "--yes",
      "--secrets-on-stdin",
    ]);
    let printed = "";
    child.stdout.on("data", (text: Buffer) => (printed += text.toString()));
    child.stdin.end(`${JSON.stringify({ secrets: {}, launch: "taken-away" })}\n`);
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
    expect(JSON.parse(printed)).toMatchObject({ fault: { kind: "cancelled" } });
    expect(runs()).toEqual([]);
  });
});
