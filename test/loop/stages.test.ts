import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Fault } from "../../src/engine/fault.js";
import { families, type Family } from "../../src/engine/families/index.js";
import { strategies, strategyNamed, type Strategy } from "../../src/engine/instructor/index.js";
import { startFaultServer, type FaultServer, type FaultServerOptions } from "../support/faultServer.js";
import { readRecords, resultsOf, root, shortConfiguration, writeConfiguration } from "../support/project.js";
import { leftovers } from "./leftovers.js";
import { remoteModel, runFolder, runHere, serveModels, stageRecords, stagesOf } from "./support.js";

const { cleanups, projectOf } = leftovers();

async function serveWith(answer: FaultServerOptions["answer"]): Promise<FaultServer> {
  const server = await startFaultServer({ answer });
  cleanups.push(() => server.close());
  return server;
}

async function serve(): Promise<FaultServer> {
  const server = await serveModels();
  cleanups.push(() => server.close());
  return server;
}

const whole = ["select", "collect", "contrast", "instruct", "gate", "train", "evaluate", "report"];
const ofIteration = (iteration: number, stages = whole): string[] => stages.map((stage) => `${iteration}-${stage}`);

describe("a stage runs again only when something that it reads has changed", () => {
  it("another k: contrast and what follows, from the neighbours that are stored", async () => {
    const configuration = shortConfiguration(["math", "choice"], { contrast: { k: 1 } });
    const folder = projectOf(configuration);
    const first = await runHere(folder);
    expect(stagesOf(first, "stage-started")).toEqual(["0-evaluate", ...ofIteration(1)]);
    const searched = stageRecords(folder, "1-contrast", "neighbours.jsonl");

    writeConfiguration(folder, { ...configuration, contrast: { k: 4 } });
    const second = await runHere(folder, { run: "run-1" });
    expect(stagesOf(second, "stage-reused")).toEqual(["0-evaluate", "1-select", "1-collect"]);
    expect(stagesOf(second, "stage-started")).toEqual(ofIteration(1, whole.slice(2)));
    // A search shows its progress; there was none.
    expect(second.progress).not.toContain("1-contrast");
    expect(first.progress).toContain("1-contrast");
    expect(stageRecords(folder, "1-contrast", "neighbours.jsonl")).toEqual(searched);
    const sets = stageRecords(folder, "1-contrast", "contrast.jsonl").map(({ neighbours }) => neighbours);
    expect(sets.every((neighbours) => Array.isArray(neighbours) && neighbours.length === 4)).toBe(true);

    // The same as a run that had this k from the beginning.
    const fresh = projectOf({ ...configuration, contrast: { k: 4 } });
    await runHere(fresh);
    expect(resultsOf(folder, "run-1")).toEqual(resultsOf(fresh, "run-1"));
  });

  it("another kind of search: the neighbours are looked for again", async () => {
    const configuration = shortConfiguration(["math"]);
    const folder = projectOf(configuration);
    await runHere(folder, { until: "contrast" });
    writeConfiguration(folder, { ...configuration, contrast: { vector: "question-response" } });
    const second = await runHere(folder, { run: "run-1", until: "contrast" });
    expect(stagesOf(second, "stage-started")).toEqual(["1-contrast"]);
    expect(second.progress).toContain("1-contrast");
  });

  it("other names, limits, caps and prices: nothing", async () => {
    const configuration = shortConfiguration(["math"]);
    const folder = projectOf(configuration);
    const first = await runHere(folder);
    const before = resultsOf(folder, "run-1");
    writeConfiguration(folder, {
      ...configuration,
      models: {
        pupil: { provider: "builtin", name: "student", limits: { concurrency: 2 } },
        teacher: { provider: "builtin", name: "instructor", limits: { requestsPerMinute: 6000 } },
      },
      target: "pupil",
      instructor: "teacher",
      budget: { calls: 100_000 },
    });
    const second = await runHere(folder, { run: "run-1" });
    expect(stagesOf(second, "stage-started")).toEqual([]);
    expect(stagesOf(second, "stage-reused")).toEqual(stagesOf(first, "stage-started"));
    expect(resultsOf(folder, "run-1")).toEqual(before);
    expect(second.spent).toEqual(first.spent);
  });

  it("another learning rate: training and what follows", async () => {
    const configuration = shortConfiguration(["math"]);
    const folder = projectOf(configuration);
    await runHere(folder);
    writeConfiguration(folder, { ...configuration, training: { learningRate: 0.05 } });
    const second = await runHere(folder, { run: "run-1" });
    expect(stagesOf(second, "stage-started")).toEqual(["1-train", "1-evaluate", "1-report"]);
  });

  it("another seed: other cases are selected, and another run gives other results", async () => {
    const configuration = shortConfiguration(["math"]);
    const folder = projectOf(configuration);
    await runHere(folder);
    writeConfiguration(folder, { ...configuration, seed: 2 });
    await runHere(folder);
    const keys = (run: string): unknown[] =>
      stageRecords(folder, "1-select", "selected.jsonl", run).map(({ key }) => key);
    expect(keys("run-2").sort()).not.toEqual(keys("run-1").sort());
    expect(resultsOf(folder, "run-2")["1-gate/samples.jsonl"]).not.toEqual(
      resultsOf(folder, "run-1")["1-gate/samples.jsonl"],
    );
  });
});

