import type { Case, Family } from "../families/index.js";
import type { Sample } from "../instructor/index.js";
import { normalised, questionWithOptions } from "./draftText.js";
import type { Gate } from "./gate.js";
import { NearDuplicateIndex, type NearDuplicateOptions } from "./nearDuplicates.js";
import { verdictOf } from "./verdict.js";

export interface DuplicateGateOptions {
  readonly family: Family;
  readonly nearDuplicate: NearDuplicateOptions;
  /** Cases that samples are made from: a sample that repeats one of them teaches the benchmark itself. */
  readonly errors: readonly Case[];
  /** Samples kept in earlier rounds and iterations of the benchmark. */
  readonly earlier: readonly Sample[];
}

/**
 * Drops a question that repeats one of the errors, an earlier sample or an accepted sample: the same text after
 * normalisation, or a ROUGE-L F1 above the threshold (SEI: 0.7). Only questions are compared, multiple choice with its
 * options: two right programs for different tasks may well be alike.
 */
export function duplicateGate({ family, nearDuplicate, errors, earlier }: DuplicateGateOptions): Gate {
  const exact = new Map<string, string>();
  const near = new NearDuplicateIndex(nearDuplicate);
  const remember = (label: string, text: string): void => {
    const key = keyOf(text);
    if (exact.has(key)) return;
    exact.set(key, label);
    near.add(label, text);
  };
  const known = new Set<string>();
  const rememberCase = (testCase: Case): void => {
    if (known.has(testCase.key)) return;
    known.add(testCase.key);
    remember(`case ${testCase.key}`, family.questionText(testCase));
  };
  for (const testCase of errors) rememberCase(testCase);
  for (const sample of earlier) remember(`sample ${sample.id}`, questionWithOptions(sample.draft));
  return {
    name: "duplicate",
    version: 1,
    async check({ id, draft, lineage }, { source }) {
      const text = questionWithOptions(draft);
      // A sample without a call is a case with its own reference: it is meant to repeat that case, and is no variation
      // of any other. Only a sample can be in its way.
      const copied = lineage.call === null;
      if (source !== null && !copied) rememberCase(source);
      const same = exact.get(keyOf(text));
      if (copied) {
        if (same?.startsWith("sample ") === true) return verdictOf("duplicate", `same question as ${same}`);
        remember(`sample ${id}`, text);
        return verdictOf("duplicate", null);
      }
      if (same !== undefined) return verdictOf("duplicate", `same question as ${same}`);
      const similar = near.find(text);
      if (similar !== null) {
        return verdictOf("duplicate", `ROUGE-L ${similar.score.toFixed(2)} with ${similar.label}`);
      }
      remember(`sample ${id}`, text);
      return verdictOf("duplicate", null);
    },
  };
}

/** The text without what never makes another question: case, spaces, and how option labels are written. */
function keyOf(text: string): string {
  return normalised(text.replace(/^[ \t]*\(?([A-Z])[.):][ \t]*/gm, "$1. "));
}
