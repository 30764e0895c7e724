import { applyDecisions, contrastOf, steers, triagedCounts } from "../../engine/errors/index.js";
import { contentHash } from "../../engine/hash.js";
import type { Decisions } from "../../engine/iteration/index.js";
import type { ProjectStore } from "../../engine/store/index.js";
import { DecisionStore } from "../decisions/index.js";

/** Reads a person's decisions as they are now; a run reads them once, when it starts or goes on. */
export async function readDecisions(store: Pick<ProjectStore, "decisions">): Promise<Decisions> {
  const decisions = new DecisionStore(store);
  const triage = applyDecisions(await decisions.triage.read());
  const contrast = await decisions.contrast.read();
  const reviews = await decisions.review.read();
  const bySample = new Map<string, "accept" | "reject">();
  const finished = new Set<string>();
  for (const review of reviews) {
    if ("run" in review) finished.add(`${review.run}#${review.iteration}`);
    else if (review.decision === null) bySample.delete(review.sample);
    else bySample.set(review.sample, review.decision);
  }
  return {
    teaches: (key) => steers(triage.get(key)?.decision ?? null).teach,
    triaged: (verdicts) => triagedCounts(verdicts, triage),
    contrast: (error) => contrastOf(contrast, error),
    review: (sample) => bySample.get(sample) ?? null,
    reviewFinished: (run, iteration) => finished.has(`${run}#${iteration}`),
    triageHash: contentHash([...triage].map(([key, { decision }]) => [key, decision]).sort()),
    contrastHash: contentHash(contrast.map(({ error, neighbour, decision }) => [error, neighbour, decision])),
    reviewHash: contentHash([...bySample].sort()),
  };
}
