import { describe, expect, it } from "vitest";
import { buildReport } from "../../src/engine/iteration/index.js";
import { parseConfiguration } from "../../src/engine/configuration/index.js";
import { shortConfiguration } from "../support/project.js";

/** A run whose stages hold what is given, all complete. */
function runWith(files: { readonly [file: string]: readonly unknown[] }): Parameters<typeof buildReport>[0]["run"] {
  return {
    id: "run-1",
    stage: (iteration, stage) => ({
      folder: "",
      manifest: async () => ({ version: 1, stage, iteration, fingerprint: "", files: {}, counts: {}, hash: "" }),
      begun: async () => "",
      read: async (name, parse) => (files[`${iteration}-${stage}/${name}`] ?? []).map(parse),
      readSoFar: async () => [],
    }),
  };
}

describe("the report of a run", () => {
  it("shows the training loss in the order of its steps, in whatever order they were written", async () => {
    const step = (number: number): unknown => ({
      version: 1,
      step: number,
      steps: 3,
      loss: number / 10,
      heldOutLoss: null,
      learningRate: null,
    });
    const report = await buildReport({
      run: runWith({ "1-train/progress.jsonl": [step(3), step(1), step(2)] }),
      configuration: parseConfiguration(JSON.stringify(shortConfiguration(["math"])), "preceptor.json"),
      benchmarks: [],
      decisions: { triaged: () => ({ n: 0, correct: 0 }) },
    });
    expect(report.iterations[0]?.loss.map((point) => point.step)).toEqual([1, 2, 3]);
  });
});
