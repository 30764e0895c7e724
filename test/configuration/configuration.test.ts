import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import {
  chatParametersOf,
  checkConfiguration,
  ConfigurationFault,
  configurationJsonSchema,
  overlayJsonSchema,
  configurationMarkdown,
  parseConfiguration,
  quotaOf,
  resolveSecrets,
  trainingParametersOf,
  type ConfigurationInput,
} from "../../src/engine/configuration/index.js";
import { extractorNames } from "../../src/engine/families/index.js";
import type { FaultDetails } from "../../src/engine/fault.js";

const minimal: ConfigurationInput = {
  benchmarks: { gsm8k: { use: "gsm8k" } },
  models: {
    student: { provider: "builtin", name: "student" },
    teacher: { provider: "openai", endpoint: "http://127.0.0.1:8000/v1", name: "gpt" },
  },
  target: "student",
  instructor: "teacher",
};

const parse = (input: unknown): ReturnType<typeof parseConfiguration> =>
  parseConfiguration(JSON.stringify(input), "preceptor.json");

function problems(text: string, overlay: string | null = null): FaultDetails[] {
  const { faults } = checkConfiguration(
    { file: "preceptor.json", text },
    overlay === null ? null : { file: "preceptor.local.json", text: overlay },
    { families: ["math"], benchmarks: ["gsm8k", "mmlu"], strategies: ["LE", "LEC"] },
  );
  return faults.map(({ message, details }) => ({ message, ...details }));
}

const changed = (change: Partial<{ [field in keyof ConfigurationInput]: unknown }>): string =>
  JSON.stringify({ ...minimal, ...change });

describe("a configuration", () => {
  it("has the paper's figures where nothing is said", () => {
    const { contrast, instruction, evaluation, quota, iterations, training } = parse(minimal);
    expect(contrast).toMatchObject({ k: 3, sameGroup: false, floor: 0, vector: "question" });
    expect(instruction).toMatchObject({ temperature: 0.8, maxTokens: 4095 });
    expect(evaluation).toMatchObject({ temperature: 0, maxTokens: 1024, passAtK: null });
    expect([quota, iterations, training.heldOutShare]).toEqual([3000, [{ strategy: "LEC" }], 0.05]);
  });
  it("may hold comments, trailing commas and a byte order mark", () => {
    const text = `\uFEFF// mine\n${JSON.stringify(minimal).slice(0, -1)}, /* x */ "seed": 5, }`;
    expect(parseConfiguration(text, "preceptor.json").seed).toBe(5);
  });
  it.each([...extractorNames])("takes the extractor %s, as score does", (extractor) => {
    const { benchmarks } = parse({ ...minimal, benchmarks: { gsm8k: { use: "gsm8k", extractor } } });
    expect(benchmarks["gsm8k"]?.extractor).toBe(extractor);
  });
  it("takes strategies as names or as objects", () => {
    const { iterations } = parse({ ...minimal, iterations: ["LE", { strategy: "LEC", k: 5 }] });
    expect(iterations).toEqual([{ strategy: "LE" }, { strategy: "LEC", k: 5 }]);
  });
  it("is overlaid field by field, lists as a whole", () => {
    const overlay = {
      iterations: ["LE"],
      models: { teacher: { endpoint: "http://gpu:1/v1" }, other: { provider: "builtin", name: "instructor" } },
    };
    const merged = parseConfiguration(changed({ iterations: ["LEC", "LE"] }), "preceptor.json", {
      file: "preceptor.local.json",
      text: JSON.stringify(overlay),
    });
    expect(merged.models["teacher"]).toMatchObject({ endpoint: "http://gpu:1/v1", name: "gpt" });
    expect(Object.keys(merged.models)).toEqual(["student", "teacher", "other"]);
    expect(merged.iterations).toEqual([{ strategy: "LE" }]);
  });
});

