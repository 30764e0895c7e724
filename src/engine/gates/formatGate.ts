import type { Family } from "../families/index.js";
import type { Gate } from "./gate.js";
import { verdictOf } from "./verdict.js";

/** Drops drafts in which the family misses something: no answer, no options, no tests. */
export function formatGate(family: Family): Gate {
  return {
    name: "format",
    version: 1,
    concurrent: true,
    async check({ draft }) {
      return verdictOf("format", family.incomplete(draft));
    },
  };
}
