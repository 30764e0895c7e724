import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSplit, type ReadSplit } from "../../src/adapters/project/index.js";
import type { ConfigurationInput } from "../../src/engine/configuration/index.js";
import type { RunPlan } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { run } from "../cli/helpers.js";
import { remoteModel, runFolder, runHere, serveModels, stageRecords } from "../loop/support.js";
import { startFaultServer, type FaultServer } from "../support/faultServer.js";
import {
  makeProject,
  preceptor,
  readRecords,
  root,
  shortConfiguration,
  writeConfiguration,
} from "../support/project.js";

async function plan(folder: string, going: string | null = null, baseOnly = false): Promise<RunPlan["estimate"]> {
  const requests = handlersOf(new Projects(), () => undefined);
  const { signal } = new AbortController();
  const { problems, estimate } = await requests["runs/plan"]({ folder, run: going, baseOnly }, { signal });
  expect(problems.filter(({ kind }) => kind === "fault")).toEqual([]);
  return estimate;
}

/** Ledger of a run, by whether an answer was paid or stored. */
function ledger(folder: string, run: string, stored: boolean): { readonly key: unknown; readonly purpose: unknown }[] {
  const records = readRecords(path.join(runFolder(folder, run), "ledger.jsonl"));
  return records.flatMap(({ key, purpose, cached }) => (cached === stored ? [{ key, purpose }] : []));
}

/** Keys of the answers to a round's calls. */
function keysOfRound(folder: string, run: string, round: number, benchmark?: string): unknown[] {
  return stageRecords(folder, "1-instruct", "calls.jsonl", run)
    .filter((call) => call["round"] === round && (benchmark === undefined || call["benchmark"] === benchmark))
    .map(({ answer }) => answer);
}

/** Answers to a round's calls that a run found stored. */
function foundStored(folder: string, run: string, round: number): number {
  const stored = new Set(ledger(folder, run, true).map(({ key }) => key));
  return keysOfRound(folder, run, round).filter((key) => stored.has(key)).length;
}