describe("problems", () => {
  it("are all told at once, with file, line, field, found, allowed and remedy", () => {
    const text = `{
      // a comment
      "benchmarks": {
        "gsm8k": { "use": "gsm8k", "domian": "in" },
      },
      "models": {
        "student": { "provider": "builtin", "name": "studnt" },
      },
      "target": "student",
      "contrast": { "k": 2.5 },
      "quota": -1,
    }`;
    const found = problems(text, '{\n "seed": "one"\n}');
    expect(found.map(({ file, line, field }) => [file, line, field])).toEqual([
      ["preceptor.json", 1, "instructor"],
      ["preceptor.json", 4, "benchmarks.gsm8k.domian"],
      ["preceptor.json", 7, "models.student.name"],
      ["preceptor.json", 10, "contrast.k"],
      ["preceptor.json", 11, "quota"],
      ["preceptor.local.json", 2, "seed"],
    ]);
    expect(found[1]).toMatchObject({
      message: "is not a known field; did you mean `domain`?",
      found: '"domian"',
      allowed: expect.stringContaining("domain") as string,
      remedy: "Write `domain`.",
    });
    expect(found[2]).toMatchObject({
      found: '"studnt"',
      allowed: '"student" or "instructor"',
      remedy: 'Write "student".',
    });
    expect(found[3]).toMatchObject({ found: "2.5", allowed: "whole number from 1 to 20" });
    expect(found[4]).toMatchObject({ message: "is too small", allowed: "whole number from 0" });
  });
  it("become one fault that shows them all", () => {
    const run = (): unknown => parseConfiguration(changed({ quota: -1, seed: "x" }), "preceptor.json");
    expect(run).toThrow(ConfigurationFault);
    try {
      run();
    } catch (thrown) {
      expect(thrown instanceof ConfigurationFault && thrown.describe().split("remedy").length).toBe(3);
    }
  });
  it.each([
    ["", 1, "the end of the file"],
    ["[1]", 1, "array"],
    ['{\n  "seed": 1\n  "quota": 2\n}', 3, '"quota"'],
    ['{\n  "seed": 1,\n', 3, "the end of the file"],
    ['{\n  "seed": 1,\n  "seed": 2\n}', 3, '"seed"'],
  ])("of syntax have a line: %j", (text, line, found) => {
    const [first] = problems(text);
    expect(first?.line).toBe(line);
    expect(first?.found).toContain(found);
  });
  it("never show a key that was written into the file", () => {
    const teacher = { provider: "openai", endpoint: "http://h/v1", name: "gpt", apiKey: "sk-very-secret" };
    const [first, ...others] = problems(changed({ models: { ...minimal.models, teacher } }));
    expect(others).toEqual([]);
    expect(first).toMatchObject({ field: "models.teacher.apiKey", allowed: "${env:NAME} or ${secret:NAME}" });
    expect(JSON.stringify(first)).not.toContain("very-secret");
    const nested = problems(changed({ iterations: [{ strategy: 3, apiKey: "sk-very-secret" }] }));
    expect(JSON.stringify(nested)).not.toContain("very-secret");
  });
  it("refuse a file of a newer version", () => {
    expect(problems(changed({ version: 2 }))[0]).toMatchObject({ message: "is newer than this program knows" });
  });
  it.each([
    [{ target: "studnet" }, "target", "did you mean `student`"],
    [{ instructor: "student" }, "instructor", "cannot teach"],
    [{ judge: "nobody" }, "judge", "names no entry"],
    [{ iterations: ["LE", "LCE"] }, "iterations.1.strategy", "did you mean"],
    [{ benchmarks: { a: { use: "gms8k" } } }, "benchmarks.a.use", "did you mean `gsm8k`"],
    [
      { benchmarks: { a: { use: "gsm8k", target: "x", evaluation: ["y", "x"] } } },
      "benchmarks.a.evaluation",
      "taught from",
    ],
    [
      { benchmarks: { a: { use: "gsm8k" }, b: { use: "mmlu", domain: "out", target: "x" } } },
      "benchmarks.b.target",
      "out-of-domain",
    ],
    [
      { benchmarks: { a: { use: { family: "maths", files: { s: "f" }, map: { question: "q" } }, target: "s" } } },
      "benchmarks.a.use.family",
      "did you mean `math`",
    ],
    [
      { benchmarks: { a: { use: { family: "math", files: { s: "f" }, map: { question: "q" } }, target: "t" } } },
      "benchmarks.a.target",
      "split without files",
    ],
    [{ contrast: { embedder: { kind: "openai", model: "nobody" } } }, "contrast.embedder.model", "names no entry"],
    [{ evaluation: { passAtK: { n: 5, k: [1, 10] } } }, "evaluation.passAtK.k", "more than the answers"],
    [{ benchmarks: {} }, "benchmarks", "names no benchmark"],
    [{ benchmarks: { "a b": { use: "gsm8k" } } }, "benchmarks.a b", "not a name"],
    [{ models: { ...minimal.models, x: { provider: "opnai" } } }, "models.x.provider", "did you mean `openai`"],
    [
      { models: { ...minimal.models, x: { provider: "openai", name: "y", endpoint: "host:1" } } },
      "models.x.endpoint",
      "http",
    ],
  ])("between fields are found: %j", (change, field, message) => {
    expect(problems(changed(change))).toEqual([
      expect.objectContaining({ field, line: 1, message: expect.stringContaining(message) as string }),
    ]);
  });
  it("are not that nothing is taught: such a project evaluates, and shows answers that were imported", () => {
    expect(problems(changed({ benchmarks: { a: { use: "mmlu", domain: "out" } } }))).toEqual([]);
  });
  it("never make the check itself fail, whatever the file holds", () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.constantFrom(...Object.keys(minimal), "contrast", "training", "gates"),
        (json, field) => {
          for (const text of [json, changed({ [field]: JSON.parse(json) as unknown })]) {
            for (const { file, line, allowed, remedy } of problems(text)) {
              expect([file, typeof line, typeof allowed, typeof remedy]).toEqual([
                "preceptor.json",
                "number",
                "string",
                "string",
              ]);
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe("questions to a configuration", () => {
  it("give a role its sampling parameters, and let the model's own win", () => {
    const teacher = { ...minimal.models["teacher"], parameters: { temperature: null, seed: 9 } };
    const configuration = parse({ ...minimal, models: { ...minimal.models, teacher } });
    expect(chatParametersOf(configuration, "target")).toMatchObject({ temperature: 0, maxTokens: 1024 });
    expect(chatParametersOf(configuration, "instructor")).toMatchObject({
      temperature: null,
      maxTokens: 4095,
      seed: 9,
    });
    expect(chatParametersOf(configuration, "judge")).toMatchObject({ temperature: null, maxTokens: 1024 });
    // What a prompt template sets stands between the two.
    const asked = { temperature: 0.3, topP: null, maxTokens: 77 };
    expect(chatParametersOf(configuration, "instructor", asked)).toMatchObject({ temperature: null, maxTokens: 77 });
    expect(chatParametersOf(configuration, "target", asked)).toMatchObject({ temperature: 0.3, maxTokens: 77 });
  });
  it("give the quota of the iteration, else of the benchmark, else of the project", () => {
    const configuration = parse({
      ...minimal,
      benchmarks: { a: { use: "gsm8k", quota: 7 }, b: { use: "gsm8k" } },
      iterations: ["LE", { strategy: "LE", quota: 2 }],
      quota: 5,
    });
    expect([quotaOf(configuration, "a", 0), quotaOf(configuration, "b", 0), quotaOf(configuration, "a", 1)]).toEqual([
      7, 5, 2,
    ]);
  });
  it("give training parameters of the iteration, the project, or the trainer", () => {
    const defaults = { learningRate: 1, epochs: 2, batchSize: 3 };
    const configuration = parse({
      ...minimal,
      iterations: ["LE", { strategy: "LE", learningRate: 0.1 }],
      training: { epochs: 9 },
    });
    expect(trainingParametersOf(configuration, 0, defaults)).toEqual({ learningRate: 1, epochs: 9, batchSize: 3 });
    expect(trainingParametersOf(configuration, 1, defaults)).toEqual({ learningRate: 0.1, epochs: 9, batchSize: 3 });
  });
  it("resolve keys of the wanted models and say which is not set", () => {
    const teacher = { ...minimal.models["teacher"], apiKey: "${env:TEACHER_KEY}" };
    const configuration = parse({ ...minimal, models: { ...minimal.models, teacher } });
    const found = resolveSecrets(configuration, ({ kind, name }) => `${kind} ${name}`);
    expect([...found]).toEqual([["teacher", "env TEACHER_KEY"]]);
    expect([...resolveSecrets(configuration, () => undefined, ["student"])]).toEqual([]);
    expect(() => resolveSecrets(configuration, () => "")).toThrow(
      expect.objectContaining({
        kind: "authentication",
        details: expect.objectContaining({ field: "models.teacher.apiKey" }) as unknown,
      }) as Error,
    );
  });
});

describe("what is made from the schema", () => {
  const read = (...parts: string[]): string =>
    readFileSync(path.join(import.meta.dirname, "..", "..", ...parts), "utf8");
  it("is the docs/configuration.md in the repository (else run scripts/makeConfigurationDocs.ts)", async () => {
    const fresh = await format(configurationMarkdown(), { printWidth: 120, parser: "markdown" });
    expect(read("docs", "configuration.md")).toBe(fresh);
  });
  it.each([
    ["preceptor.schema.json", configurationJsonSchema],
    ["preceptor.local.schema.json", overlayJsonSchema],
  ])("is the schemas/%s in the repository (else run scripts/makeConfigurationDocs.ts)", (name, schema) => {
    expect(JSON.parse(read("schemas", name))).toEqual(JSON.parse(JSON.stringify(schema())));
  });
  it("asks nothing of an overlay but that what it has is right, and of its lists that they are whole", () => {
    const text = JSON.stringify(overlayJsonSchema(), (key, value: unknown) => (key === "items" ? undefined : value));
    expect(text).not.toMatch(/"required"|"oneOf"/u);
    const [project, overlay] = [configurationJsonSchema(), overlayJsonSchema()].map((root) => root.properties);
    expect(Object.keys(overlay ?? {})).toEqual(Object.keys(project ?? {}));
    expect(overlay?.["iterations"]).toEqual(project?.["iterations"]);
    expect(overlay?.["models"]?.additionalProperties).toMatchObject({
      anyOf: [{ additionalProperties: false }, {}, {}],
    });
  });
  it("describes every field", () => {
    const bare: string[] = [];
    const walk = (at: string, node: ReturnType<typeof configurationJsonSchema>): void => {
      for (const [name, child] of Object.entries(node.properties ?? {})) {
        if (child.description === undefined) bare.push(`${at}.${name}`);
        walk(`${at}.${name}`, child);
      }
      for (const inner of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) walk(at, inner);
      if (typeof node.additionalProperties === "object") walk(`${at}.*`, node.additionalProperties);
      if (node.items !== undefined) walk(`${at}[]`, node.items);
    };
    walk("", configurationJsonSchema());
    expect(bare).toEqual([]);
  });
});
