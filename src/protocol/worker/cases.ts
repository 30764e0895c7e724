import * as z from "zod/mini";
import { engineText } from "../engineText.js";
import { triageClass } from "./caseFilter.js";
import { caseRef } from "./caseRef.js";

/** Start and end offset, in UTF-16 units, in the text that stands beside it. */
const span = z.tuple([z.number(), z.number()]);
export type Span = readonly [number, number];

/**
 * A text as it may be shown: control and direction characters are visible marks, long lines and long texts are cut.
 * Spans that come with it are offsets in it.
 */
export const shownText = z.object({
  text: z.string(),
  /** Characters that are not shown: of long lines, and of what follows the cut. */
  hidden: z.number(),
});
export type ShownText = z.output<typeof shownText>;

const failure = z.object({
  type: z.string(),
  message: z.string(),
  /** Index of the failing assertion in the order in which they ran, from 0. */
  test: z.nullable(z.number()),
  assertion: z.nullable(z.string()),
  expected: z.nullable(z.string()),
  actual: z.nullable(z.string()),
  /** Line in the program, from 1. */
  line: z.nullable(z.number()),
});
export type FailureView = z.output<typeof failure>;

const judgement = z.object({
  correct: z.boolean(),
  /** The extracted answer; null when the response holds none. */
  value: z.nullable(z.string()),
  /** Where it stands in the shown response. */
  span: z.nullable(span),
  failure: z.nullable(failure),
  /** What decided: `exact`, `judged`, or how the program ended. */
  by: z.string(),
  forgeable: z.boolean(),
});
export type JudgementView = z.output<typeof judgement>;

const equation = z.object({
  span,
  expression: z.string(),
  stated: z.string(),
  /** The right value. */
  computed: z.string(),
  ok: z.boolean(),
});
export type EquationView = z.output<typeof equation>;

/** What only cases of one kind have. */
const special = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("math"),
    gold: z.string(),
    equations: z.array(equation),
    referenceEquations: z.array(equation),
    aligned: z.array(
      z.object({ response: z.number(), reference: z.number(), by: z.enum(["both", "operands", "result"]) }),
    ),
    /** The first wrong equation. */
    firstWrong: z.nullable(z.number()),
    /** Where every equation is right: the first one whose result no step of the reference has. */
    firstStray: z.nullable(z.number()),
  }),
  z.object({
    kind: z.literal("choice"),
    /** The question without its options. */
    stem: z.string(),
    options: z.array(z.object({ label: z.string(), text: z.string() })),
    gold: z.string(),
  }),
  z.object({
    kind: z.literal("code"),
    entryPoint: z.nullable(z.string()),
    /** The program that ran; null when the response holds none. */
    program: z.nullable(z.string()),
    /** The same under the other protocol, where that is another program. */
    otherProgram: z.nullable(z.string()),
    tests: z.string(),
    /** The assertions of the tests in their order. */
    assertions: z.array(span),
    referenceProgram: z.nullable(z.string()),
  }),
  z.object({ kind: z.literal("text"), gold: z.nullable(z.string()) }),
]);
export type SpecialView = z.output<typeof special>;

export const caseDetail = z.object({
  ref: caseRef,
  benchmark: z.string(),
  family: z.string(),
  familyTitle: engineText,
  id: z.string(),
  group: z.nullable(z.string()),
  protocol: z.enum(["paper", "clean"]),
  /** Name of the model that answered; of an imported answer whose file names none, the file. */
  model: z.string(),
  /** Where the answer was imported from, its row from 1; null where the model was asked for it. */
  imported: z.nullable(z.object({ file: z.string(), row: z.number(), model: z.nullable(z.string()) })),
  question: shownText,
  response: shownText,
  reference: z.nullable(shownText),
  correct: z.boolean(),
  disputed: z.boolean(),
  judgements: z.object({ paper: judgement, clean: judgement }),
  artefact: z.nullable(z.object({ reason: z.string(), evidence: engineText })),
  finish: z.enum(["stop", "length", "filter", "other"]),
  usage: z.object({
    promptTokens: z.number(),
    cachedTokens: z.number(),
    completionTokens: z.number(),
    estimated: z.boolean(),
  }),
  cost: z.nullable(z.number()),
  currency: z.string(),
  /** The messages that were sent; for an imported answer those that would be. */
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
  triage: z.nullable(
    z.object({ decision: z.nullable(triageClass), note: z.string(), by: z.string(), time: z.string() }),
  ),
  special,
});
export type CaseDetail = z.output<typeof caseDetail>;

