import * as z from "zod/mini";
import type { Contract } from "../rpc.js";
import { sampleFilter } from "../worker/sampleFilter.js";
import { sampleEvents, sampleRequests } from "../worker/samples.js";

/** Words of the panel, made by the extension host in the person's language. `{0}` is filled in by the page. */
export const instructorStrings = z.object({
  title: z.string(),
  loading: z.string(),
  retry: z.string(),
  configurationBroken: z.string(),
  iteration: z.string(),
  ofErrors: z.string(),
  previousError: z.string(),
  nextError: z.string(),
  streaming: z.string(),
  spent: z.string(),
  spentOf: z.string(),
  parseYield: z.string(),
  tokens: z.string(),
  /** Why a number of tokens begins with ≈. */
  estimatedTokens: z.string(),
  counts: z.string(),
  samples: z.string(),
  filter: z.string(),
  all: z.string(),
  kept: z.string(),
  dropped: z.string(),
  open: z.string(),
  reviewed: z.string(),
  gate: z.string(),
  anyGate: z.string(),
  noSamples: z.string(),
  keys: z.string(),
  accepted: z.string(),
  rejected: z.string(),
  edited: z.string(),
  keptByGates: z.string(),
  droppedBy: z.string(),
  passed: z.string(),
  failed: z.string(),
  verified: z.string(),
  refuted: z.string(),
  notVerifiable: z.string(),
  accept: z.string(),
  acceptAnyway: z.string(),
  reject: z.string(),
  undecide: z.string(),
  undecided: z.string(),
  edit: z.string(),
  cancel: z.string(),
  checkAndAccept: z.string(),
  editFailed: z.string(),
  notEditable: z.string(),
  checking: z.string(),
  changeOpen: z.string(),
  listChanged: z.string(),
  regenerate: z.string(),
  askFor: z.string(),
  askForUnknown: z.string(),
  regenerating: z.string(),
  answeredAgain: z.string(),
  notAsked: z.string(),
  fresh: z.string(),
  freshNote: z.string(),
  useInstead: z.string(),
  discard: z.string(),
  undo: z.string(),
  undone: z.string(),
  undoneOne: z.string(),
  nothingToUndo: z.string(),
  decided: z.string(),
  decidedOne: z.string(),
  analysis: z.string(),
  noAnalysis: z.string(),
  error: z.string(),
  response: z.string(),
  reference: z.string(),
  openCase: z.string(),
  contrastSet: z.string(),
  sample: z.string(),
  question: z.string(),
  solution: z.string(),
  answer: z.string(),
  options: z.string(),
  tests: z.string(),
  entryPoint: z.string(),
  original: z.string(),
  evidence: z.string(),
  recomputing: z.string(),
  equations: z.string(),
  equationRight: z.string(),
  equationWrong: z.string(),
  testsPass: z.string(),
  testsFail: z.string(),
  expected: z.string(),
  actual: z.string(),
  repeatsCase: z.string(),
  repeatsSample: z.string(),
  nearestEvaluation: z.string(),
  noEvidence: z.string(),
  raw: z.string(),
  call: z.string(),
  callFigures: z.string(),
  cutOff: z.string(),
  hidden: z.string(),
  marks: z.string(),
  lineage: z.string(),
  lineageCall: z.string(),
  lineageNoCall: z.string(),
  inTraining: z.string(),
  inHeldOut: z.string(),
  notInTraining: z.string(),
  noTrainingYet: z.string(),
  reviewBy: z.string(),
  reviewRequired: z.string(),
  reviewWaiting: z.string(),
  reviewFinished: z.string(),
  finishReview: z.string(),
  live: z.string(),
  before: z.string(),
  copy: z.string(),
  cost: z.string(),
  unknownCost: z.string(),
  paidBefore: z.string(),
});
export type InstructorStrings = z.output<typeof instructorStrings>;

