import * as z from "zod/mini";
import { engineText } from "../engineText.js";
import { faultView } from "../fault.js";
import { caseFilter, caseSort, change, grouping, triageClass, verdict } from "./caseFilter.js";
import { caseRef } from "./caseRef.js";

/** The answers of one stage of one iteration of a run to one benchmark: what one row below a benchmark shows. */
export const answerSetRef = z.object({
  benchmark: z.string(),
  run: z.string(),
  iteration: z.number(),
  stage: caseRef.shape.stage,
});
export type AnswerSetRef = z.output<typeof answerSetRef>;

/** One group of a set: its cases share this value of the grouping. */
const groupRef = z.object({ by: grouping, value: z.string() });
export type GroupRef = z.output<typeof groupRef>;

/** Cases by the way in which a person chose them: some of a set, or a whole group or range of one. */
export const selection = z.union([
  z.object({ set: answerSetRef, keys: z.array(z.string()) }),
  z.object({
    set: answerSetRef,
    group: z.nullable(groupRef),
    filter: caseFilter,
    sort: caseSort,
    offset: z.number(),
    limit: z.nullable(z.number()),
  }),
]);
export type Selection = z.output<typeof selection>;

export const figures = z.object({
  n: z.number(),
  correct: z.number(),
  /** Wilson interval of 95 %, from 0 to 1. */
  interval: z.tuple([z.number(), z.number()]),
  disputed: z.number(),
  /** Proposals to call a wrong answer an artefact that nobody has decided about. */
  artefacts: z.number(),
  /** Without cases that a person declared bad, and with artefacts as right; null when that changes nothing. */
  triaged: z.nullable(z.object({ n: z.number(), correct: z.number() })),
  /** Against the iteration or run before, over the cases that both have; null when there is none. */
  change: z.nullable(
    z.object({
      run: z.string(),
      iteration: z.number(),
      shared: z.number(),
      learned: z.number(),
      forgotten: z.number(),
    }),
  ),
});
export type Figures = z.output<typeof figures>;

const answerSet = z.object({
  run: z.string(),
  iteration: z.number(),
  stage: caseRef.shape.stage,
  /** Splits that its cases are from. */
  splits: z.array(z.string()),
  /** Null while its file is being read for the first time. */
  figures: z.nullable(figures),
  /** Cases that the filter lets through; null when not counted yet. */
  shown: z.nullable(z.number()),
  /** Why some of it cannot be read. What was read before is shown still. */
  fault: z.nullable(faultView),
});
export type AnswerSet = z.output<typeof answerSet>;

const benchmarkNode = z.object({
  name: z.string(),
  /** Title of the family; null for a benchmark that the project does not have any more. */
  familyTitle: z.nullable(engineText),
  domain: z.nullable(z.enum(["in", "out"])),
  /** The newest first. */
  sets: z.array(answerSet),
  /** Index of the set whose figures stand beside the benchmark. */
  headline: z.nullable(z.number()),
});
export type BenchmarkNode = z.output<typeof benchmarkNode>;

const overview = z.object({
  /** What `benchmarks/poll` answers as long as this is up to date. */
  stamp: z.string(),
  benchmarks: z.array(benchmarkNode),
  /** Runs that cannot be read, or the whole store (`run` null). */
  problems: z.array(z.object({ run: z.nullable(z.string()), fault: faultView })),
});
export type Overview = z.output<typeof overview>;

const caseGroup = z.object({
  value: z.string(),
  /** Cases that the filter lets through. */
  shown: z.number(),
  n: z.number(),
  correct: z.number(),
  disputed: z.number(),
  artefacts: z.number(),
});
export type CaseGroup = z.output<typeof caseGroup>;

