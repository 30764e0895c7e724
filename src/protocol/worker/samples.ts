import * as z from "zod/mini";
import { engineText } from "../engineText.js";
import { lastReadable } from "../fault.js";
import { shownText } from "./cases.js";
import { sampleFilter } from "./sampleFilter.js";

/** What an instructor wrote for one training example. */
export const sampleDraft = z.object({
  question: z.string(),
  solution: z.string(),
  answer: z.nullable(z.string()),
  options: z.nullable(z.array(z.object({ label: z.string(), text: z.string() }))),
  tests: z.nullable(z.array(z.string())),
  entryPoint: z.nullable(z.string()),
});
export type SampleDraftView = z.output<typeof sampleDraft>;

export const gateResult = z.object({
  gate: z.string(),
  passed: z.boolean(),
  reason: engineText,
  verification: z.nullable(z.enum(["verified", "refuted", "not-verifiable"])),
});
export type GateResultView = z.output<typeof gateResult>;

/** A person's decision about a sample, as it is in force. */
const sampleReview = z.object({
  decision: z.enum(["accept", "reject"]),
  /** What is kept instead of what the instructor wrote; null where that was not changed. */
  draft: z.nullable(sampleDraft),
  note: z.string(),
  by: z.string(),
  time: z.string(),
});

export const sampleRow = z.object({
  id: z.string(),
  /** Key of the error that it was made from. */
  error: z.string(),
  question: z.string(),
  /** What is in force: the person's decision, else that of the gates. */
  kept: z.boolean(),
  /** The gate that dropped it and why; null where all let it through. */
  droppedBy: z.nullable(z.string()),
  reason: engineText,
  verification: gateResult.shape.verification,
  review: z.nullable(z.enum(["accept", "reject"])),
  edited: z.boolean(),
});
export type SampleRow = z.output<typeof sampleRow>;

export const samplesOverview = z.object({
  run: z.string(),
  iteration: z.number(),
  /** Iterations of the run that have answers of the instructor. */
  iterations: z.array(z.number()),
  strategy: z.string(),
  /** Set of templates: `paper` or `clean`. */
  set: z.string(),
  /** Answers arrive now. */
  live: z.boolean(),
  errors: z.number(),
  calls: z.number(),
  asked: z.number(),
  /** Samples that could be read. */
  parsed: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  /** No server counted some of these tokens. */
  estimated: z.boolean(),
  /** What the run spent so far, of its cap; the cap is null where there is none in currency. */
  spent: z.number(),
  cap: z.nullable(z.number()),
  currency: z.string(),
  samples: z.number(),
  kept: z.number(),
  /** Nobody has decided about them. */
  open: z.number(),
  /** Samples that a gate dropped: how many, how many of them a person keeps, and about how many nobody has decided. */
  gates: z.array(z.object({ gate: z.string(), samples: z.number(), kept: z.number(), open: z.number() })),
  /** `waiting`: the run stops before training until the review is finished. */
  review: z.enum(["not-required", "required", "waiting", "finished"]),
  ...lastReadable,
});
export type SamplesOverview = z.output<typeof samplesOverview>;

export const answerMark = z.object({
  /** Number of the sample in the answer, from 0. */
  sample: z.number(),
  field: z.string(),
  start: z.number(),
  end: z.number(),
});
export type AnswerMarkView = z.output<typeof answerMark>;

/** One answer of the instructor. */
export const instructorAnswer = z.object({
  round: z.number(),
  number: z.number(),
  template: z.string(),
  asked: z.number(),
  parsed: z.number(),
  finish: z.enum(["stop", "length", "filter", "other"]),
  /** What could not be read, one sentence each. */
  problems: z.array(engineText),
  analysis: z.nullable(z.string()),
  text: shownText,
  /** Where the parsed parts stand in the shown text. */
  marks: z.array(answerMark),
  promptTokens: z.number(),
  completionTokens: z.number(),
  /** No server counted some of these tokens. */
  estimated: z.boolean(),
  cost: z.nullable(z.number()),
});
export type InstructorAnswer = z.output<typeof instructorAnswer>;

