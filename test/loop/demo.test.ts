import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preceptor, readRecords, resultsOf, temporaryFolder } from "../support/project.js";

interface DemoDocument {
  readonly benchmarks: readonly {
    readonly name: string;
    readonly family: string;
    readonly domain: "in" | "out";
    readonly accuracies: readonly {
      readonly iteration: number;
      readonly n: number;
      readonly correct: number;
      readonly accuracy: number;
      readonly interval: readonly [number, number];
    }[];
  }[];
  readonly iterations: readonly { readonly [field: string]: unknown }[];
  readonly seconds: number;
}

describe("the demo", () => {
  const made = temporaryFolder();
  const folders = ["first", "second"].map((name) => path.join(made.folder, name));
  const documents: DemoDocument[] = [];
  let plain = "";

  beforeAll(async () => {
    for (const folder of folders) {
      const { code, stdout, stderr } = await preceptor(["demo", "--json", "--folder", folder]);
      expect(code, stderr).toBe(0);
      documents.push(JSON.parse(stdout) as DemoDocument);
      plain = stderr;
    }
  }, 240_000);

  afterAll(() => made.remove());

  it("prints the documented JSON object and nothing else on standard output", () => {
    const [document] = documents;
    expect(Object.keys(document ?? {})).toEqual(["benchmarks", "iterations", "seconds"]);
    expect(document?.benchmarks.map(({ family, domain }) => `${family} ${domain}`).sort()).toEqual([
      "choice in",
      "choice out",
      "code in",
      "code out",
      "math in",
      "math out",
    ]);
    for (const { accuracies } of document?.benchmarks ?? []) {
      expect(accuracies.map(({ iteration }) => iteration)).toEqual([0, 1, 2]);
      for (const { n, correct, accuracy, interval } of accuracies) {
        expect(accuracy).toBeCloseTo(correct / n, 12);
        expect(interval[0]).toBeLessThanOrEqual(accuracy);
        expect(interval[1]).toBeGreaterThanOrEqual(accuracy);
      }
    }
    expect(document?.iterations.map(({ strategy }) => strategy)).toEqual(["LEC", "LE"]);
    for (const iteration of document?.iterations ?? []) {
      expect(Object.keys(iteration)).toEqual([
        "iteration",
        "strategy",
        "errors",
        "generated",
        "kept",
        "learned",
        "forgotten",
        "cost",
      ]);
    }
  });

  it("ends higher than it began on every in-domain benchmark", () => {
    for (const { name, domain, accuracies } of documents[0]?.benchmarks ?? []) {
      if (domain === "in") expect(accuracies.at(-1)?.accuracy, name).toBeGreaterThan(accuracies[0]?.accuracy ?? 1);
    }
  });

  it("gives the same numbers and the same results twice with one seed", () => {
    const [first, second] = documents.map(({ benchmarks, iterations }) => ({ benchmarks, iterations }));
    expect(second).toEqual(first);
    const [a, b] = folders.map((folder) => resultsOf(folder, "run-1"));
    expect(b).toEqual(a);
  });

  it("shows plain lines of progress where nobody watches", () => {
    expect(plain).toMatch(/✓ base\s+evaluate\s+\d+ asked/u);
    expect(plain).toMatch(/✓ iteration 2 LE\s+train/u);
    // eslint-disable-next-line no-control-regex -- The test is that there are no control sequences.
    expect(plain).not.toMatch(/\u001b\[/u);
  });

  it("never shows an evaluation case to the instructor or the trainer", () => {
    const [folder = ""] = folders;
    const evaluated = readdirSync(path.join(folder, "benchmarks")).flatMap((name) => {
      const file = path.join(folder, "benchmarks", name, "evaluation.jsonl");
      return existsSync(file) ? readRecords(file).map(({ question }) => String(question).trim()) : [];
    });
    expect(evaluated.length).toBeGreaterThan(600);
    const stages = path.join(folder, ".preceptor", "runs", "run-1", "stages");
    const taught = [1, 2].flatMap((iteration) =>
      ["instruct/calls.jsonl", "train/training-set.jsonl", "train/held-out.jsonl", "contrast/contrast.jsonl"].map(
        (name) => readFileSync(path.join(stages, `${iteration}-${name}`), "utf8"),
      ),
    );
    const keys = taught.join("\n").match(/demo-[a-z-]+\/[a-z]+\/[\w-]+/gu) ?? [];
    expect(keys.length).toBeGreaterThan(100);
    expect(keys.filter((key) => key.includes("/evaluation/"))).toEqual([]);
    const rows = [1, 2].flatMap((iteration) =>
      ["training-set", "held-out"].flatMap((name) =>
        readRecords(path.join(stages, `${iteration}-train`, `${name}.jsonl`)),
      ),
    );
    const prompts = rows.map(({ prompt }) => JSON.stringify(prompt));
    const leaked = evaluated.filter((question) => {
      const quoted = JSON.stringify(question).slice(1, -1);
      return prompts.some((prompt) => prompt.includes(quoted));
    });
    expect(leaked).toEqual([]);
  });

  it("sends the instructor requests that hold no evaluation question", async () => {
    const [folder = ""] = folders;
    const answers = path.join(folder, ".preceptor", "runs", "run-1", "ledger.jsonl");
    const purposes = new Set(readRecords(answers).map(({ purpose }) => purpose));
    expect(purposes).toEqual(new Set(["target", "instructor"]));
    const calls = [1, 2].flatMap((iteration) =>
      readRecords(path.join(folder, ".preceptor", "runs", "run-1", "stages", `${iteration}-instruct`, "calls.jsonl")),
    );
    expect(calls.every(({ error }) => String(error).includes("/target/"))).toBe(true);
  });
});
