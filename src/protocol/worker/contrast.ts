import * as z from "zod/mini";
import { lastReadable } from "../fault.js";
import { caseRef } from "./caseRef.js";

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
const instructorMessage = z.object({
  /** Strategy of the error's iteration, and how many neighbours it sends: none where it does not teach by contrast. */
  strategy: z.string(),
  neighbours: z.number(),
  template: z.string(),
  /** `shipped`, or the file of the project that overrides it. */
  origin: z.string(),
  samples: z.number(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  tokens: z.number(),
  /** Price of the prompt and of the longest answer allowed; null when the price is unknown. */
  cost: z.nullable(z.number()),
});

/**
 * Why the instructor receives nothing about a case: it is one of an evaluation split; the configuration has no such
 * iteration; a strategy that asks nobody; nothing wanted of its benchmark; a person's triage; a right answer; or a
 * baseline that draws other errors.
 */
const unsentReason = z.enum(["evaluation", "iteration", "strategy", "quota", "triage", "right", "undrawn"]);
export type UnsentReason = z.output<typeof unsentReason>;

export const contrastView = z.object({
  error: shownCase,
  /** How many neighbours are shown. */
  k: z.number(),
  /** How few (a person's pins stay) and how many can be shown, and how many the configuration shows. */
  fewest: z.number(),
  most: z.number(),
  configured: z.number(),
  embedder: z.string(),
  /** `stored`: of the run's contrast stage. `searched`: the run has not stored it, so it was searched now. */
  source: z.enum(["stored", "searched"]),
  /** Whether only right cases of the error's own group are looked at, here and in the configuration. */
  sameGroup: z.object({ shown: z.boolean(), configured: z.boolean() }),
  neighbours: z.array(contrastNeighbour),
  candidates: z.array(contrastCandidate),
  ...lastReadable,
});
export type ContrastView = z.output<typeof contrastView>;

/** What the instructor receives about an error with these neighbours. */
export const contrastMessage = z.object({
  /** Null where nothing is sent about the case, and why. */
  message: z.nullable(instructorMessage),
  unsent: z.nullable(unsentReason),
  /** Right cases of the benchmark that could stand beside the error. */
  pool: z.number(),
  currency: z.string(),
});
export type ContrastMessage = z.output<typeof contrastMessage>;

const contrastWanted = z.object({
  folder: z.string(),
  ref: caseRef,
  /** How many neighbours, and whether of the error's own group only; null is what is configured. */
  k: z.nullable(z.number()),
  sameGroup: z.optional(z.nullable(z.boolean())),
});

export const contrastRequests = {
  /** The contrast set of an error (Eq. 2). */
  "contrast/view": { params: contrastWanted, result: contrastView },
  /** What the strategy of the error's iteration sends with that set: asked apart, because it needs far more reading. */
  "contrast/message": { params: contrastWanted, result: contrastMessage },
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
