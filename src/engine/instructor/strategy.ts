import type { Case, SampleDraft } from "../families/index.js";

/** A wrong answer of the target that may be taught (the paper's (d^-, r^-)). */
export interface TaughtError {
  readonly testCase: Case;
  readonly response: string;
}

/** One member of a contrast set (the paper's p, Eq. 2). */
export interface Neighbour {
  readonly testCase: Case;
  /** L2 distance between unit vectors, from 0 to 2. */
  readonly distance: number;
}

/** One call to the instructor, planned before any answer arrives, so that the order of answers cannot matter. */
export interface InstructorCall {
  /** Position in the round; answers are accepted in this order. */
  readonly number: number;
  readonly error: TaughtError;
  readonly neighbours: readonly Neighbour[];
  /** How many samples the call asks for (at most 20). */
  readonly samples: number;
  /** Sample number of the model call: several calls with equal messages differ in it. */
  readonly sample: number;
  /** Strategy whose template is used; LEC falls back to LE for an error without right neighbours. */
  readonly template: string;
}

/** What a strategy sees of one benchmark. */
export interface StrategyInput {
  readonly benchmark: string;
  readonly family: string;
  /** All selected cases of the target split, in order. */
  readonly selected: readonly Case[];
  /** Errors that may be taught, in order of the selection. */
  readonly errors: readonly TaughtError[];
  /** k nearest right cases of an error; empty when there are none. */
  readonly neighbours: (errorKey: string) => readonly Neighbour[];
  /** Number of kept samples wanted. */
  readonly quota: number;
  /** The most samples that one call asks for. */
  readonly samplesPerCall: number;
  /** Samples kept so far, in earlier rounds. */
  readonly kept: number;
  /** Round of top-ups, from 0. */
  readonly round: number;
  readonly seed: number;
}

/** What a strategy does next: calls to make, or drafts that need no call (training split). */
export interface StrategyRound {
  readonly calls: readonly InstructorCall[];
  readonly drafts: readonly { readonly sourceKey: string; readonly draft: SampleDraft }[];
  /** What the user should know of this round, for example errors without right neighbours; absent when nothing. */
  readonly notes?: readonly string[];
}

/**
 * Errors and a quota in, samples out. One object a strategy, one line in the table of `instructor/index.ts`. A round is
 * planned from what earlier rounds kept; an empty round ends it.
 */
export interface Strategy {
  readonly name: string;
  readonly title: string;
  /** Whether the contrast stage has to run. */
  readonly needsContrast: boolean;
  /** Whether gates after format are skipped under the `paper` protocol (AugGPT: no filtering). */
  readonly filteredInPaper: boolean;
  /** Raised when the strategy's code changes results; part of the stage's fingerprint. */
  readonly version: number;
  round(input: StrategyInput): StrategyRound;
}
