import * as z from "zod/mini";
import type { Contract } from "../rpc.js";
import { caseRef } from "../worker/caseRef.js";
import { caseQuery, evaluationRef, reportForm, reportRequests } from "../worker/report.js";

/** Words of the report, made by the extension host in the person's language. `{0}` is filled in by the page. */
export const reportStrings = z.object({
  title: z.string(),
  subtitle: z.string(),
  accuracy: z.string(),
  accuracyNote: z.string(),
  benchmark: z.string(),
  inDomain: z.string(),
  outOfDomain: z.string(),
  base: z.string(),
  iteration: z.string(),
  change: z.string(),
  average: z.string(),
  learned: z.string(),
  forgotten: z.string(),
  stillWrong: z.string(),
  stillRight: z.string(),
  triaged: z.string(),
  gates: z.string(),
  gatesNote: z.string(),
  gate: z.string(),
  left: z.string(),
  dropped: z.string(),
  iterations: z.string(),
  strategy: z.string(),
  errors: z.string(),
  generated: z.string(),
  kept: z.string(),
  parseYield: z.string(),
  cost: z.string(),
  unknown: z.string(),
  loss: z.string(),
  lossTraining: z.string(),
  lossHeldOut: z.string(),
  step: z.string(),
  table: z.string(),
  compare: z.string(),
  compareNote: z.string(),
  before: z.string(),
  after: z.string(),
  shared: z.string(),
  cases: z.string(),
  casesOf: z.string(),
  close: z.string(),
  exportAs: z.string(),
  nothingYet: z.string(),
  retry: z.string(),
  configurationBroken: z.string(),
  loading: z.string(),
  caseCount: z.string(),
  learning: z.string(),
  learningNote: z.string(),
  learnedRate: z.string(),
  forgottenRate: z.string(),
  quotas: z.string(),
  quotasNote: z.string(),
  quota: z.string(),
  allBenchmarks: z.string(),
  bothAnswers: z.string(),
  samplesOf: z.string(),
});
export type ReportStrings = z.output<typeof reportStrings>;

/** The list of cases that is open. */
const openList = z.extend(caseQuery, {
  /** Place of the case that was looked at last. */
  cursor: z.number(),
});
export type OpenList = z.output<typeof openList>;

/** What the panel remembers, so that it comes back after a reload, and when it was covered by something else. */
export const reportState = z.object({
  folder: z.string(),
  run: z.string(),
  before: z.nullable(evaluationRef),
  after: z.nullable(evaluationRef),
  list: z.nullable(openList),
  /** Whether a case of a list is shown by its answers in both evaluations, or as what it is after. */
  both: z.boolean(),
  /** How far down the page was, in pixels. */
  scroll: z.number(),
});
export type ReportState = z.output<typeof reportState>;

const { "report/view": view, "report/compare": compare, "report/cases": cases } = reportRequests;

export const reportHost = {
  requests: {
    strings: { params: z.object({}), result: reportStrings },
    view: { params: z.object({}), result: z.extend(view.result, { state: reportState }) },
    compare: { params: z.omit(compare.params, { folder: true }), result: compare.result },
    cases: { params: z.omit(cases.params, { folder: true }), result: cases.result },
    /** What is looked at, for a reload. */
    remember: {
      params: z.omit(reportState, { folder: true, run: true }),
      result: z.object({ state: reportState }),
    },
    /** Opens a case; with the answer of another evaluation to the same case, both answers. */
    openCase: { params: z.object({ ref: caseRef, before: z.nullable(evaluationRef) }), result: z.object({}) },
    /** Shows the samples of an iteration that this gate dropped, all of them, or those that were kept. */
    openSamples: {
      params: z.object({
        iteration: z.number(),
        state: z.enum(["all", "kept", "dropped"]),
        gate: z.nullable(z.string()),
      }),
      result: z.object({}),
    },
    export: { params: z.object({ form: reportForm }), result: z.object({}) },
  },
  /** The shown run has gone on: the page asks again. */
  events: { changed: z.object({}) },
} as const satisfies Contract;
export type ReportHost = typeof reportHost;

export const reportPage = { requests: {}, events: {} } as const satisfies Contract;
export type ReportPage = typeof reportPage;
