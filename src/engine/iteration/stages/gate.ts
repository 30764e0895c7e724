import { draftRecord } from "../../families/index.js";
import type { Sample } from "../../instructor/index.js";
import { parseGated, type GatedRecord } from "../records.js";
import type { Stage, StageScope } from "../scope.js";
import { taught } from "./select.js";

/**
 * What is kept in the end: a person's reviews override the gates. Rejected samples stay in the file with their reasons.
 */
export const gateStage: Stage = {
  name: "gate",
  version: 1,
  inputs: ({ upstream, decisions }) => ({ samples: upstream("instruct").hash, reviews: decisions.reviewHash }),
  async run(scope, fingerprint) {
    const { iteration, run, decisions } = scope;
    const gated = await run.stage(iteration, "instruct").read("gated.jsonl", parseGated);
    const log = await run.stage(iteration, "gate").log("samples.jsonl", fingerprint, parseGated);
    try {
      const records = gated.map((record) => reviewed(record, decisions.review(record.sample.id)));
      const there = new Set(log.records.map(({ sample }) => sample.id));
      await Promise.all(records.filter(({ sample }) => !there.has(sample.id)).map((record) => log.append(record)));
      return {
        generated: records.length,
        kept: records.filter(({ kept }) => kept).length,
        verified: count(records, "verified"),
        refuted: count(records, "refuted"),
        "not verifiable": count(records, "not-verifiable"),
      };
    } finally {
      await log.close();
    }
  },
};

/** The record as a person's review leaves it. An edited sample keeps its id: its lineage is the same. */
function reviewed(record: GatedRecord, review: ReturnType<StageScope["decisions"]["review"]>): GatedRecord {
  if (review === null) return record;
  const { decision, draft } = review;
  const kept = decision === "accept";
  if (draft === null) return { ...record, review: decision, kept };
  return { ...record, sample: { ...record.sample, draft: draftRecord(draft) }, review: decision, kept, edited: true };
}

function count(records: readonly GatedRecord[], verdict: "verified" | "refuted" | "not-verifiable"): number {
  return records.filter(({ gates }) => gates.some(({ verification }) => verification === verdict)).length;
}

/** Samples in the order in which they were planned: round, call, index within the answer. */
function inOrder(records: readonly GatedRecord[]): Sample[] {
  return records
    .map(({ sample }) => sample)
    .sort(
      (a, b) =>
        a.lineage.round - b.lineage.round ||
        (a.lineage.call ?? Number.MAX_SAFE_INTEGER) - (b.lineage.call ?? Number.MAX_SAFE_INTEGER) ||
        a.lineage.index - b.lineage.index,
    );
}

/** Kept samples of an iteration by benchmark, in their fixed order. */
export async function keptSamples(scope: StageScope, iteration: number): Promise<Map<string, Sample[]>> {
  const records = await scope.run.stage(iteration, "gate").read("samples.jsonl", parseGated);
  return new Map(
    taught(scope.benchmarks).map(({ name }) => [
      name,
      inOrder(records.filter(({ sample, kept }) => kept && sample.benchmark === name)),
    ]),
  );
}
