import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configurationFile } from "../../src/adapters/project/index.js";
import { workerContract, type RunPlan, type RunView } from "../../src/protocol/worker/index.js";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import type { RunsChange } from "../../src/worker/runs/watched.js";
import { start, until } from "../cli/helpers.js";
import { makeProject, preceptor, readRecords, shortConfiguration, writeConfiguration } from "../support/project.js";

const call = { signal: new AbortController().signal };

/** A worker without its thread: its requests as functions, and what it said unasked. */
function worker(): { requests: ReturnType<typeof handlersOf>; said: RunsChange[] } {
  const said: RunsChange[] = [];
  const requests = handlersOf(new Projects(), (_name, change) => {
    if ("runs" in change) said.push(change);
  });
  return { requests, said };
}

async function list(folder: string): Promise<RunView[]> {
  return (await worker().requests["runs/list"]({ folder }, call)).runs;
}

async function plan(folder: string, run: string | null = null): Promise<RunPlan> {
  return worker().requests["runs/plan"]({ folder, run }, call);
}

function kinds({ problems }: RunPlan): string[] {
  return problems.map(({ kind }) => kind);
}

describe("runs of a project", () => {
  const configuration = shortConfiguration(["math"]);
  const project = makeProject(configuration);
  const { folder } = project;
  const runs = path.join(folder, ".preceptor", "runs");
  afterAll(() => project.remove());

  test("before the first run, the plan says what it will do and cost, and writes nothing", async () => {
    expect(await list(folder)).toEqual([]);
    const planned = await plan(folder);
    expect(planned).toMatchObject({ run: null, running: [], problems: [] });
    expect(planned.stages.map(({ iteration, stage, plan: what }) => `${iteration} ${stage} ${what}`)).toEqual([
      "0 evaluate run",
      "1 select run",
      ...["collect", "contrast", "instruct", "gate", "train", "evaluate", "report"].map((stage) => `1 ${stage} wait`),
    ]);
    // 16 cases are evaluated twice, 24 are collected.
    expect(planned.estimate).toMatchObject({ target: { calls: 56, cost: 0 }, cost: 0, measured: false, seconds: null });
    expect(await list(folder)).toEqual([]);
  });

  describe("with one that is done", () => {
    beforeAll(async () => {
      const { code, stderr } = await preceptor(["iterate", "--project", folder, "--yes", "--json"]);
      expect(code, stderr).toBe(0);
    });

    test("is listed with its stages, counts, cost, time and accuracy", async () => {
      const [run, ...others] = await list(folder);
      expect(others).toEqual([]);
      expect(run).toMatchObject({ id: "run-1", state: "done", target: "student", need: null, fault: null });
      expect(run?.runner).toBeGreaterThan(0);
      expect(run?.spent.calls).toBeGreaterThan(50);
      expect(run?.seconds).toBeGreaterThan(0);
      expect(run?.iterations.map(({ iteration, strategy }) => [iteration, strategy])).toEqual([
        [0, null],
        [1, "LEC"],
      ]);
      expect(run?.iterations.flatMap(({ stages }) => stages).map(({ state }) => state)).toEqual(Array(9).fill("done"));
      // Every paid answer says which stage asked for it.
      const asked = readRecords(path.join(runs, "run-1", "ledger.jsonl")).map(({ stage }) => stage);
      expect(new Set(asked)).toEqual(new Set(["0-evaluate", "1-collect", "1-instruct", "1-evaluate"]));
      expect(asked.filter((stage) => stage === "1-collect")).toHaveLength(24);
      const collect = run?.iterations[1]?.stages[1];
      expect(collect?.counts["asked"]).toBe(24);
      const report = JSON.parse(
        readFileSync(path.join(runs, "run-1", "stages", "1-report", "report.json"), "utf8"),
      ) as {
        benchmarks: { accuracies: { accuracy: number }[] }[];
      };
      const [before, after] = report.benchmarks[0]?.accuracies ?? [];
      expect(run?.iterations[1]?.accuracy).toEqual({ before: before?.accuracy, after: after?.accuracy });
    });

    test("its training is a job with loss and a checkpoint", async () => {
      const { jobs } = await worker().requests["hosts/jobs"]({ folder }, call);
      expect(jobs).toMatchObject([{ run: "run-1", iteration: 1, state: "done" }]);
      expect(jobs[0]?.step).toBe(jobs[0]?.steps);
      expect(jobs[0]?.loss).toBeGreaterThan(0);
      expect(jobs[0]?.checkpoint?.bytes).toBeGreaterThan(1000);
      expect(statSync(jobs[0]?.checkpoint?.file ?? "").size).toBe(jobs[0]?.checkpoint?.bytes);
    });

    test("the next run's plan has nothing left to ask, and says what an earlier run measured", async () => {
      const { estimate } = await plan(folder);
      const calls = readRecords(path.join(runs, "run-1", "stages", "1-instruct", "calls.jsonl")).length;
      expect(calls).toBeGreaterThan(0);
      // 16 answers of the base, 24 collected ones, and 16 of the checkpoint that the same samples train again.
      expect(estimate.target).toEqual({ calls: 0, tokens: 0, cost: 0, stored: 56 });
      expect(estimate.instructor).toEqual({ calls: 0, tokens: 0, cost: 0, stored: calls });
      expect(estimate).toMatchObject({ basis: "counted", cost: 0, most: 0, measured: true });
      expect(estimate.seconds).toBeGreaterThan(0);
      const collect = (await list(folder))[0]?.iterations[1]?.stages[1]?.counts;
      expect(estimate.errorShare).toBeCloseTo((collect?.["errors"] ?? 0) / 24);
    });

    test("going on with it does nothing, until the configuration changes", async () => {
      expect((await plan(folder, "run-1")).stages.filter(({ plan: what }) => what !== "done")).toEqual([]);
      writeConfiguration(folder, { ...configuration, quota: 17 });
      try {
        const planned = await plan(folder, "run-1");
        const open = planned.stages.filter(({ plan: what }) => what !== "done").map(({ stage }) => stage);
        expect(open).toEqual(["instruct", "gate", "train", "evaluate", "report"]);
        expect(planned.stages.find(({ plan: what }) => what === "run")?.reasons.join()).toContain("quota");
        expect(planned.estimate.target.calls).toBe(16);
      } finally {
        writeConfiguration(folder, configuration);
      }
    });

    test("a folder that a newer program wrote, or a person, is shown as what it is and stops nothing", async () => {
      mkdirSync(path.join(runs, "run-9"));
      writeFileSync(
        path.join(runs, "run-9", "journal.jsonl"),
        `${JSON.stringify({ version: 2, sequence: 1, time: "2026-01-01T00:00:00Z", type: "run-running" })}\n`,
      );
      mkdirSync(path.join(runs, "by-hand"));
      cpSync(path.join(runs, "run-1", "stages"), path.join(runs, "copied", "stages"), { recursive: true });
      try {
        const [newer, one, copied, empty] = await list(folder);
        expect(newer).toMatchObject({ id: "run-9", state: "unreadable", fault: { kind: "storage" } });
        expect(newer?.fault?.message).toContain("newer Preceptor");
        expect(one).toMatchObject({ id: "run-1", state: "done" });
        expect(copied).toMatchObject({ id: "copied", state: "new" });
        expect(copied?.iterations[1]?.stages[1]).toMatchObject({ stage: "collect", state: "done" });
        expect(empty).toMatchObject({ id: "by-hand", state: "new", iterations: [] });
      } finally {
        for (const name of ["run-9", "by-hand", "copied"]) rmSync(path.join(runs, name), { recursive: true });
      }
    });
  });

  test("a broken project is a problem of the plan, by name", async () => {
    const broken = makeProject({ ...configuration, benchmarks: {} });
    try {
      await expect(plan(broken.folder)).rejects.toThrow();
      writeConfiguration(broken.folder, configuration);
      rmSync(path.join(broken.folder, "benchmarks"), { recursive: true });
      const planned = await plan(broken.folder);
      expect(kinds(planned)).toEqual(["fault"]);
    } finally {
      broken.remove();
    }
  });

  test("an evaluation of the base asks the target alone: its calls, and what only a teacher would need is no problem", async () => {
    const other = makeProject({
      ...configuration,
      models: {
        ...configuration.models,
        teacher: { provider: "openai", endpoint: "http://127.0.0.1:9/v1", name: "t", apiKey: "${secret:NOBODY_HAS}" },
      },
      instructor: "teacher",
      review: true,
    });
    try {
      expect(kinds(await plan(other.folder))).toEqual(["secret", "price", "review"]);
      const base = await worker().requests["runs/plan"]({ folder: other.folder, run: null, baseOnly: true }, call);
      expect(base).toMatchObject({
        problems: [],
        estimate: { target: { calls: 16 }, instructor: { calls: 0 }, cost: 0 },
        stages: [{ iteration: 0, stage: "evaluate", plan: "run" }],
      });
    } finally {
      other.remove();
    }
  });

  test("files of a known benchmark that are missing can be downloaded: that is the problem, not a fault", async () => {
    const bare = makeProject({ ...configuration, benchmarks: { gsm8k: { use: "gsm8k", domain: "in" } } });
    try {
      const { problems, stages } = await plan(bare.folder);
      expect(problems).toMatchObject([{ kind: "files", benchmarks: [{ name: "gsm8k", licence: "MIT" }] }]);
      expect(workerContract.requests["runs/plan"].result.shape.problems.safeParse(problems).success).toBe(true);
      expect(stages).toEqual([]);
    } finally {
      bare.remove();
    }
  });

  test("so is a broken template, with its file, as long as it would be used", async () => {
    const broken = makeProject(configuration);
    try {
      const file = path.join(broken.folder, "prompts", "mine.prompt");
      mkdirSync(path.dirname(file));
      writeFileSync(
        file,
        "---\nversion: 1\nstrategy: LE\nfamily: math\nset: clean\nformat: json\n---\n---user---\n{{ respons }}\n",
      );
      expect((await plan(broken.folder)).problems).toMatchObject([
        { kind: "fault", fault: { kind: "template", file, message: expect.stringContaining("respons") as string } },
      ]);
    } finally {
      broken.remove();
    }
  });

  test("missing keys, unknown prices, a small budget and outside training are told before the start", async () => {
    const remote = (change: object): object => ({
      provider: "openai",
      endpoint: "http://127.0.0.1:9/v1",
      name: "some-model",
      ...change,
    });
    const other = makeProject({
      ...configuration,
      models: {
        student: remote({ apiKey: "${secret:NOBODY_HAS_THIS}", price: { input: 50, output: 50 } }),
        instructor: remote({}),
      } as typeof configuration.models,
      budget: { amount: 0.001 },
      review: true,
    });
    try {
      expect(kinds(await plan(other.folder))).toEqual(["secret", "price", "review", "training"]);
      // Who is not asked stands in nobody's way.
      writeConfiguration(other.folder, {
        ...configuration,
        models: {
          ...configuration.models,
          spare: remote({ apiKey: "${secret:NOBODY_HAS_THIS}" }),
        } as typeof configuration.models,
      });
      expect((await plan(other.folder)).problems).toEqual([]);
      writeConfiguration(other.folder, {
        ...configuration,
        models: { ...configuration.models, judge: remote({}) } as typeof configuration.models,
        judge: "judge",
      });
      expect((await plan(other.folder)).problems).toEqual([]);
      const both = shortConfiguration(["math", "choice"]).benchmarks;
      const { selection: _, target: __, ...choice } = both["demo-choice"] ?? {};
      writeConfiguration(other.folder, {
        ...configuration,
        benchmarks: { ...both, "demo-choice": { ...choice, judged: true, domain: "out" } },
        models: { ...configuration.models, judge: remote({ price: { input: 100, output: 100 } }) },
        judge: "judge",
      } as typeof configuration);
      const planned = await plan(other.folder);
      expect(planned.problems).toEqual([]);
      const judged = planned.estimate;
      // 16 cases are evaluated twice.
      expect(judged.judge.calls).toBe(32);
      expect(judged.cost).toBeGreaterThan(0);
      expect(judged.cost).toBe(judged.judge.cost);
      writeConfiguration(other.folder, {
        ...configuration,
        models: {
          student: remote({ price: { input: 50, output: 50 } }),
          instructor: { provider: "builtin", name: "instructor" },
        } as typeof configuration.models,
        budget: { amount: 0.001 },
      });
      expect((await plan(other.folder)).problems).toEqual([
        { kind: "budget", cap: 0.001, spent: 0 },
        { kind: "training" },
      ]);
      // Nothing was kept yet: as many rounds as the project allows may follow.
      writeConfiguration(other.folder, {
        ...configuration,
        rounds: 3,
        models: {
          student: { provider: "builtin", name: "student" },
          instructor: remote({ price: { input: 50, output: 50 } }),
        } as typeof configuration.models,
      });
      const { cost, most } = (await plan(other.folder)).estimate;
      expect(most).toBeCloseTo(3 * (cost ?? 0));
    } finally {
      other.remove();
    }
  });

  test("errors that look like artefacts are counted until somebody decides", async () => {
    const responses = path.join(runs, "run-1", "stages", "1-collect", "responses.jsonl");
    const lines = readFileSync(responses, "utf8").trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line) as { key: string; correct: boolean; artefact: unknown });
    const wrong = records.filter(({ correct }) => !correct).slice(0, 2);
    for (const record of wrong) record.artefact = { reason: "extraction", evidence: "The answer is there." };
    writeFileSync(responses, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    try {
      expect((await plan(folder)).problems).toEqual([
        { kind: "artefacts", run: "run-1", benchmark: "demo-math", cases: 2 },
      ]);
      const decision = {
        version: 1,
        case: wrong[0]?.key,
        decision: "artefact",
        by: "me",
        time: "2026-01-01T00:00:00Z",
      };
      mkdirSync(path.join(folder, "decisions"), { recursive: true });
      appendFileSync(path.join(folder, "decisions", "triage.jsonl"), `${JSON.stringify(decision)}\n`);
      expect((await plan(folder)).problems).toMatchObject([{ kind: "artefacts", cases: 1 }]);
    } finally {
      writeFileSync(responses, `${lines.join("\n")}\n`);
      rmSync(path.join(folder, "decisions"), { recursive: true, force: true });
    }
  });
});