describe("answers that were paid for", () => {
  const project = (server: FaultServer, revision: string | null): string => {
    const configuration = shortConfiguration(["math"]);
    const instructor = remoteModel(server, "instructor", { revision });
    return projectOf({ ...configuration, models: { ...configuration.models, instructor } });
  };

  it("serve every run where the model's revision is known, and are asked again with --fresh", async () => {
    const server = await serve();
    const folder = project(server, "tests");
    await runHere(folder);
    const asked = server.received.length;
    expect(asked).toBeGreaterThan(10);
    const second = await runHere(folder);
    expect([second.run, server.received.length]).toEqual(["run-2", asked]);
    const fresh = await runHere(folder, { fresh: true });
    expect([fresh.run, server.received.length]).toEqual(["run-3", 2 * asked]);
    const [first, again] = ["run-1", "run-2"].map((run) => resultsOf(folder, run)["1-gate/samples.jsonl"]);
    expect(again).toEqual(first);
  });

  it("are asked again in each new run where it is not, and never within one run", async () => {
    const server = await serve();
    const folder = project(server, null);
    await runHere(folder);
    const asked = server.received.length;
    await runHere(folder, { run: "run-1" });
    expect(server.received.length).toBe(asked);
    await runHere(folder);
    expect(server.received.length).toBe(2 * asked);
  });
});

/** Demo cases of a benchmark by their question. */
function demoRows(name: string): Map<string, { readonly [field: string]: unknown }> {
  const rows = ["target", "evaluation"].flatMap((split) =>
    readRecords(path.join(root, "demo", name, `${split}.jsonl`)),
  );
  return new Map(rows.map((row) => [String(row["question"]), row]));
}

function rowAsked(rows: ReturnType<typeof demoRows>, prompt: string): { readonly [field: string]: unknown } {
  const found = [...rows].find(([question]) => prompt.includes(question.trim()));
  if (found === undefined) throw new Error(`No demo case is asked by: ${prompt}`);
  return found[1];
}

