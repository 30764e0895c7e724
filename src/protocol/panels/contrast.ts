import * as z from "zod/mini";
import type { Contract } from "../rpc.js";
import { caseRef } from "../worker/cases.js";
import { contrastView } from "../worker/contrast.js";

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
  message: z.string(),
  messageOf: z.string(),
  tokens: z.string(),
  cost: z.string(),
  unknownCost: z.string(),
  copy: z.string(),
  noMessage: z.string(),
  none: z.string(),
  retry: z.string(),
  loading: z.string(),
  updated: z.string(),
});
export type ContrastStrings = z.output<typeof contrastStrings>;

/** What a panel remembers, so that it comes back after a reload. */
export const contrastState = z.object({ folder: z.string(), ref: caseRef, k: z.nullable(z.number()) });
export type ContrastState = z.output<typeof contrastState>;

export const contrastHost = {
  requests: {
    strings: { params: z.object({}), result: contrastStrings },
    view: {
      /** Null is the configured k, and `as-before` the one that was shown last. */
      params: z.object({ k: z.union([z.nullable(z.number()), z.literal("as-before")]) }),
      result: z.object({ view: contrastView, state: contrastState }),
    },
    decide: {
      params: z.object({
        decisions: z.array(z.object({ neighbour: z.string(), decision: z.nullable(z.enum(["pin", "exclude"])) })),
      }),
      result: z.object({}),
    },
    openCase: { params: z.object({ key: z.string() }), result: z.object({}) },
    copyMessage: { params: z.object({ text: z.string() }), result: z.object({}) },
  },
  /** Another error is shown, or decisions and templates changed: the page asks again. `k` when it is set from outside. */
  events: { changed: z.object({ k: z.nullable(z.number()) }) },
} as const satisfies Contract;
export type ContrastHost = typeof contrastHost;

export const contrastPage = { requests: {}, events: {} } as const satisfies Contract;
export type ContrastPage = typeof contrastPage;
