/** What the worker says is translated where it arrives, by what `src/protocol` marks as words of the engine (ux 62). */
import { describe, expect, it } from "vitest";
import type * as z from "zod/mini";
import { contrastHost } from "../../src/protocol/panels/contrast.js";
import {
  workerContract,
  type InstructorReply,
  type PlanProblem,
  type RunPlan,
} from "../../src/protocol/worker/index.js";
import { translated, translatedFault, type Translate } from "../../src/vscode/language/translated.js";

const translate: Translate = (text, kind) => `${kind}(${text})`;
const { requests, events } = workerContract;

describe("an answer of the worker", () => {
  it("has its problems, faults and reasons translated, in lists, unions and fields that may be missing", () => {
    const problems: PlanProblem[] = [
      { kind: "budget", cap: 1, spent: 0 },
      { kind: "sandbox", reasons: ["Landlock: works."], plainProcess: false },
      { kind: "fault", fault: { kind: "data", message: "Gone.", file: "a.json", found: "a folder" } },
    ];
    // The other fields of a plan hold no text of the engine.
    const schema = requests["runs/plan"].result.shape.problems;
    expect(translated<RunPlan["problems"]>(schema, problems, translate)).toEqual([
      { kind: "budget", cap: 1, spent: 0 },
      { kind: "sandbox", reasons: ["sentence(Landlock: works.)"], plainProcess: false },
      { kind: "fault", fault: { kind: "data", message: "sentence(Gone.)", file: "a.json", found: "value(a folder)" } },
    ]);
  });

  it("keeps what models, files and people wrote", () => {
    const reply: InstructorReply = {
      key: "k",
      asked: 1,
      samples: [{ question: "Gone.", solution: "", answer: null, options: [], tests: [] }],
      problems: ["Cut off."],
      text: "The disk is full.",
      finish: "stop",
      promptTokens: 1,
      completionTokens: 1,
      cost: null,
      cached: false,
      estimated: false,
      currency: "USD",
    };
    const said = translated(requests["prompts/ask"].result, reply, translate);
    expect(said).toEqual({ ...reply, problems: ["sentence(Cut off.)"] });
  });

  it("is the very same object where nothing in it is the engine's", () => {
    const found = { keys: ["a/b/1"] };
    expect(translated(requests["benchmarks/keys"].result, found, translate)).toBe(found);
    expect(translated(contrastHost.requests.openCase.result, found as object, translate)).toBe(found);
  });

  it("marks every field that is named like a sentence, except those of programs and people", () => {
    const named = /^(?:message|remedy|problems?|reasons?|evidence|description|familyTitle|allowed|found)$/u;
    const schemas = [
      ...Object.entries(requests).map(([name, { result }]) => [name, result] as const),
      ...Object.entries(events),
    ];
    const plain = schemas.flatMap(([name, schema]) => fieldsOf(schema, name));
    const unmarked = plain
      .filter(({ field, schema }) => named.test(field) && !isMarked(schema))
      .map(({ path }) => path);
    expect(unmarked.filter((path) => !notOurs.some((known) => known.test(path)))).toEqual([]);
  });
});

/** Fields with such a name that are a program's words, a name out of a list, or a template's own description. */
const notOurs = [
  /\.failure\.message$/u,
  /tests\.message$/u,
  /\.artefact\.reason$/u,
  /^import\/.*\.reason$/u,
  /^prompts\/list\..*\.description$/u,
];

interface Field {
  readonly path: string;
  readonly field: string;
  readonly schema: z.core.$ZodType;
}

/** All fields of a schema that hold texts, with the way to them. */
function fieldsOf(schema: z.core.$ZodType, path: string, field = ""): Field[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "string") return [{ path, field, schema }];
  if (def.type === "optional" || def.type === "nullable") return fieldsOf(def.innerType, path, field);
  if (def.type === "array") return fieldsOf(def.element, path, field);
  if (def.type === "union") return def.options.flatMap((option) => fieldsOf(option, path, field));
  if (def.type !== "object") return [];
  return Object.entries(def.shape).flatMap(([name, inner]) => fieldsOf(inner, `${path}.${name}`, name));
}

function isMarked(schema: z.core.$ZodType): boolean {
  return translated(schema, "text", translate) !== "text";
}

describe("a fault", () => {
  it("keeps its kind and place, and has its words translated", () => {
    const fault = {
      kind: "data" as const,
      message: "Gone.",
      file: "a.json",
      line: 3,
      allowed: "a file",
      remedy: "Look.",
    };
    expect(translatedFault(fault, translate)).toEqual({
      ...fault,
      message: "sentence(Gone.)",
      allowed: "value(a file)",
      remedy: "sentence(Look.)",
    });
  });
});
