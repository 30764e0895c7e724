import * as z from "zod/mini";
import type { Contract } from "../rpc.js";
import { caseRef } from "../worker/caseRef.js";
import { contrastMessage, contrastView } from "../worker/contrast.js";

/** Words of the panel, made by the extension host in the person's language. `{0}` is filled in by the page. */
export const contrastStrings = z.object({
  title: z.string(),
  wrong: z.string(),
  right: z.string(),
  distance: z.string(),
  response: z.string(),
  reference: z.string(),
  fewer: z.string(),
  more: z.string(),
  neighbours: z.string(),
  reset: z.string(),
  pin: z.string(),
  unpin: z.string(),
  exclude: z.string(),
  include: z.string(),
  replace: z.string(),
  openCase: z.string(),
  candidates: z.string(),
  excluded: z.string(),
  searched: z.string(),
  embedder: z.string(),
  pool: z.string(),
  poolOfGroup: z.string(),
  sameGroup: z.string(),
  allPinned: z.string(),
  keys: z.string(),
  message: z.string(),
  messageOf: z.string(),
  tokens: z.string(),
  cost: z.string(),
  unknownCost: z.string(),
  copy: z.string(),
  alone: z.string(),
  otherK: z.string(),
  otherPool: z.string(),
  unsentEvaluation: z.string(),
  unsentIteration: z.string(),
  unsentStrategy: z.string(),
  unsentQuota: z.string(),
  unsentTriage: z.string(),
  unsentRight: z.string(),
  unsentUndrawn: z.string(),
  none: z.string(),
  retry: z.string(),
  configurationBroken: z.string(),
  loading: z.string(),
  updated: z.string(),
  pinned: z.string(),
  unpinned: z.string(),
  nowExcluded: z.string(),
  included: z.string(),
  replaced: z.string(),
});
export type ContrastStrings = z.output<typeof contrastStrings>;

/** What a panel remembers, so that it comes back after a reload. */
export const contrastState = z.object({
  folder: z.string(),
  ref: caseRef,
  /** Null is what is configured. */
  k: z.nullable(z.number()),
  sameGroup: z.nullable(z.boolean()),
});
export type ContrastState = z.output<typeof contrastState>;

export const contrastHost = {
  requests: {
    strings: { params: z.object({}), result: contrastStrings },
    view: {
      /** Null is what is configured, and `as-before` what was shown last. */
      params: z.object({
        k: z.union([z.nullable(z.number()), z.literal("as-before")]),
        sameGroup: z.union([z.nullable(z.boolean()), z.literal("as-before")]),
      }),
      result: z.object({ view: contrastView, state: contrastState }),
    },
    /** What the instructor receives with the set that was asked for last. */
    message: { params: z.object({}), result: contrastMessage },
    decide: {
      params: z.object({
        /** The error that the page showed: the panel may show another one by now. */
        error: z.string(),
        decisions: z.array(z.object({ neighbour: z.string(), decision: z.nullable(z.enum(["pin", "exclude"])) })),
      }),
      result: z.object({}),
    },
    openCase: { params: z.object({ key: z.string() }), result: z.object({}) },
    copyMessage: { params: z.object({ text: z.string() }), result: z.object({}) },
  },
  events: {
    /** Another error is shown, or something that the set and its message are made of was changed: the page asks again. */
    changed: z.object({ another: z.boolean() }),
    /** So many neighbours more or fewer, by a command. */
    step: z.object({ by: z.number() }),
  },
} as const satisfies Contract;
export type ContrastHost = typeof contrastHost;

export const contrastPage = { requests: {}, events: {} } as const satisfies Contract;
export type ContrastPage = typeof contrastPage;
