import * as z from "zod/mini";
import { lastReadable } from "../fault.js";
import { caseRef } from "./caseRef.js";

/** One evaluation of a run: iteration 0 is the base model. */
export const evaluationRef = z.object({ run: z.string(), iteration: z.number() });
export type EvaluationRef = z.output<typeof evaluationRef>;

const accuracy = z.object({
  iteration: z.number(),
  n: z.number(),
  correct: z.number(),
  /** From 0 to 1. */
  accuracy: z.number(),
  /** Wilson interval of 95 %, from 0 to 1. */
  interval: z.tuple([z.number(), z.number()]),
  disputed: z.number(),
  triaged: z.nullable(z.object({ n: z.number(), correct: z.number(), accuracy: z.number() })),
  passAtK: z.array(z.object({ k: z.number(), value: z.number() })),
});
export type AccuracyView = z.output<typeof accuracy>;

const benchmarkReport = z.object({
  name: z.string(),
  family: z.string(),
  domain: z.enum(["in", "out"]),
  accuracies: z.array(accuracy),
  /** Cases that became right and wrong from the iteration before to this one (Eq. 4); their lists come by `report/cases`. */
  learning: z.array(
    z.object({
      iteration: z.number(),
      learned: z.number(),
      forgotten: z.number(),
      learnedRate: z.number(),
      forgottenRate: z.number(),
    }),
  ),
});
export type BenchmarkReportView = z.output<typeof benchmarkReport>;

const iterationReport = z.object({
  iteration: z.number(),
  strategy: z.string(),
  errors: z.number(),
  calls: z.number(),
  generated: z.number(),
  kept: z.number(),
  learned: z.number(),
  forgotten: z.number(),
  cost: z.nullable(z.number()),
  parseYield: z.nullable(z.number()),
  funnel: z.array(z.object({ gate: z.string(), left: z.number(), dropped: z.number() })),
  verification: z.object({ verified: z.number(), refuted: z.number(), notVerifiable: z.number() }),
  quotas: z.array(z.object({ benchmark: z.string(), wanted: z.number(), kept: z.number(), errors: z.number() })),
  loss: z.array(z.object({ step: z.number(), loss: z.nullable(z.number()), heldOutLoss: z.nullable(z.number()) })),
});
export type IterationReportView = z.output<typeof iterationReport>;

export const reportView = z.object({
  run: z.string(),
  target: z.string(),
  instructor: z.string(),
  protocol: z.enum(["paper", "clean"]),
  seed: z.number(),
  currency: z.string(),
  benchmarks: z.array(benchmarkReport),
  iterations: z.array(iterationReport),
});
export type ReportView = z.output<typeof reportView>;

/** How a case fared in two evaluations. */
const fates = ["learned", "forgotten", "still-wrong", "still-right"] as const;
export const fate = z.enum(fates);
export type Fate = z.output<typeof fate>;

const comparison = z.object({
  benchmark: z.string(),
  /** Cases that both evaluations hold. */
  shared: z.number(),
  learned: z.number(),
  forgotten: z.number(),
  "still-wrong": z.number(),
  "still-right": z.number(),
});
export type ComparisonView = z.output<typeof comparison>;

/** The cases behind a figure. */
export const caseQuery = z.object({
  before: evaluationRef,
  after: evaluationRef,
  /** Null for those of every benchmark. */
  benchmark: z.nullable(z.string()),
  fate,
});
export type CaseQuery = z.output<typeof caseQuery>;

const caseOfFate = z.object({ ref: caseRef, question: z.string() });
export type CaseOfFate = z.output<typeof caseOfFate>;

export const reportForms = ["markdown", "csv", "html"] as const;
export const reportForm = z.enum(reportForms);
export type ReportForm = z.output<typeof reportForm>;

export const reportRequests = {
  /** The report of a run, and the evaluations of the project that it can be compared with. */
  "report/view": {
    params: z.object({ folder: z.string(), run: z.string() }),
    result: z.object({ report: reportView, evaluations: z.array(evaluationRef), ...lastReadable }),
  },
  /** The same text as `preceptor report --html` and its sisters write. */
  "report/export": {
    params: z.object({ folder: z.string(), run: z.string(), form: reportForm }),
    result: z.object({ text: z.string() }),
  },
  /** Two evaluations case by case, over the benchmarks that both have. */
  "report/compare": {
    params: z.object({ folder: z.string(), before: evaluationRef, after: evaluationRef }),
    result: z.object({ benchmarks: z.array(comparison) }),
  },
  /** The cases of one fate, in the order of their keys; of every benchmark where it is null. */
  "report/cases": {
    params: z.extend(caseQuery, { folder: z.string(), offset: z.number(), limit: z.number() }),
    result: z.object({ total: z.number(), cases: z.array(caseOfFate) }),
  },
} as const;