export const sampleDetail = z.object({
  id: z.string(),
  round: z.number(),
  /** Number of the call in its round; null for a sample without one. */
  call: z.nullable(z.number()),
  index: z.number(),
  draft: sampleDraft,
  /** What the instructor wrote, where a person changed it. */
  original: z.nullable(sampleDraft),
  gates: z.array(gateResult),
  kept: z.boolean(),
  review: z.nullable(sampleReview),
  /** The draft is shown as it is, so that it may be changed; very long texts are cut. */
  editable: z.boolean(),
  /** The training set of this iteration has it; null before there is one. */
  trained: z.nullable(z.enum(["training", "held-out", "no"])),
});
export type SampleDetail = z.output<typeof sampleDetail>;

/** Everything that came of one error. */
export const errorOutput = z.object({
  run: z.string(),
  iteration: z.number(),
  key: z.string(),
  family: z.string(),
  /** Place among the errors of the iteration, from 0, and how many there are. */
  position: z.number(),
  count: z.number(),
  previous: z.nullable(z.string()),
  next: z.nullable(z.string()),
  question: z.nullable(z.string()),
  response: z.nullable(z.string()),
  reference: z.nullable(z.string()),
  answers: z.array(instructorAnswer),
  samples: z.array(sampleDetail),
  currency: z.string(),
});
export type ErrorOutput = z.output<typeof errorOutput>;

const similar = z.object({
  /** Key of a case, or id of a sample. */
  key: z.string(),
  /** ROUGE-L F1 from 0 to 1. */
  score: z.number(),
  text: z.string(),
});
export type SimilarText = z.output<typeof similar>;

/** Why a sample was kept or dropped, recomputed now. */
export const sampleEvidence = z.object({
  /** What the gates say of the draft as it is; null where the stored results are about this very draft. */
  gates: z.nullable(z.array(gateResult)),
  /** Equations of the solution in the order of the text; spans are offsets in the solution. */
  equations: z.array(
    z.object({
      span: z.tuple([z.number(), z.number()]),
      expression: z.string(),
      stated: z.string(),
      computed: z.string(),
      ok: z.boolean(),
    }),
  ),
  tests: z.nullable(
    z.object({
      passed: z.boolean(),
      /** How the program ended: `passed`, `assertion`, `timeout`, … */
      by: z.string(),
      assertion: z.nullable(z.string()),
      expected: z.nullable(z.string()),
      actual: z.nullable(z.string()),
      message: z.string(),
      line: z.nullable(z.number()),
    }),
  ),
  /** What the duplicate gate found it to repeat. */
  duplicate: z.nullable(z.extend(similar, { kind: z.enum(["sample", "case"]) })),
  /** The nearest case of the benchmark's evaluation split. */
  evaluation: z.nullable(similar),
});
export type SampleEvidence = z.output<typeof sampleEvidence>;

/** One decision about one sample; null takes an earlier one back. */
const decision = z.object({
  sample: z.string(),
  decision: z.nullable(z.enum(["accept", "reject"])),
  /** What stands in the place of the instructor's text: null for nothing; without it, what a person wrote there stays. */
  draft: z.optional(z.nullable(sampleDraft)),
});
export type SampleDecision = z.output<typeof decision>;

/** A fresh answer about an error that is no part of the run. */
export const freshAnswer = z.object({
  answer: instructorAnswer,
  samples: z.array(z.object({ draft: sampleDraft, gates: z.array(gateResult), passed: z.boolean() })),
  cached: z.boolean(),
  currency: z.string(),
});
export type FreshAnswer = z.output<typeof freshAnswer>;

const inIteration = { folder: z.string(), run: z.string(), iteration: z.number() } as const;

