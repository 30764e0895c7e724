import * as z from "zod/mini";
import { caseRef } from "./cases.js";

/** A text in pieces, those marked that the other text does not have. */
export const markedText = z.array(z.object({ text: z.string(), differs: z.boolean() }));
export type MarkedText = z.output<typeof markedText>;

const shownCase = z.object({
  key: z.string(),
  group: z.nullable(z.string()),
  question: z.string(),
  response: z.string(),
  reference: z.nullable(z.string()),
});

export const contrastNeighbour = z.extend(shownCase, {
  /** L2 distance between unit vectors, from 0 to 2. */
  distance: z.number(),
  pinned: z.boolean(),
  /** The neighbour's question and the error's, with the words marked that the other one does not have. */
  marked: markedText,
  errorMarked: markedText,
});
export type ContrastNeighbour = z.output<typeof contrastNeighbour>;

/** A right case that is stored near the error and not shown: excluded by the person, or further away than the k-th. */
const contrastCandidate = z.object({
  key: z.string(),
  question: z.string(),
  distance: z.number(),
  excluded: z.boolean(),
});

/** What the instructor will receive for this error. */
export const instructorMessage = z.object({
  template: z.string(),
  /** `shipped`, or the file of the project that overrides it. */
  origin: z.string(),
  samples: z.number(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  tokens: z.number(),
  /** Price of the prompt and of the longest answer allowed; null when the price is unknown. */
  cost: z.nullable(z.number()),
});
export type InstructorMessage = z.output<typeof instructorMessage>;

export const contrastView = z.object({
  error: shownCase,
  k: z.number(),
  /** How many neighbours can be shown at most, and how many the configuration shows. */
  most: z.number(),
  configured: z.number(),
  embedder: z.string(),
  /** `stored`: of the run's contrast stage. `searched`: the run has none, so it was searched now. */
  source: z.enum(["stored", "searched"]),
  /** Right cases of the benchmark that could stand beside the error. */
  pool: z.number(),
  neighbours: z.array(contrastNeighbour),
  candidates: z.array(contrastCandidate),
  /** Null for cases of evaluation splits: they are never taught. */
  message: z.nullable(instructorMessage),
  currency: z.string(),
});
export type ContrastView = z.output<typeof contrastView>;

export const contrastRequests = {
  /** The contrast set of an error (Eq. 2) with k neighbours; null is the configured k. */
  "contrast/view": {
    params: z.object({ folder: z.string(), ref: caseRef, k: z.nullable(z.number()) }),
    result: contrastView,
  },
  /** Reads what the contrast set of an error will need, while the person still looks at the error. Searches nothing. */
  "contrast/prepare": { params: z.object({ folder: z.string(), ref: caseRef }), result: z.object({}) },
  /** A person's decision about one neighbour of an error; null takes it back. */
  "contrast/decide": {
    params: z.object({
      folder: z.string(),
      error: z.string(),
      decisions: z.array(z.object({ neighbour: z.string(), decision: z.nullable(z.enum(["pin", "exclude"])) })),
    }),
    result: z.object({}),
  },
} as const;