const caseRow = z.object({
  key: z.string(),
  id: z.string(),
  /** Beginning of the question; empty when the case is not known any more. */
  question: z.string(),
  verdict,
  /** `timeout`, `NameError`, …, or the verdict where there is no more to say. */
  outcome: z.string(),
  /** What was read from the response. */
  value: z.nullable(z.string()),
  /** What went wrong when code ran. */
  failure: z.nullable(
    z.object({ message: z.string(), expected: z.nullable(z.string()), actual: z.nullable(z.string()) }),
  ),
  group: z.nullable(z.string()),
  disputed: z.boolean(),
  /** Reason of an open proposal. */
  artefact: z.nullable(z.string()),
  triage: z.nullable(triageClass),
  /** Against the set that the figures of this set are compared with. */
  change: z.nullable(change),
  tokens: z.number(),
  /** No server counted the tokens. */
  estimated: z.boolean(),
  cost: z.nullable(z.number()),
});
export type CaseRow = z.output<typeof caseRow>;

const inProject = { folder: z.string() };

export const benchmarkRequests = {
  /** Every benchmark with its runs. Answers at once; what is not read yet is read meanwhile and shows in `poll`. */
  "benchmarks/overview": { params: z.object({ ...inProject, filter: caseFilter }), result: overview },
  /** Changes whenever a file of a run, a decision or the state of reading did. */
  "benchmarks/poll": {
    params: z.object(inProject),
    result: z.object({ stamp: z.string(), runs: z.array(z.string()) }),
  },
  /** Groups with at least one shown case, the largest first. `by` is another one where the set has no such groups. */
  "benchmarks/groups": {
    params: z.object({ ...inProject, set: answerSetRef, by: grouping, filter: caseFilter }),
    result: z.object({ by: grouping, groups: z.array(caseGroup), shown: z.number(), fault: z.nullable(faultView) }),
  },
  "benchmarks/cases": {
    params: z.object({
      ...inProject,
      set: answerSetRef,
      group: z.nullable(groupRef),
      filter: caseFilter,
      sort: caseSort,
      offset: z.number(),
      limit: z.number(),
    }),
    result: z.object({ total: z.number(), cases: z.array(caseRow) }),
  },
  /** Keys of chosen cases, each once. */
  "benchmarks/keys": {
    params: z.object({ ...inProject, selections: z.array(selection) }),
    result: z.object({ keys: z.array(z.string()) }),
  },
  "benchmarks/markdown": {
    params: z.object({ ...inProject, selections: z.array(selection) }),
    result: z.object({ text: z.string(), cases: z.number(), leftOut: z.number() }),
  },
  /** Writes chosen answers with everything that is known of them, one JSON object a line. */
  "benchmarks/export": {
    params: z.object({ ...inProject, selections: z.array(selection), file: z.string() }),
    result: z.object({ cases: z.number() }),
  },
  /** The wrong answer before or after a case in the order of the view; `position` counts from 1 among `count` errors. */
  "benchmarks/neighbour": {
    params: z.object({
      ...inProject,
      ref: caseRef,
      by: grouping,
      filter: caseFilter,
      sort: caseSort,
      direction: z.enum(["next", "previous"]),
    }),
    result: z.object({ ref: z.nullable(caseRef), position: z.number(), count: z.number() }),
  },
  /** Where a case stands in the view; null when it is not listed. */
  "benchmarks/place": {
    params: z.object({ ...inProject, ref: caseRef, by: grouping, filter: caseFilter, sort: caseSort }),
    result: z.object({
      place: z.nullable(
        z.object({
          set: answerSetRef,
          group: z.nullable(groupRef),
          /** Cases of the group that come before it. */
          before: z.number(),
        }),
      ),
    }),
  },
  /** Answers of a run (null: the newest) whose key or text has this text; each case once, in its newest answer. */
  "benchmarks/find": {
    params: z.object({ ...inProject, run: z.nullable(z.string()), text: z.string(), limit: z.number() }),
    result: z.object({
      run: z.nullable(z.string()),
      hits: z.array(z.object({ ref: caseRef, question: z.string(), verdict, outcome: z.string() })),
      more: z.boolean(),
    }),
  },
} as const;