/** What was typed in the place of a sample, and not accepted yet. */
const sampleForm = z.object({
  sample: z.string(),
  fields: z.object({
    question: z.string(),
    solution: z.string(),
    answer: z.string(),
    options: z.string(),
    tests: z.string(),
  }),
  /** Whether it says anything else than the sample. */
  typed: z.optional(z.boolean()),
});
export type SampleForm = z.output<typeof sampleForm>;

/** What a panel remembers, so that it comes back after a reload. */
export const instructorState = z.object({
  folder: z.string(),
  run: z.nullable(z.string()),
  iteration: z.nullable(z.number()),
  error: z.nullable(z.string()),
  sample: z.nullable(z.string()),
  filter: sampleFilter,
  /** Changes of samples that a person is at. */
  forms: z.optional(z.array(sampleForm)),
});
export type InstructorState = z.output<typeof instructorState>;

const { overview, page, place, error, evidence, review, reviewRange, edit, askPrice, regenerate } = {
  overview: sampleRequests["samples/overview"],
  page: sampleRequests["samples/page"],
  place: sampleRequests["samples/place"],
  error: sampleRequests["samples/error"],
  evidence: sampleRequests["samples/evidence"],
  review: sampleRequests["samples/review"],
  reviewRange: sampleRequests["samples/reviewRange"],
  edit: sampleRequests["samples/edit"],
  askPrice: sampleRequests["samples/askPrice"],
  regenerate: sampleRequests["samples/regenerate"],
};
/** The page names no project and no run: it is about the ones that the host shows in it. */
const pagePlace = { folder: true, run: true, iteration: true } as const;

export const instructorHost = {
  requests: {
    strings: { params: z.object({}), result: instructorStrings },
    overview: { params: z.object({}), result: z.object({ overview: overview.result, state: instructorState }) },
    page: { params: z.omit(page.params, pagePlace), result: page.result },
    place: { params: z.omit(place.params, pagePlace), result: place.result },
    error: { params: z.omit(error.params, pagePlace), result: error.result },
    evidence: { params: z.omit(evidence.params, pagePlace), result: evidence.result },
    review: { params: z.omit(review.params, pagePlace), result: review.result },
    reviewRange: { params: z.omit(reviewRange.params, pagePlace), result: reviewRange.result },
    edit: { params: z.omit(edit.params, pagePlace), result: edit.result },
    /** Brings back what was in force before the last decision; about how many samples that was, and the first of them. */
    undo: { params: z.object({}), result: z.object({ samples: z.number(), first: z.nullable(z.string()) }) },
    askPrice: { params: z.omit(askPrice.params, pagePlace), result: askPrice.result },
    /** The cap is a setting of the editor's. */
    regenerate: { params: z.omit(regenerate.params, { ...pagePlace, cap: true }), result: regenerate.result },
    finishReview: { params: z.object({}), result: z.object({}) },
    showIteration: { params: z.object({ iteration: z.number() }), result: z.object({}) },
    /** What is selected, for commands and for a reload. */
    remember: {
      params: z.pick(instructorState, { error: true, sample: true, filter: true, forms: true }),
      result: z.object({ state: instructorState }),
    },
    openCase: { params: z.object({ key: z.string() }), result: z.object({}) },
    openContrast: { params: z.object({ key: z.string() }), result: z.object({}) },
    copy: { params: z.object({ text: z.string() }), result: z.object({}) },
  },
  events: {
    /** Another iteration or sample is shown (`state`), or something of what is shown changed (null). */
    changed: z.object({ state: z.nullable(instructorState) }),
    live: z.object({ answer: sampleEvents["samples/live"].shape.answer }),
    /** A command of the palette about what is selected. */
    act: z.object({ action: z.enum(["accept", "reject", "edit", "regenerate", "undo"]) }),
  },
} as const satisfies Contract;
export type InstructorHost = typeof instructorHost;

export const instructorPage = { requests: {}, events: {} } as const satisfies Contract;
export type InstructorPage = typeof instructorPage;
