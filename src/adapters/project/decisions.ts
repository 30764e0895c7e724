import { applyDecisions, applyReviews, contrastOf, steers, triagedCounts } from "../../engine/errors/index.js";
import { contentHash } from "../../engine/hash.js";
import type { Decisions } from "../../engine/iteration/index.js";
import type { ProjectStore } from "../../engine/store/index.js";
import { DecisionStore } from "../decisions/index.js";

/** Reads a person's decisions as they are now; a run reads them once, when it starts or goes on. */
export async function readDecisions(store: Pick<ProjectStore, "decisions">): Promise<Decisions> {
  const decisions = new DecisionStore(store);
  const triage = applyDecisions(await decisions.triage.read());
  const contrast = await decisions.contrast.read();
  const { bySample, finished } = applyReviews(await decisions.review.read());
  return {
    teaches: (key) => steers(triage.get(key)?.decision ?? null).teach,
    triaged: (verdicts) => triagedCounts(verdicts, triage),
    contrast: (error) => contrastOf(contrast, error),
    review: (sample) => bySample.get(sample) ?? null,
    reviewFinished: finished,
    triageHash: contentHash([...triage].map(([key, { decision }]) => [key, decision]).sort()),
    contrastHash: contentHash(contrast.map(({ error, neighbour, decision }) => [error, neighbour, decision])),
    reviewHash: contentHash(
      // A decision without a draft counts as it always did, so that nothing runs again for the new form.
      [...bySample]
        .map(([sample, { decision, draft }]) => [sample, decision, ...(draft === null ? [] : [draft])])
        .sort(),
    ),
  };
}
