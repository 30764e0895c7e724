import type { Family } from "../families/index.js";
import type { Gate } from "./gate.js";

/** What happens to a sample whose answer cannot be recomputed. */
export type NotVerifiable = "keep" | "drop";

/** Recomputes what can be recomputed of a sample; a refuted one is dropped. */
export function verificationGate(family: Family, notVerifiable: NotVerifiable): Gate {
  return {
    name: "verification",
    version: 1,
    concurrent: true,
    async check({ draft }, { judge }) {
      const { verdict, evidence } = await family.verify(draft, judge);
      const passed = verdict === "verified" || (verdict === "not-verifiable" && notVerifiable === "keep");
      return { gate: "verification", passed, reason: evidence, verification: verdict };
    },
  };
}
