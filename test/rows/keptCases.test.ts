import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  allCases,
  environmentSecrets,
  KeptCases,
  loadProjectBenchmarks,
  openProject,
  type Project,
} from "../../src/adapters/project/index.js";
import { makeProject, shortConfiguration, temporaryFolder } from "../support/project.js";

const made = makeProject(shortConfiguration(["math", "choice", "code"]));
const { folder } = made;
const storage = temporaryFolder();
const kept = path.join(storage.folder, "cases");
let project: Project;
beforeAll(async () => {
  project = await openProject(folder, environmentSecrets({}));
});
afterAll(() => {
  made.remove();
  storage.remove();
});

const load = async (code: string) => loadProjectBenchmarks(project, allCases, new KeptCases(kept, code).read);
const files = (): string[] => (existsSync(kept) ? readdirSync(kept).filter((name) => name.endsWith(".json")) : []);
const marked = "Nobody asks this?";
/** Puts a mark into every kept question, so that whoever reads them shows it. */
const mark = (): void => {
  for (const name of files()) {
    const file = path.join(kept, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(/"question":"/gu, `$&${marked}`));
  }
};
const shows = async (code: string): Promise<number> => {
  const { benchmarks } = await load(code);
  const cases = benchmarks.flatMap(({ target, evaluation }) => [...target, ...evaluation]);
  return cases.filter(({ question }) => question.startsWith(marked)).length / cases.length;
};

it("cases are read from what was kept as long as files and code are what they were", async () => {
  const plain = await loadProjectBenchmarks(project);
  expect(await load("one")).toEqual(plain);
  // Of each of the three benchmarks its target and its evaluation.
  await expect.poll(() => files().length).toBe(6);
  expect(await load("one")).toEqual(plain);

  mark();
  expect(await shows("one")).toBe(1);
  expect(await shows("other code")).toBe(0);
  await expect
    .poll(() => files().filter((name) => readFileSync(path.join(kept, name), "utf8").includes(marked)))
    .toEqual([]);

  mark();
  const changed = path.join(folder, "benchmarks", "demo-math", "target.jsonl");
  appendFileSync(changed, "\n");
  const share = await shows("other code");
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(1);

  for (const name of files()) {
    const file = path.join(kept, name);
    writeFileSync(file, readFileSync(file).subarray(0, 2000));
  }
  expect(await load("other code")).toEqual(plain);
});

it("a folder that cannot be written to costs the time only", async () => {
  const inside = path.join(storage.folder, "a-file");
  writeFileSync(inside, "");
  const read = new KeptCases(path.join(inside, "cases"), "one").read;
  expect((await loadProjectBenchmarks(project, allCases, read)).benchmarks).toHaveLength(3);
});
