import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { start, until } from "../cli/helpers.js";
import { makeProject, preceptor, readRecords, resultsOf, shortConfiguration } from "../support/project.js";
import { remoteModel, runFolder, serveModels } from "./support.js";

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});

function project(configuration: ReturnType<typeof shortConfiguration>): string {
  const each = makeProject(configuration);
  made.push(each);
  return each.folder;
}

/** The results of a run without its name, which reports have. */
function namelessResults(folder: string, run: string): string {
  return JSON.stringify(resultsOf(folder, run), null, 1).replaceAll(run, "this run");
}

const iterate = (folder: string): string[] => ["iterate", "--project", folder, "--yes", "--json"];

it("two runs of a project that begin in the same moment have results as if each had been alone", async () => {
  const configuration = shortConfiguration(["math", "code"]);
  const [folder, alone] = [project(configuration), project(configuration)];
  const both = await Promise.all([1, 2].map(async () => start(iterate(folder)).finished));
  expect(
    both.map(({ code }) => code),
    both.map(({ stderr }) => stderr).join("\n"),
  ).toEqual([0, 0]);
  expect(readdirSync(path.join(folder, ".preceptor", "runs")).sort()).toEqual(["run-1", "run-2"]);

  // One after the other: the second one finds all answers of the first.
  for (const _ of [1, 2]) expect((await preceptor(iterate(alone))).code).toBe(0);
  const expected = namelessResults(alone, "run-1");
  expect(Object.keys(resultsOf(alone, "run-1")).length).toBeGreaterThan(10);
  for (const run of ["run-1", "run-2"]) expect(namelessResults(folder, run) === expected, run).toBe(true);
  expect(namelessResults(alone, "run-2") === expected).toBe(true);
}, 120_000);

it("a run beside another one asks nothing that the other has an answer to", async () => {
  const latencyMs = 250;
  const arrivals = new Map<string, number[]>();
  const server = await serveModels({
    latencyMs,
    intercept: ({ body }) => {
      const key = JSON.stringify(body);
      arrivals.set(key, [...(arrivals.get(key) ?? []), performance.now()]);
      return false;
    },
  });
  try {
    const { models, ...configuration } = shortConfiguration(["math", "choice"]);
    const instructor = remoteModel(server, "instructor", { limits: { concurrency: 2 } });
    const folder = project({ ...configuration, models: { ...models, instructor } });
    const first = start(iterate(folder));
    // Far enough to have answers, and not through.
    await until(() => server.received.length >= 6);
    const second = start(iterate(folder));
    expect((await first.finished).code).toBe(0);
    expect((await second.finished).code).toBe(0);
    expect(existsSync(path.join(runFolder(folder, "run-2"), "stages", "1-report", "report.json"))).toBe(true);
    expect(namelessResults(folder, "run-2") === namelessResults(folder, "run-1")).toBe(true);

    // Twice at most, and then while the first request was on its way or its answer too new to be looked for.
    const repeated = [...arrivals.values()].filter((times) => times.length > 1);
    console.log(`${arrivals.size} requests, ${repeated.length} of them by both runs.`);
    for (const [one = 0, two = 0, ...more] of repeated) {
      expect(more).toEqual([]);
      expect(two - one).toBeLessThan(latencyMs + 1500);
    }
    // Without the answers of the other it would be all that were not there when the second run began.
    expect(repeated.length).toBeLessThan(0.7 * arrivals.size);
    const stored = readRecords(path.join(runFolder(folder, "run-2"), "ledger.jsonl")).filter(({ cached }) => cached);
    expect(stored.length).toBeGreaterThan(40);
  } finally {
    await server.close();
  }
}, 120_000);
