import type { SampleDraft } from "../families/index.js";

/** A generated training example with its lineage. */
export interface Sample {
  /** Content hash of lineage and draft. */
  readonly id: string;
  readonly benchmark: string;
  readonly family: string;
  readonly strategy: string;
  readonly draft: SampleDraft;
  readonly lineage: {
    /** Key of the case that it was made from. */
    readonly source: string;
    /** Number of the instructor call of the round, and of the sample within its answer; null without a call. */
    readonly round: number;
    readonly call: number | null;
    readonly index: number;
    /** Key of the paid answer in the answer cache; null without a call. */
    readonly answer: string | null;
  };
}