describe("evaluation", () => {
  it("lets the instructor judge where no metric is exact, by the judge's template, and marks its verdicts", async () => {
    const rows = demoRows("demo-math");
    const judged: string[] = [];
    const server = await serveWith(({ model, messages }) => {
      const prompt = messages.at(-1)?.content ?? "";
      const answer = String(rowAsked(rows, prompt)["answer"]);
      if (model === "student") return Number(answer) % 2 === 0 ? `It must be ${answer}.` : "I cannot say.";
      judged.push(prompt);
      expect(messages[0]?.content).toMatch(/mark answers of a student/u);
      return prompt.includes(`It must be ${answer}.`) ? "They agree.\nVerdict: right" : "It is open.\nVerdict: wrong";
    });
    const configuration = shortConfiguration(["math"]);
    const entry = configuration.benchmarks["demo-math"];
    if (entry === undefined) throw new Error("no benchmark");
    const folder = projectOf({
      ...configuration,
      benchmarks: { "demo-math": { ...entry, judged: true } },
      models: { student: remoteModel(server, "student"), instructor: remoteModel(server, "instructor") },
    });
    const { state, report } = await runHere(folder, { until: "evaluate", iterations: 0 });
    expect(state.state).toBe("done");
    const responses = stageRecords(folder, "0-evaluate", "responses.jsonl");
    expect(responses.length).toBe(16);
    for (const response of responses) {
      expect(response["clean"]).toMatchObject({ by: "judged" });
      expect(response["paper"]).toMatchObject({ by: "judged" });
      expect(response["correct"]).toBe(String(response["text"]).startsWith("It must be"));
    }
    // Both protocols share one verdict: each response is judged once.
    expect(judged.length).toBe(new Set(judged).size);
    expect(judged.length).toBe(16);
    expect(report.benchmarks[0]?.accuracies[0]?.correct).toBeGreaterThan(0);
    expect(report.benchmarks[0]?.accuracies[0]?.correct).toBeLessThan(16);
  });

  it("asks for n answers where pass@k wants them, and takes the unbiased estimator of k", async () => {
    const rows = demoRows("demo-code");
    const arrivals = new Map<string, number>();
    const server = await serveWith(({ messages }) => {
      const prompt = messages.at(-1)?.content ?? "";
      const arrived = (arrivals.get(prompt) ?? 0) + 1;
      arrivals.set(prompt, arrived);
      const row = rowAsked(rows, prompt);
      const program =
        arrived === 1 ? String(row["reference"]) : `def ${String(row["entry_point"])}(*items):\n    return None`;
      return `\`\`\`python\n${program}\n\`\`\``;
    });
    const configuration = shortConfiguration(["code"], {
      evaluation: { passAtK: { n: 4, k: [1, 2, 4], temperature: 0.8 } },
    });
    const folder = projectOf({
      ...configuration,
      models: { ...configuration.models, student: remoteModel(server, "student") },
    });
    const { report } = await runHere(folder, { until: "evaluate", iterations: 0 });
    const responses = stageRecords(folder, "0-evaluate", "responses.jsonl");
    expect(responses.length).toBe(16 * 4);
    expect(new Set(responses.map(({ sample }) => sample))).toEqual(new Set([0, 1, 2, 3]));
    expect([...arrivals.values()].every((count) => count === 4)).toBe(true);
    // One right answer of four: pass@1 = 1/4, pass@2 = 1 - C(3,2)/C(4,2) = 1/2, pass@4 = 1.
    expect(report.benchmarks[0]?.accuracies[0]?.passAtK).toEqual([
      { k: 1, value: 0.25 },
      { k: 2, value: 0.5 },
      { k: 4, value: 1 },
    ]);
  });
});

