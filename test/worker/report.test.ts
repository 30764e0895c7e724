import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handlersOf } from "../../src/worker/handlers.js";
import { Projects } from "../../src/worker/projects.js";
import { shortConfiguration, writeConfiguration } from "../support/project.js";
import { startedRun, type StartedRun } from "../support/startedRun.js";

const call = { signal: new AbortController().signal };

describe("the report of a run", () => {
  let started: StartedRun;
  const worker = handlersOf(new Projects());
  const view = async () => worker["report/view"]({ folder: started.folder, run: started.run }, call);
  beforeAll(async () => {
    started = await startedRun({ families: ["math"], until: null });
  });
  afterAll(() => started.remove());

  it("is made anew when a result changed, and when a person triaged a case", async () => {
    const before = await view();
    expect(await view()).toEqual(before);
    const file = path.join(
      ...[started.folder, ".preceptor", "runs", started.run, "stages", "1-evaluate", "responses.jsonl"],
    );
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, whole.split("\n")[0] ?? "");
    await expect(view()).rejects.toThrow("changed after its stage was complete");
    writeFileSync(file, whole);
    expect(await view()).toEqual(before);
    const records = whole.split("\n").slice(0, -1);
    const wrong = records.map((line) => JSON.parse(line) as { key: string; correct: boolean });
    const { key } = wrong.find(({ correct }) => !correct) ?? { key: "" };
    await worker["case/triage"]({ folder: started.folder, keys: [key], decision: "artefact", note: "" }, call);
    const accuracy = (report: typeof before) => report.report.benchmarks[0]?.accuracies.at(-1)?.triaged ?? null;
    expect(accuracy(before)).toBeNull();
    expect(accuracy(await view())).not.toBeNull();
  });

  it("is about the run as it was made, whatever its project says since", async () => {
    const { report } = await view();
    const [made] = report.iterations;
    expect(made).toMatchObject({ strategy: "LEC", quotas: [{ benchmark: "demo-math", wanted: 16 }] });
    const later = shortConfiguration(["choice"], { iterations: ["LE", "LE"], quota: 5, seed: 77 });
    writeConfiguration(started.folder, later);
    expect((await view()).report).toEqual(report);
    // Where a run recorded nothing, its project is all that is known.
    rmSync(path.join(started.folder, ".preceptor", "runs", started.run, "run.json"));
    expect((await view()).report).toMatchObject({ seed: 77, benchmarks: [{ name: "demo-choice" }] });
  });
});
