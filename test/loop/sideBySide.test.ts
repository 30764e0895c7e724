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

it("a run beside another one asks nothing that the other has asked", async () => {
  const latencyMs = 250;
  const asked = new Map<string, number>();
  const server = await serveModels({
    latencyMs,
    intercept: ({ body }) => {
      const key = JSON.stringify(body);
      asked.set(key, (asked.get(key) ?? 0) + 1);
      return false;
    },
  });
  try {
    const { models, ...configuration } = shortConfiguration(["math", "choice"]);
    const instructor = remoteModel(server, "instructor", { limits: { concurrency: 2 } });
    const folder = project({ ...configuration, models: { ...models, instructor } });
    const first = start(iterate(folder));
    // Far enough to have answers, and not through: the second run soon asks in step with it.
    await until(() => server.received.length >= 6);
    const second = start(iterate(folder));
    expect((await first.finished).code).toBe(0);
    expect((await second.finished).code).toBe(0);
    expect(existsSync(path.join(runFolder(folder, "run-2"), "stages", "1-report", "report.json"))).toBe(true);
    expect(namelessResults(folder, "run-2") === namelessResults(folder, "run-1")).toBe(true);

    expect(Math.max(...asked.values())).toBe(1);
    expect(readdirSync(path.join(folder, ".preceptor", "claims"))).toEqual([]);
    const stored = readRecords(path.join(runFolder(folder, "run-2"), "ledger.jsonl")).filter(({ cached }) => cached);
    expect(stored.length).toBeGreaterThan(40);
  } finally {
    await server.close();
  }
}, 120_000);