export const sampleRequests = {
  /** Null is the newest run with answers of an instructor, and its newest iteration that has some. */
  "samples/overview": {
    params: z.object({ folder: z.string(), run: z.nullable(z.string()), iteration: z.nullable(z.number()) }),
    result: samplesOverview,
  },
  /** A piece of the list: at most 500 rows. */
  "samples/page": {
    params: z.object({ ...inIteration, filter: sampleFilter, from: z.number(), count: z.number() }),
    result: z.object({ total: z.number(), from: z.number(), rows: z.array(sampleRow) }),
  },
  /** Where a sample, or the first one of an error, stands in the list; null where it is not. */
  "samples/place": {
    params: z.object({
      ...inIteration,
      filter: sampleFilter,
      sample: z.nullable(z.string()),
      error: z.nullable(z.string()),
    }),
    result: z.object({ place: z.nullable(z.number()) }),
  },
  /** Null is the first error. */
  "samples/error": { params: z.object({ ...inIteration, key: z.nullable(z.string()) }), result: errorOutput },
  "samples/evidence": { params: z.object({ ...inIteration, sample: z.string() }), result: sampleEvidence },
  /** Decides about samples; the answer says what was in force before, so that it can be undone. */
  "samples/review": {
    params: z.object({ ...inIteration, decisions: z.array(decision), note: z.nullable(z.string()) }),
    result: z.object({ before: z.array(decision) }),
  },
  /**
   * The same for a part of a list, from one sample to another (both are meant): at most 5,000 samples. `before` is null, and
   * nothing is decided, where there are not as many samples from one to the other as the person saw.
   */
  "samples/reviewRange": {
    params: z.object({
      ...inIteration,
      filter: sampleFilter,
      first: z.string(),
      last: z.string(),
      count: z.number(),
      decision: z.nullable(z.enum(["accept", "reject"])),
    }),
    result: z.object({ before: z.nullable(z.array(decision)) }),
  },
  /** Sends a changed draft through the gates, and accepts it: never, if all let it through, or whatever they say. */
  "samples/edit": {
    params: z.object({
      ...inIteration,
      sample: z.string(),
      draft: sampleDraft,
      accept: z.enum(["no", "if-passed", "anyway"]),
    }),
    result: z.object({
      gates: z.array(gateResult),
      passed: z.boolean(),
      accepted: z.boolean(),
      before: z.array(decision),
    }),
  },
  /** What asking again may cost at most, in the project's currency; null where the price is unknown. */
  "samples/askPrice": {
    params: z.object({ ...inIteration, key: z.string() }),
    result: z.object({ cost: z.nullable(z.number()), currency: z.string() }),
  },
  /** Asks the instructor again about an error. The run is not changed. `cap` is in the project's currency. */
  "samples/regenerate": {
    params: z.object({ ...inIteration, key: z.string(), attempt: z.number(), cap: z.number() }),
    result: freshAnswer,
  },
  "samples/finishReview": { params: z.object(inIteration), result: z.object({}) },
  /** From now on `samples/live` and `samples/changed` about this run, until `samples/unwatch`. One run at a time. */
  "samples/watch": { params: z.object({ folder: z.string(), run: z.string() }), result: z.object({}) },
  "samples/unwatch": { params: z.object({ folder: z.string() }), result: z.object({}) },
} as const;

export const sampleEvents = {
  /** The answer that arrives now, as far as it has; null when none does any more. */
  "samples/live": z.object({
    folder: z.string(),
    run: z.string(),
    answer: z.nullable(
      z.object({
        iteration: z.number(),
        error: z.string(),
        round: z.number(),
        number: z.number(),
        text: z.string(),
        before: z.number(),
      }),
    ),
  }),
  /** Answers, samples, decisions or the state of the run changed. */
  "samples/changed": z.object({ folder: z.string(), run: z.string() }),
} as const;
export type LiveAnswerView = NonNullable<z.output<(typeof sampleEvents)["samples/live"]>["answer"]>;