describe("a run that goes on", () => {
  const project = makeProject(shortConfiguration(["math", "choice"], { iterations: ["LEC", "LE"] }));
  const { folder } = project;
  afterAll(() => project.remove());

  test("is told at most four times a second, can be cancelled, and goes on", async () => {
    const { requests, said } = worker();
    const times: number[] = [];
    const push = said.push.bind(said);
    said.push = (...changes) => {
      times.push(performance.now());
      return push(...changes);
    };
    expect(await requests["runs/watch"]({ folder }, call)).toEqual({ runs: [], launches: [] });
    const first = start(["iterate", "--project", folder, "--yes", "--json"]);
    const latest = (): RunView | undefined => said.flatMap(({ runs }) => runs).findLast(({ id }) => id === "run-1");
    await until(() => latest()?.state === "running" && latest()?.runner === first.pid);
    expect((await plan(folder)).running).toEqual(["run-1"]);
    await until(() => latest()?.iterations[1]?.stages.some(({ state }) => state === "done") === true);
    expect(await requests["runs/cancel"]({ folder, run: "run-1" }, call)).toEqual({ cancelled: true });
    expect((await first.finished).code).toBe(130);
    await until(() => latest()?.state === "cancelled");
    const cancelled = latest();
    expect(cancelled?.iterations[2]?.stages.every(({ state }) => state === "planned")).toBe(true);

    const second = start(["resume", "run-1", "--project", folder, "--yes", "--json"]);
    expect((await second.finished).code).toBe(0);
    await until(() => latest()?.state === "done");
    expect(latest()?.ended).toBeGreaterThan(cancelled?.ended ?? 0);
    expect(latest()?.iterations[1]?.stages[0]?.state).toBe("reused");
    // A stage that nobody could see at work is still done in the end.
    expect(latest()?.iterations[2]?.stages.every(({ state }) => state === "done")).toBe(true);
    expect(await requests["runs/cancel"]({ folder, run: "run-1" }, call)).toEqual({ cancelled: false });

    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(200);

    rmSync(path.join(folder, ".preceptor", "runs", "run-1"), { recursive: true });
    await until(() => said.at(-1)?.order.length === 0);
    await requests["runs/unwatch"]({ folder }, call);
  });

  test("the project's file may break meanwhile: runs are shown, the plan says what is wrong", async () => {
    writeFileSync(path.join(folder, configurationFile), "{ not json");
    expect(await list(folder)).toEqual([]);
    await expect(plan(folder)).rejects.toThrow(/JSON|preceptor/u);
  });
});

describe("the demo's project", () => {
  test("is made once; what a person did in it is kept", async () => {
    const project = makeProject(shortConfiguration(["math"]));
    const { folder } = project;
    try {
      const target = path.join(folder, "demo");
      const { requests } = worker();
      expect(await requests["demo/prepare"]({ folder: target }, call)).toEqual({ folder: target, made: true });
      writeFileSync(path.join(target, "decisions.txt"), "mine");
      expect(await requests["demo/prepare"]({ folder: target }, call)).toEqual({ folder: target, made: false });
      expect(readFileSync(path.join(target, "decisions.txt"), "utf8")).toBe("mine");
      expect((await plan(target)).stages.length).toBe(17);
      await expect(requests["demo/prepare"]({ folder }, call)).rejects.toThrow("not empty");
    } finally {
      project.remove();
    }
  });
});