describe("strategies in the loop", () => {
  it("runs the baselines: AugGPT on every case, the training split without a call, a random half of the errors", async () => {
    const folder = projectOf(
      shortConfiguration(["math", "choice"], { iterations: ["AugGPT", "training-split", "random-errors"] }),
    );
    const { state, report } = await runHere(folder);
    expect(state.state).toBe("done");
    const calls = (stage: string): ReturnType<typeof readRecords> => stageRecords(folder, stage, "calls.jsonl");

    const selected = stageRecords(folder, "1-select", "selected.jsonl").map(({ key }) => key);
    const augmented = calls("1-instruct").filter(({ round }) => round === 0);
    expect(new Set(augmented.map(({ template }) => template))).toEqual(new Set(["AugGPT"]));
    expect(augmented.map(({ error }) => error).sort()).toEqual(selected.sort());

    expect(calls("2-instruct")).toEqual([]);
    const copied = stageRecords(folder, "2-gate", "samples.jsonl");
    expect(copied.length).toBe(48);
    const samples = copied.map(({ sample }) => sample as { readonly lineage: { readonly call: number | null } });
    expect(samples.every(({ lineage }) => lineage.call === null)).toBe(true);
    // The quota is 16 a benchmark.
    expect(report.iterations[1]?.quotas.map(({ kept }) => kept)).toEqual([16, 16]);

    const wrong = stageRecords(folder, "3-collect", "responses.jsonl").filter(({ correct }) => correct === false);
    const taught = new Set(calls("3-instruct").map(({ error }) => error));
    expect(wrong.length).toBeGreaterThan(1);
    expect(taught.size).toBeLessThan(wrong.length);
    expect(taught.size).toBeGreaterThan(0);
    expect([...taught].every((key) => wrong.some((response) => response["key"] === key))).toBe(true);
    expect(report.iterations.map(({ strategy }) => strategy)).toEqual(["AugGPT", "training-split", "random-errors"]);
  });

  it("falls back to LE where no answer is right, and says so", async () => {
    const server = await serveWith(() => "I do not know.");
    const configuration = shortConfiguration(["math"]);
    const folder = projectOf({
      ...configuration,
      models: { ...configuration.models, student: remoteModel(server, "student") },
    });
    const { state, events } = await runHere(folder, { until: "gate" });
    expect(state.state).toBe("done");
    const sets = stageRecords(folder, "1-contrast", "contrast.jsonl");
    expect(sets.length).toBe(24);
    expect(sets.every(({ fallback }) => fallback === true)).toBe(true);
    const calls = stageRecords(folder, "1-instruct", "calls.jsonl");
    expect(new Set(calls.map(({ template }) => template))).toEqual(new Set(["LE"]));
    const notes = events.filter(({ type }) => type === "note");
    expect(notes[0]).toMatchObject({ benchmark: "demo-math", iteration: 1 });
    expect(notes[0]?.["note"]).toBe("24 errors have no right neighbour and fall back to LE.");
    expect(stageRecords(folder, "1-gate", "samples.jsonl").some(({ kept }) => kept === true)).toBe(true);
  });

  it("keeps unequal quotas apart", async () => {
    const configuration = shortConfiguration(["math", "choice"]);
    const [math, choice] = [configuration.benchmarks["demo-math"], configuration.benchmarks["demo-choice"]];
    if (math === undefined || choice === undefined) throw new Error("no benchmark");
    const folder = projectOf({
      ...configuration,
      benchmarks: { "demo-math": { ...math, quota: 20 }, "demo-choice": { ...choice, quota: 5 } },
    });
    const { report } = await runHere(folder);
    expect(report.iterations[0]?.quotas).toMatchObject([
      { benchmark: "demo-math", wanted: 20, kept: 20 },
      { benchmark: "demo-choice", wanted: 5, kept: 5 },
    ]);
    expect(report.iterations[0]?.kept).toBe(25);
  });

  it("reports the quota of a benchmark without errors as unused, and goes on", async () => {
    const configuration = shortConfiguration(["math", "choice"]);
    const folder = projectOf(configuration);
    await runHere(folder, { until: "collect" });
    const responses = stageRecords(folder, "1-collect", "responses.jsonl");
    const right = new Set(responses.filter(({ correct }) => correct === true).map(({ key }) => key));
    /** Only cases that were answered right are selected. */
    const onlyRight = (name: string): object => {
      const keys = readRecords(path.join(root, "demo", name, "target.jsonl")).map(
        ({ id }) => `${name}/target/${String(id)}`,
      );
      return { ...configuration.benchmarks[name], selection: { exclude: keys.filter((key) => !right.has(key)) } };
    };
    const benchmarks = configuration.benchmarks;
    const choice = onlyRight("demo-choice") as (typeof benchmarks)[string];
    writeConfiguration(folder, { ...configuration, benchmarks: { ...benchmarks, "demo-choice": choice } });
    const one = await runHere(folder);
    expect(one.state.state).toBe("done");
    expect(one.report.iterations[0]?.quotas).toMatchObject([
      { benchmark: "demo-math", wanted: 16 },
      { benchmark: "demo-choice", wanted: 16, kept: 0, errors: 0 },
    ]);
    expect(one.report.iterations[0]?.kept).toBeGreaterThan(0);
    const ends = one.events.filter(({ type, benchmark }) => type === "rounds-ended" && benchmark === "demo-choice");
    expect(ends).toMatchObject([{ why: "no sources", rounds: 0 }]);

    writeConfiguration(folder, { ...configuration, benchmarks: { "demo-choice": choice } });
    const none = await runHere(folder);
    expect(none.state.state).toBe("done");
    expect(none.report.iterations[0]).toMatchObject({ errors: 0, generated: 0, kept: 0, learned: 0, forgotten: 0 });
  });
});

