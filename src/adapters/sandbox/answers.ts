import * as z from "zod";
import { Fault } from "../../engine/fault.js";
import type { CodeValue, CodeVerdict } from "../../engine/seams/index.js";
import type { Answer } from "./worker.js";

const text = z.string().nullable();

const verdict = z.object({
  outcome: z.enum([
    "passed",
    "assertion",
    "exception",
    "syntax",
    "missing-entry-point",
    "timeout",
    "memory",
    "output",
    "killed",
    "forbidden",
  ]),
  failure: z
    .object({
      type: z.string(),
      message: z.string(),
      test: z.number().nullable(),
      assertion: text,
      expected: text,
      actual: text,
      line: z.number().nullable(),
    })
    .nullable(),
  forgeableBecause: text,
  output: z.string(),
  seconds: z.number(),
});

const values = z.object({
  values: z.array(z.union([z.object({ repr: z.string() }), z.object({ fault: z.string() })])),
});

/** The verdict in an answer of the harness. Fault `sandbox`: the harness says that it failed, or sent something else. */
export function readVerdict(answer: Answer): CodeVerdict {
  const read = parse(verdict, answer);
  return { ...read, forgeable: read.forgeableBecause !== null };
}

/** The values in an answer; a program that ended early gives the same fault for each of the `count` expressions. */
export function readValues(answer: Answer, count: number): CodeValue[] {
  if (!("outcome" in answer)) return parse(values, answer).values;
  const { outcome, failure } = readVerdict({ output: "", seconds: 0, ...answer });
  const fault = `the program failed (${outcome}): ${failure?.message ?? "no reason is known"}`;
  return Array.from({ length: count }, () => ({ fault }));
}

function parse<Value>(schema: z.ZodType<Value>, answer: Answer): Value {
  if (typeof answer["fault"] === "string") {
    throw new Fault("sandbox", `The sandbox failed: ${answer["fault"]}`, { remedy: "Run the task again." });
  }
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  throw new Fault("sandbox", "The sandbox sent an answer that makes no sense.", {
    found: z.prettifyError(read.error),
    remedy: "Run the task again.",
  });
}
