import * as z from "zod/mini";
import type { Contract } from "../rpc.js";
import { caseRef } from "../worker/cases.js";
import { evaluationRef, reportForm, reportRequests, type ReportForm } from "../worker/report.js";

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
  loading: z.string(),
  more: z.string(),
});
export type ReportStrings = z.output<typeof reportStrings>;

/** What the panel remembers, so that it comes back after a reload. */
export const reportState = z.object({
  folder: z.string(),
  run: z.string(),
  before: z.nullable(evaluationRef),
  after: z.nullable(evaluationRef),
});
export type ReportState = z.output<typeof reportState>;

const { "report/view": view, "report/compare": compare, "report/cases": cases } = reportRequests;

export const reportHost = {
  requests: {
    strings: { params: z.object({}), result: reportStrings },
    view: { params: z.object({}), result: z.extend(view.result, { state: reportState }) },
    compare: { params: z.omit(compare.params, { folder: true }), result: compare.result },
    cases: { params: z.omit(cases.params, { folder: true }), result: cases.result },
    openCase: { params: z.object({ ref: caseRef }), result: z.object({}) },
    export: { params: z.object({ form: reportForm }), result: z.object({}) },
  },
  /** Another run is shown, or the shown one has gone on: the page asks again. */
  events: { changed: z.object({}) },
} as const satisfies Contract;
export type ReportHost = typeof reportHost;

export const reportPage = { requests: {}, events: {} } as const satisfies Contract;
export type ReportPage = typeof reportPage;

/** Ending of a file name by form. */
export const reportEndings: { readonly [form in ReportForm]: string } = { markdown: "md", csv: "csv", html: "html" };