/** One verdict about a case. */
const pastVerdict = z.object({
  run: z.string(),
  iteration: z.number(),
  stage: caseRef.shape.stage,
  correct: z.boolean(),
});
export type PastVerdict = z.output<typeof pastVerdict>;

const outcome = z.object({
  /** Index in `assertions` of the case. */
  test: z.number(),
  state: z.enum(["passed", "failed", "not-run"]),
  failure: z.nullable(failure),
});
export type TestOutcome = z.output<typeof outcome>;

export const testsRun = z.object({
  passed: z.boolean(),
  /** How the program ended: `passed`, `assertion`, `timeout`, … */
  by: z.string(),
  failure: z.nullable(failure),
  tests: z.array(outcome),
  seconds: z.number(),
});
export type TestsRun = z.output<typeof testsRun>;

const inProject = { folder: z.string() };
const ofCase = { ...inProject, ref: caseRef };

/** Who may be asked: a configured model, or the target after an iteration of a run (0 is the base model). */
export const askable = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("model"), name: z.string() }),
  z.object({ kind: z.literal("checkpoint"), run: z.string(), iteration: z.number() }),
]);
export type Askable = z.output<typeof askable>;

export const answerView = z.object({
  /** Content address of the answer: the way back to it. */
  key: z.string(),
  text: z.string(),
  model: z.string(),
  /** Null where only a judge could tell. */
  correct: z.nullable(z.boolean()),
  value: z.nullable(z.string()),
  finish: z.string(),
  completionTokens: z.number(),
  /** Price of this call: 0 when the answer was stored, null when unknown. */
  cost: z.nullable(z.number()),
  cached: z.boolean(),
  currency: z.string(),
});
export type AnswerView = z.output<typeof answerView>;

export const caseRequests = {
  "case/detail": { params: z.object(ofCase), result: caseDetail },
  /** A whole text as it is, also of many megabytes. */
  "case/text": {
    params: z.object({ ...ofCase, part: z.enum(["response", "program", "reference"]) }),
    result: z.object({ text: z.string() }),
  },
  "case/history": { params: z.object(ofCase), result: z.object({ verdicts: z.array(pastVerdict) }) },
  /** Runs a program (the response's own when there is none given) against the tests of the case, in the sandbox. */
  "case/runTests": { params: z.object({ ...ofCase, program: z.nullable(z.string()) }), result: testsRun },
  /** Decides what errors are; null takes decisions back. A note of null keeps the note that is there. */
  "case/triage": {
    params: z.object({
      ...inProject,
      keys: z.array(z.string()),
      decision: z.nullable(triageClass),
      note: z.nullable(z.string()),
    }),
    result: z.object({ changed: z.number() }),
  },
  /** Writes a note and keeps the decision. */
  "case/note": { params: z.object({ ...inProject, key: z.string(), note: z.string() }), result: z.object({}) },
  "case/askOptions": {
    params: z.object(ofCase),
    result: z.object({
      models: z.array(z.object({ name: z.string(), title: z.string(), isTarget: z.boolean() })),
      checkpoints: z.array(z.object({ run: z.string(), iteration: z.number(), hash: z.string() })),
      temperature: z.nullable(z.number()),
    }),
  },
  /** Asks somebody the case once, judged as in the run. `cap` bounds what such calls of this window cost together. */
  "case/ask": {
    params: z.object({
      ...ofCase,
      who: askable,
      temperature: z.nullable(z.number()),
      sample: z.number(),
      cap: z.number(),
    }),
    result: answerView,
  },
  /** An answer that was asked before, by its content address. */
  "case/answer": {
    params: z.object({ ...inProject, answer: z.string() }),
    result: z.object({ text: z.nullable(z.string()) }),
  },
  /** Wrong programs of a run, by benchmark and by how they end; null takes the newest run. */
  "case/codeErrors": {
    params: z.object({ ...inProject, run: z.nullable(z.string()) }),
    result: z.object({
      run: z.nullable(z.string()),
      benchmarks: z.array(
        z.object({
          name: z.string(),
          iteration: z.number(),
          stage: caseRef.shape.stage,
          outcomes: z.array(
            z.object({
              name: z.string(),
              cases: z.array(z.object({ ref: caseRef, id: z.string(), question: z.string() })),
            }),
          ),
        }),
      ),
    }),
  },
} as const;
