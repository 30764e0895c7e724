import type { SampleDraft } from "../families/index.js";

/** A person's decisions, read once at the start of a run or of its resumption. */
export interface Decisions {
  /** Whether the case may be taught and used as contrast: not an artefact, a bad gold or ignored. */
  teaches(caseKey: string): boolean;
  /** The second, triaged figure beside the published one: artefacts count as right, bad golds and ignored cases not at all. */
  triaged(verdicts: readonly { readonly case: string; readonly correct: boolean }[]): {
    readonly n: number;
    readonly correct: number;
  };
  /** Neighbours that a person pinned or excluded for an error. */
  contrast(errorKey: string): { readonly pinned: readonly string[]; readonly excluded: readonly string[] };
  /** Decision of a review about a sample, with the draft that is kept instead where one was written; null without one. */
  review(sampleId: string): {
    readonly decision: "accept" | "reject";
    readonly draft: SampleDraft | null;
  } | null;
  /** Whether the review of an iteration's samples was finished. */
  reviewFinished(run: string, iteration: number): boolean;
  /** Hashes of what was decided, for fingerprints. */
  readonly triageHash: string;
  readonly contrastHash: string;
  readonly reviewHash: string;
}