describe("training", () => {
  it("from the base takes the samples of all iterations and no checkpoint", async () => {
    const folder = projectOf(shortConfiguration(["math"], { iterations: ["LEC", "LE"], training: { from: "base" } }));
    const { state } = await runHere(folder);
    expect(state.state).toBe("done");
    const rows = (iteration: number): string[] =>
      ["training-set.jsonl", "held-out.jsonl"]
        .flatMap((file) => stageRecords(folder, `${iteration}-train`, file))
        .map(({ id }) => String(id));
    const kept = (iteration: number): string[] =>
      stageRecords(folder, `${iteration}-gate`, "samples.jsonl")
        .filter((record) => record["kept"] === true)
        .map(({ sample }) => (sample as { readonly id: string }).id);
    expect(rows(1).sort()).toEqual(kept(1).sort());
    expect(kept(2).length).toBeGreaterThan(0);
    expect(rows(2).sort()).toEqual([...kept(1), ...kept(2)].sort());
  });

  it("from the last checkpoint takes the samples of its own iteration", async () => {
    const folder = projectOf(shortConfiguration(["math"], { iterations: ["LEC", "LE"] }));
    await runHere(folder);
    const kept = stageRecords(folder, "2-gate", "samples.jsonl").filter((record) => record["kept"] === true);
    const rows = ["training-set.jsonl", "held-out.jsonl"].flatMap((file) => stageRecords(folder, "2-train", file));
    expect(rows.length).toBe(kept.length);
  });
});

describe("a run that is cancelled", () => {
  it.each(["collect", "instruct", "train", "evaluate"] as const)(
    "while it is at %s goes on where it was",
    async (at) => {
      const configuration = shortConfiguration(["math"]);
      const [folder, undisturbed] = [projectOf(configuration), projectOf(configuration)];
      await runHere(undisturbed);
      const person = new AbortController();
      const cancelled = await runHere(folder, {
        change: (services) => ({
          ...services,
          signal: person.signal,
          watcher: {
            ...services.watcher,
            progress: ({ iteration, stage, done }) => {
              if (iteration === 1 && stage === at && done > 0) person.abort(new Fault("cancelled", "Enough."));
            },
          },
        }),
      });
      expect(cancelled.state).toMatchObject({ state: "cancelled", iteration: 1, stage: at });
      const { state } = await runHere(folder, { run: "run-1" });
      expect(state.state).toBe("done");
      expect(resultsOf(folder, "run-1")).toEqual(resultsOf(undisturbed, "run-1"));
    },
  );
});

describe("a family and a strategy of one's own", () => {
  it("run through the whole loop as one object each", async () => {
    const toyFamily: Family = { ...families.math, name: "toy", title: "Toy sums" };
    const toyStrategy: Strategy = {
      ...strategyNamed("LE"),
      name: "toy-first",
      title: "Only the first error",
      round: (input) => strategyNamed("LE").round({ ...input, errors: input.errors.slice(0, 1) }),
    };
    const folder = projectOf(shortConfiguration(["math"], { quota: 4 }));
    mkdirSync(path.join(folder, "prompts"));
    const template = readFileSync(path.join(root, "prompts", "clean-le-math.prompt"), "utf8");
    const own = template.replace(/^family: math$/mu, "family: toy").replace(/^name: .*$/mu, "name: toy-le");
    writeFileSync(path.join(folder, "prompts", "toy-le.prompt"), own);
    const { state, report } = await runHere(folder, {
      change: (services) => ({
        ...services,
        benchmarks: services.benchmarks.map((benchmark) => ({ ...benchmark, family: toyFamily })),
        strategies: [...strategies, toyStrategy],
        configuration: { ...services.configuration, iterations: [{ strategy: "toy-first" }] },
      }),
    });
    expect(state.state).toBe("done");
    expect(report.benchmarks[0]?.family).toBe("toy");
    expect(report.iterations[0]).toMatchObject({ strategy: "toy-first", kept: 4 });
    const calls = stageRecords(folder, "1-instruct", "calls.jsonl");
    expect(new Set(calls.map(({ error }) => error)).size).toBe(1);
    expect(
      readRecords(path.join(runFolder(folder), "stages/1-train/training-set.jsonl")).map(({ family }) => family),
    ).toEqual(["toy", "toy", "toy", "toy"]);
  });
});