/** Takes answers out of the cache, as if nobody had paid for them. */
function forget(folder: string, keys: readonly unknown[]): void {
  const answers = path.join(folder, ".preceptor", "answers");
  for (const name of readdirSync(answers)) {
    const kept = readRecords(path.join(answers, name)).filter(({ key }) => !keys.includes(key));
    writeFileSync(path.join(answers, name), kept.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  }
}

/** The run as it is when it ends in the middle of a stage. */
function cutAt(folder: string, run: string, stage: string, after: readonly string[]): void {
  const stages = path.join(runFolder(folder, run), "stages");
  rmSync(path.join(stages, stage, "manifest.json"));
  for (const name of after) rmSync(path.join(stages, name), { recursive: true });
}

function decide(folder: string, name: "triage" | "contrast", decision: object): void {
  mkdirSync(path.join(folder, "decisions"), { recursive: true });
  const line = { version: 1, by: "me", time: "2026-01-01T00:00:00Z", ...decision };
  writeFileSync(path.join(folder, "decisions", `${name}.jsonl`), `${JSON.stringify(line)}\n`);
}

const free = { calls: 0, tokens: 0, cost: 0 };

describe("the plan of a run after one that is done", () => {
  const configuration = shortConfiguration(["math", "choice"]);
  const two = { ...configuration, iterations: ["LEC", "LE"] } as ConfigurationInput;
  const project = makeProject(two);
  const { folder } = project;
  let firstRound: number;
  beforeAll(async () => {
    expect((await runHere(folder)).state.state).toBe("done");
    firstRound = keysOfRound(folder, "run-1", 0).length;
  }, 120_000);
  afterAll(() => project.remove());

  test("unchanged: nothing is left to ask, whoever answers, and that is what the run then does", async () => {
    const stored = (purpose: string): number =>
      ledger(folder, "run-1", false).filter((entry) => entry.purpose === purpose).length;
    const estimate = await plan(folder);
    expect(estimate).toMatchObject({ target: free, instructor: free, judge: free, cost: 0, most: 0, basis: "counted" });
    expect(estimate.instructor.stored).toBe(stored("instructor"));
    expect(estimate.target.stored).toBe(stored("target"));
    expect((await runHere(folder)).run).toBe("run-2");
    expect(ledger(folder, "run-2", false)).toEqual([]);
  });

  test("the command line counts the same, up to where it is asked to go, and everything anew with --fresh", async () => {
    const estimated = async (...options: readonly string[]): Promise<Record<string, unknown>> =>
      (await run(["iterate", "--estimate", "--project", folder, ...options])).document;
    const { target, instructor } = await plan(folder);
    const whole = await estimated();
    expect(whole).toMatchObject({ target: { calls: 0, stored: target.stored }, basis: "counted" });
    expect(whole).toMatchObject({ instructor: { calls: 0, stored: instructor.stored } });
    expect(await estimated("--until", "contrast")).toMatchObject({
      target: { calls: 0, stored: 2 * 24 },
      instructor: { calls: 0, stored: 0 },
    });
    expect(await estimated("--fresh")).toMatchObject({ target: { calls: target.stored, stored: 0 }, basis: "shares" });
    // A run that is done has nothing left, and none of its stages is counted again.
    const nothing = { calls: 0, stored: 0 };
    expect(await estimated("--run", "run-1")).toMatchObject({ target: nothing, instructor: nothing, cost: 0 });
    const { stdout } = await preceptor(["iterate", "--estimate", "--project", folder]);
    expect(stdout).toContain("counted from what runs recorded");
    expect(stdout).toContain(`0 calls · 0 tokens · $0.00 · ${target.stored} answers stored`);
  });

  test("cases come from where the window keeps them, each time anew: files may have changed since", async () => {
    let reads = 0;
    const read: ReadSplit = async (source) => {
      reads += 1;
      return readSplit(source);
    };
    const requests = handlersOf(new Projects(read), () => undefined);
    const { signal } = new AbortController();
    const splits: number[] = [];
    for (const going of [null, null, "run-1"]) {
      reads = 0;
      expect((await requests["runs/plan"]({ folder, run: going }, { signal })).problems).toEqual([]);
      splits.push(reads);
    }
    // Of two benchmarks the target and the evaluation.
    expect(splits).toEqual([4, 4, 4]);
  });

  test("a stage file of an older run that cannot be read keeps nobody from knowing the others", async () => {
    const file = path.join(runFolder(folder, "run-2"), "stages", "1-collect", "stage.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, "{");
    try {
      expect((await plan(folder)).instructor).toMatchObject(free);
    } finally {
      writeFileSync(file, text);
    }
  });

  test("with another template of one family, its calls are back and the others' stay", async () => {
    writeConfiguration(folder, configuration);
    const file = path.join(folder, "prompts", "mine.prompt");
    const shipped = readFileSync(path.join(root, "prompts", "clean-lec-math.prompt"), "utf8");
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, shipped.replace("---user---\n", "---user---\nTake your time.\n"));
    try {
      const { instructor, target, basis } = await plan(folder);
      const [math, choice] = ["demo-math", "demo-choice"].map((name) => keysOfRound(folder, "run-1", 0, name).length);
      expect(instructor.stored).toBe(choice);
      expect(instructor.calls).toBeGreaterThanOrEqual(math ?? Infinity);
      expect(instructor.tokens).toBeGreaterThan(0);
      // The base is as it was; what is trained on other samples is another checkpoint.
      expect(target).toMatchObject({ stored: 2 * (16 + 24), calls: 2 * 16 });
      expect(basis).toBe("errors");
    } finally {
      rmSync(file);
      writeConfiguration(folder, two);
    }
  });

  test("with a neighbour excluded, one call is left of the first round; with an error ignored, as many as the run asks", async () => {
    writeConfiguration(folder, configuration);
    try {
      const sets = stageRecords(folder, "1-contrast", "contrast.jsonl") as unknown as {
        readonly error: string;
        readonly neighbours: readonly { readonly key: string }[];
      }[];
      const [set] = sets;
      decide(folder, "contrast", { error: set?.error, neighbour: set?.neighbours[0]?.key, decision: "exclude" });
      const excluded = await plan(folder);
      expect(excluded.instructor.stored).toBe(firstRound - 1);
      expect(excluded.instructor.calls).toBeGreaterThanOrEqual(1);
      expect(excluded.basis).toBe("errors");
      const other = await runHere(folder, { until: "instruct" });
      expect(foundStored(folder, other.run, 0)).toBe(firstRound - 1);

      rmSync(path.join(folder, "decisions"), { recursive: true });
      decide(folder, "triage", { case: set?.error, decision: "ignored" });
      const { instructor } = await plan(folder);
      const ignoring = await runHere(folder, { until: "instruct" });
      expect(instructor.stored).toBe(foundStored(folder, ignoring.run, 0));
    } finally {
      rmSync(path.join(folder, "decisions"), { recursive: true, force: true });
      writeConfiguration(folder, two);
    }
  });

  test("one that goes on counts the calls that it made itself, and those that are missing", async () => {
    writeConfiguration(folder, configuration);
    cutAt(folder, "run-2", "1-instruct", ["1-gate", "1-train", "1-evaluate", "1-report"]);
    rmSync(runFolder(folder, "run-1"), { recursive: true });
    const whole = await plan(folder, "run-2");
    expect(whole).toMatchObject({ instructor: free, target: { calls: 2 * 16, stored: 0 }, basis: "counted" });
    const keys = keysOfRound(folder, "run-2", 0).slice(0, 3);
    forget(folder, keys);
    const { instructor, basis } = await plan(folder, "run-2");
    expect(instructor.stored).toBe(whole.instructor.stored - 3);
    expect(instructor.calls).toBeGreaterThanOrEqual(3);
    expect(basis).toBe("errors");
  });
});

describe("a plan with models of servers", () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await serveModels();
  });
  afterAll(() => server.close());

  test("a model without a revision shares no answers between runs, and has its own when a run goes on", async () => {
    const configuration = shortConfiguration(["math"]);
    const instructor = remoteModel(server, "instructor", { revision: null });
    const project = makeProject({
      ...configuration,
      models: { ...configuration.models, instructor },
    });
    const { folder } = project;
    try {
      await runHere(folder, { until: "instruct" });
      const first = keysOfRound(folder, "run-1", 0).length;
      const anew = await plan(folder);
      expect(anew.instructor.stored).toBe(0);
      expect(anew.instructor.calls).toBeGreaterThanOrEqual(first);
      expect(anew.basis).toBe("errors");
      cutAt(folder, "run-1", "1-instruct", []);
      const again = await plan(folder, "run-1");
      expect(again.instructor).toMatchObject(free);
      expect(again.instructor.stored).toBeGreaterThanOrEqual(first);
    } finally {
      project.remove();
    }
  });

  test("verdicts of a judge are stored like any other answer", async () => {
    const judging = await startFaultServer({
      answer: async ({ model }) => (model === "student" ? "It must be 4." : "They agree.\nVerdict: right"),
    });
    const configuration = shortConfiguration(["math"]);
    const entry = configuration.benchmarks["demo-math"];
    const price = { input: 1, output: 1 };
    const project = makeProject({
      ...configuration,
      benchmarks: { "demo-math": { ...entry, judged: true } },
      models: {
        student: remoteModel(judging, "student", { price }),
        instructor: remoteModel(judging, "instructor", { price }),
      },
    } as ConfigurationInput);
    const { folder } = project;
    try {
      expect(await plan(folder, null, true)).toMatchObject({ target: { calls: 16 }, judge: { calls: 16, stored: 0 } });
      await runHere(folder, { until: "evaluate", iterations: 0 });
      const { target, judge } = await plan(folder, null, true);
      expect([target, judge]).toEqual(Array(2).fill({ ...free, stored: 16 }));
      // Nobody is asked to agree where nothing is left to pay.
      const asked = judging.received.length;
      expect(await run(["evaluate", "--project", folder])).toMatchObject({ code: 0 });
      expect(judging.received.length).toBe(asked);
      expect(await run(["evaluate", "--project", folder, "--fresh"])).toMatchObject({ code: 3 });
      // With the template of the judge another one, everything is judged again.
      mkdirSync(path.join(folder, "prompts"), { recursive: true });
      const shipped = readFileSync(path.join(root, "prompts", "judge.prompt"), "utf8");
      writeFileSync(
        path.join(folder, "prompts", "judge.prompt"),
        shipped.replace("---user---\n", "---user---\nLook twice.\n"),
      );
      expect(await plan(folder, null, true)).toMatchObject({ target: free, judge: { calls: 16, stored: 0 } });
    } finally {
      await judging.close();
      project.remove();
    }
  });
});
