import { z } from "zod";
import { contentHash, sha256 } from "../hash.js";
import type { JournalEvent, StageManifest } from "./ports.js";
import { versioned, type RawRecord } from "./versions.js";

/**
 * Hash of one record as a result: its stable JSON without the field `observed`. A record keeps there what was noticed on
 * the way and is no result (duration, time of day, retries, which host), so that two runs with equal results have equal
 * manifests.
 */
export function recordHash(record: RawRecord): string {
  return contentHash({ ...record, observed: undefined });
}

/**
 * Hash of the records of a log as a bag: SHA-256 over the sorted hashes of its records, one a line. It does not depend on
 * the order in which answers arrived; how often a record is there does count.
 */
export function recordsHash(hashes: readonly string[]): string {
  return sha256([...hashes].sort().join("\n"));
}

/** Puts a manifest together; its hash depends on nothing but the other fields. */
export function stageManifest(content: Omit<StageManifest, "version" | "hash">): StageManifest {
  const manifest = { version: 1 as const, ...content };
  return { ...manifest, hash: contentHash(manifest) };
}

/** Whether the manifest's own hash is that of its other fields. */
export function manifestIsWhole(manifest: StageManifest): boolean {
  return contentHash({ ...manifest, hash: undefined }) === manifest.hash;
}

const stringMap = z.record(z.string(), z.string());

export const parseStageManifest = versioned<StageManifest>({
  what: "stage manifest",
  version: 1,
  schema: z.object({
    version: z.literal(1),
    stage: z.string(),
    iteration: z.number().int().nonnegative(),
    fingerprint: z.string(),
    files: stringMap,
    counts: z.record(z.string(), z.number()),
    hash: z.string(),
  }),
});

export const parseJournalEvent = versioned<JournalEvent>({
  what: "journal event",
  version: 1,
  schema: z.looseObject({
    version: z.literal(1),
    sequence: z.number().int().positive(),
    time: z.string(),
    type: z.string(),
  }),
});
