import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Fault } from "../../src/engine/fault.js";
import { preceptor, readRecords, resultsOf, shortConfiguration } from "../support/project.js";
import { canMount, system } from "../store/support.js";
import { faultOf, leftovers } from "./leftovers.js";
import { remoteModel, runFolder, runHere, serveModels, stagesOf } from "./support.js";

const { cleanups, projectOf } = leftovers();
// Of hooks the last one is first: what takes things away waits in real time.
afterEach(() => void vi.useRealTimers());

const skipped = !canMount();
const why = "(skipped unless root may mount a tmpfs)";

const project = (configuration = shortConfiguration(["math"])): string => projectOf(configuration);

/** Puts the store of a project on a file system of its own. */
function mountStore(folder: string, options: string): { readonly remount: (change: string) => void } {
  const store = path.join(folder, ".preceptor");
  mkdirSync(store);
  if (!system("mount", "-t", "tmpfs", "-o", options, "tmpfs", store)) throw new Error("mount failed");
  cleanups.push(() => void system("umount", "-l", store));
  return {
    remount: (change) => {
      if (!system("mount", "-o", `remount,${change}`, store)) throw new Error("remount failed");
    },
  };
}

describe.skipIf(skipped)(`a disk that runs full ${why}`, () => {
  it("stops the run with a clear fault wherever it is; with more space it goes on, and nothing is lost", async () => {
    const server = await serveModels();
    cleanups.push(() => server.close());
    const short = shortConfiguration(["math"]);
    const instructor = remoteModel(server, "instructor", { limits: { concurrency: 2 } });
    const configuration = { ...short, models: { ...short.models, instructor } };
    const undisturbed = project(configuration);
    await runHere(undisturbed);
    const needed = server.received.length;

    const folder = project(configuration);
    let kilobytes = 24;
    const { remount } = mountStore(folder, `size=${kilobytes}k`);
    const stopped: string[] = [];
    for (let state = ""; state !== "done";) {
      const begun = existsSync(runFolder(folder));
      const outcome: unknown = await runHere(folder, begun ? { run: "run-1" } : {}).then(
        (ran) => ran.state.state,
        (thrown: unknown) => thrown,
      );
      if (typeof outcome === "string") state = outcome;
      else {
        expect(outcome).toBeInstanceOf(Fault);
        if (!(outcome instanceof Fault)) break;
        // A training job tells of its own files.
        expect(["storage", "training"]).toContain(outcome.kind);
        expect(outcome.describe()).toMatch(/\.preceptor[^]*The disk is full\.[^]*Free space/u);
        stopped.push(path.basename(outcome.details.file ?? ""));
        kilobytes += 56;
        remount(`size=${kilobytes}k`);
      }
      expect(kilobytes).toBeLessThan(4_000);
    }
    expect(stopped.length).toBeGreaterThan(3);
    expect(new Set(stopped).size).toBeGreaterThan(1);
    expect(resultsOf(folder, "run-1")).toEqual(resultsOf(undisturbed, "run-1"));
    // What was under way when the disk was full could not be kept, and nothing else is asked again.
    expect(server.received.length - needed).toBeLessThanOrEqual(needed + 2 * 2 * stopped.length);
    const entries = readRecords(path.join(runFolder(folder), "ledger.jsonl")).map(({ key }) => key);
    expect(entries.length).toBe(new Set(entries).size);
    expect(entries.length).toBe(readRecords(path.join(runFolder(undisturbed), "ledger.jsonl")).length);
  }, 180_000);

  it("is told by the command line in a few lines, without a stack trace", async () => {
    const folder = project();
    mountStore(folder, "size=64k");
    const { code, stderr, stdout } = await preceptor(["iterate", "--yes", "--project", folder]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/The disk is full\.[^]*Free space/u);
    expect(stderr + stdout).not.toMatch(/\n\s+at /u);
  });
});

describe.skipIf(skipped)(`a store that became read-only ${why}`, () => {
  it("can still be looked at; a run is refused with what to do", async () => {
    const folder = project();
    const { remount } = mountStore(folder, "size=8m");
    expect((await runHere(folder)).state.state).toBe("done");
    remount("ro");
    const fault = await faultOf(runHere(folder, { run: "run-1" }));
    expect(fault).toMatchObject({ kind: "storage", details: { found: "EROFS" } });
    for (const command of ["status", "report"]) {
      const { code, stderr } = await preceptor([command, "--json", "--project", folder]);
      expect(code, `${command}: ${stderr}`).toBe(0);
    }
  });
});

describe("two runners", () => {
  it("never share a run: the second is told who holds it, and the first ends as if alone", async () => {
    const server = await serveModels({ latencyMs: 20 });
    cleanups.push(() => server.close());
    const short = shortConfiguration(["math"]);
    const configuration = { ...short, models: { ...short.models, instructor: remoteModel(server, "instructor") } };
    const [folder, alone] = [project(configuration), project(configuration)];
    const first = runHere(folder);
    await vi.waitFor(() => expect(server.received.length).toBeGreaterThan(0), { timeout: 30_000, interval: 2 });
    const fault = await faultOf(runHere(folder, { run: "run-1" }));
    expect(fault.kind).toBe("locked");
    expect(fault.describe()).toContain(String(process.pid));
    expect((await first).state.state).toBe("done");
    await runHere(alone);
    expect(resultsOf(folder, "run-1")).toEqual(resultsOf(alone, "run-1"));
  });

  it("that start at once get a run each and go side by side", async () => {
    const server = await serveModels({ latencyMs: 5 });
    cleanups.push(() => server.close());
    const short = shortConfiguration(["math"]);
    const configuration = { ...short, models: { ...short.models, instructor: remoteModel(server, "instructor") } };
    const folder = project(configuration);
    const both = await Promise.all([runHere(folder), runHere(folder)]);
    expect(both.map(({ state }) => state.state)).toEqual(["done", "done"]);
    expect(both.map(({ run }) => run).sort()).toEqual(["run-1", "run-2"]);
    const [samples, again] = ["run-1", "run-2"].map((run) => resultsOf(folder, run)["1-gate/samples.jsonl"]);
    expect(again).toEqual(samples);
  });
});

describe("a clock that is set back", () => {
  it("changes nothing, between two runners and while one works", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2030-06-01T00:00:00Z") });
    const [folder, steady] = [project(), project()];
    await runHere(steady);
    await runHere(folder, { until: "collect" });
    vi.setSystemTime(new Date("2029-01-01T00:00:00Z"));
    let steps = 0;
    const { state, events } = await runHere(folder, {
      run: "run-1",
      change: (services) => ({
        ...services,
        watcher: {
          ...services.watcher,
          progress: () => {
            steps += 1;
            if (steps % 10 === 0) vi.setSystemTime(new Date(Date.now() - 3_600_000));
          },
        },
      }),
    });
    expect(state.state).toBe("done");
    expect(steps).toBeGreaterThan(20);
    expect(stagesOf({ events }, "stage-reused")).toEqual(["1-select", "1-collect"]);
    expect(resultsOf(folder, "run-1")).toEqual(resultsOf(steady, "run-1"));
    const journal = readRecords(path.join(runFolder(folder), "journal.jsonl"));
    expect(journal.map(({ sequence }) => sequence)).toEqual(journal.map((_, index) => index + 1));
    expect(journal.at(-1)).toMatchObject({ type: "run-done" });
  });
});
