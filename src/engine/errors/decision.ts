import * as z from "zod";
import { draftSchema, type SampleDraft } from "../families/index.js";
import { versioned, type RecordParser } from "../store/index.js";

/**
 * What a person found an error (a wrong answer of the target) to be: a true error; an artefact of the harness, where
 * the response was right; a wrong gold answer; disputed between protocols or people; ignored for another reason.
 */
export const triageClasses = ["true-error", "artefact", "bad-gold", "disputed", "ignored"] as const;
export type TriageClass = (typeof triageClasses)[number];

/** One line of `decisions/triage.jsonl`. The last line of a case wins. */
export interface TriageDecision {
  readonly version: 1;
  /** Key of the case: `benchmark/split/id`. */
  readonly case: string;
  /** Null takes an earlier decision back. */
  readonly decision: TriageClass | null;
  readonly note?: string | undefined;
  /** Who decided: a name that the user chose. */
  readonly by: string;
  /** ISO time, for people. */
  readonly time: string;
}

/** One line of `decisions/contrast.jsonl`: a neighbour that a person wants or does not want beside an error. */
export interface ContrastDecision {
  readonly version: 1;
  readonly error: string;
  readonly neighbour: string;
  /** Null takes an earlier decision back. */
  readonly decision: "pin" | "exclude" | null;
  readonly by: string;
  readonly time: string;
}

/** One line of `decisions/review.jsonl`: a person on one sample, or the end of the review of an iteration. */
export type ReviewDecision =
  | {
      readonly version: 2;
      readonly sample: string;
      /** Null takes an earlier decision back. */
      readonly decision: "accept" | "reject" | null;
      /**
       * With `accept`: what is kept in the place of what the instructor wrote. With `reject`: what would be, so that a
       * person's work is still there when the sample is accepted after all.
       */
      readonly draft?: SampleDraft | undefined;
      readonly note?: string | undefined;
      readonly by: string;
      readonly time: string;
    }
  | {
      readonly version: 2;
      readonly run: string;
      readonly iteration: number;
      readonly decision: "finished";
      readonly by: string;
      readonly time: string;
    };

const common = { version: z.literal(1), by: z.string().min(1), time: z.string().min(1) };
const note = z.string().optional();

export const parseTriageDecision: RecordParser<TriageDecision> = versioned<TriageDecision>({
  what: "triage decision",
  version: 1,
  schema: z.object({ ...common, case: z.string().min(1), decision: z.enum(triageClasses).nullable(), note }),
});

export const parseContrastDecision: RecordParser<ContrastDecision> = versioned<ContrastDecision>({
  what: "contrast decision",
  version: 1,
  schema: z.object({
    ...common,
    error: z.string().min(1),
    neighbour: z.string().min(1),
    decision: z.enum(["pin", "exclude"]).nullable(),
  }),
});

const review = { ...common, version: z.literal(2) };

export const parseReviewDecision: RecordParser<ReviewDecision> = versioned<ReviewDecision>({
  what: "review decision",
  version: 2,
  schema: z.union([
    z.object({
      ...review,
      sample: z.string().min(1),
      decision: z.enum(["accept", "reject"]),
      draft: draftSchema.optional(),
      note,
    }),
    z.object({ ...review, sample: z.string().min(1), decision: z.null(), note }),
    z.object({ ...review, run: z.string().min(1), iteration: z.int().min(0), decision: z.literal("finished") }),
  ]),
  // Version 1 knew no changed drafts; an older program that overlooked one would train on what was replaced.
  migrations: { 1: (record) => record },
});

/** A person's decision about a sample, as it is in force. */
export interface SampleReview {
  readonly decision: "accept" | "reject";
  readonly draft: SampleDraft | null;
  readonly note: string;
  readonly by: string;
  readonly time: string;
}

/** What reviews say in the end: the last line of each sample wins. */
export function applyReviews(records: readonly ReviewDecision[]): {
  readonly bySample: Map<string, SampleReview>;
  /** Whether the review of an iteration was finished. */
  readonly finished: (run: string, iteration: number) => boolean;
} {
  const bySample = new Map<string, SampleReview>();
  const finished = new Set<string>();
  for (const record of records) {
    if ("run" in record) finished.add(`${record.run}#${record.iteration}`);
    else if (record.decision === null) bySample.delete(record.sample);
    else {
      const { decision, draft = null, note: said = "", by, time } = record;
      bySample.set(record.sample, { decision, draft, note: said, by, time });
    }
  }
  return { bySample, finished: (run, iteration) => finished.has(`${run}#${iteration}`) };
}

/**
 * The draft for a new decision that names none. What a person wrote in the place of the instructor's text stays there
 * whatever is decided next; only a decision that is taken back gives the instructor's text its place again.
 */
export function draftInForce(review: SampleReview | null | undefined): { readonly draft?: SampleDraft } {
  return review == null || review.draft === null ? {} : { draft: review.draft };
}

/** The decisions in force: the last line of each case, without those taken back. */
export function applyDecisions(records: readonly TriageDecision[]): Map<string, TriageDecision> {
  const last = new Map<string, TriageDecision>();
  for (const record of records) {
    // Deleting first keeps the order of the last lines, so that a list shows the newest decision at its end.
    last.delete(record.case);
    if (record.decision !== null) last.set(record.case, record);
  }
  return last;
}

/** Whether a case may be taught and used as contrast: not with an artefact, a bad gold or an ignored case. */
export function steers(decision: TriageClass | null): { readonly teach: boolean; readonly contrast: boolean } {
  const usable = decision === null || decision === "true-error" || decision === "disputed";
  return { teach: usable, contrast: usable };
}

/** The contrast decisions in force for one error, in the order in which they were made. */
export function contrastOf(
  records: readonly ContrastDecision[],
  error: string,
): { readonly pinned: string[]; readonly excluded: string[] } {
  const last = new Map<string, "pin" | "exclude">();
  for (const { error: of, neighbour, decision } of records) {
    if (of !== error) continue;
    last.delete(neighbour);
    if (decision !== null) last.set(neighbour, decision);
  }
  const chosen = (wanted: "pin" | "exclude"): string[] =>
    [...last].filter(([, decision]) => decision === wanted).map(([neighbour]) => neighbour);
  return { pinned: chosen("pin"), excluded: chosen("exclude") };
}
