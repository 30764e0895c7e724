import { Fault } from "../fault.js";
import type { Case } from "../families/index.js";
import type { Benchmark, SplitRole } from "./benchmark.js";
import { splitOf } from "./load.js";
import { listed } from "./selection.js";

/** A case that is in a target and in an evaluation set. */
export interface Overlap {
  readonly target: string;
  readonly evaluation: string;
  /** `key`: the very same case; `content`: equal question and data under another key. */
  readonly by: "key" | "content";
}

/** Cases that are in both sets, in the order of the target's. */
export function overlaps(target: readonly Case[], evaluation: readonly Case[]): Overlap[] {
  const keys = new Set(evaluation.map(({ key }) => key));
  // Equal content has equal questions, so that only the few cases whose questions are equal need their hashes.
  const asked = new Set(target.map(({ question }) => question));
  const hashes = new Map<string, Map<string, string>>();
  for (const testCase of evaluation) {
    if (!asked.has(testCase.question)) continue;
    const same = hashes.get(testCase.question) ?? new Map<string, string>();
    hashes.set(testCase.question, same.set(testCase.hash, testCase.key));
  }
  return target.flatMap((testCase): Overlap[] => {
    const { key, question } = testCase;
    if (keys.has(key)) return [{ target: key, evaluation: key, by: "key" }];
    const other = hashes.get(question)?.get(testCase.hash);
    return other === undefined ? [] : [{ target: key, evaluation: other, by: "content" }];
  });
}

/**
 * The target cases that no evaluation set has, and what was left out. MMLU needs it as it is published: 32 questions of
 * its dev and validation files are in its test files, word for word.
 */
export function withoutEvaluated(
  target: readonly Case[],
  evaluation: readonly Case[],
): { readonly cases: Case[]; readonly removed: Overlap[] } {
  const removed = overlaps(target, evaluation).filter(({ by }) => by === "content");
  const keys = new Set(removed.map((overlap) => overlap.target));
  return { cases: target.filter(({ key }) => !keys.has(key)), removed };
}

/** Faults when a case is in a target and in an evaluation set: what is evaluated is never taught. */
export function assertRoles(target: readonly Case[], evaluation: readonly Case[]): void {
  const found = overlaps(target, evaluation);
  if (found.length === 0) return;
  throw new Fault("configuration", `${found.length} cases are in a target and in an evaluation set.`, {
    found: listed(found.map((overlap) => `${overlap.target} = ${overlap.evaluation}`)),
    allowed: "sets without a common case",
    remedy: "Name different splits, or exclude these cases from the target's selection.",
  });
}

/** Faults when a split is used for what it is not for; a user's own splits have the role that the user gave them. */
export function assertSplitRole(benchmark: Benchmark, split: string, use: SplitRole): void {
  const { role } = splitOf(benchmark, split);
  if (use === "evaluation" || role === use) return;
  const allowed = Object.entries(benchmark.splits).filter(([, other]) => other.role === use);
  throw new Fault("configuration", `The split ${split} of ${benchmark.name} is for evaluation and may not be taught.`, {
    found: split,
    allowed: allowed.length === 0 ? "none: this benchmark is only evaluated" : allowed.map(([name]) => name).join(", "),
    remedy:
      allowed.length === 0 ? 'Give it "domain": "out", or map a file of your own as target.' : "Name another split.",
  });
}

/** One look at an evaluation set: a run evaluated a model on it. */
export interface Look {
  readonly version: 1;
  readonly benchmark: string;
  readonly split: string;
  readonly run: string;
  readonly iteration: number;
  /** Fingerprint of the evaluation: one that goes on after a kill is the same look. Absent in older records. */
  readonly evaluation?: string | undefined;
  /** ISO time, for people; nothing is decided by it. */
  readonly when: string;
}

export interface LookCount {
  readonly benchmark: string;
  readonly split: string;
  /** Different evaluations of an iteration: resuming one is not another look. */
  readonly looks: number;
  readonly runs: number;
}

/** How often each evaluation set was looked at: a set that decides many choices is no longer a fair test. */
export function countLooks(looks: readonly Look[]): LookCount[] {
  const sets = new Map<string, { benchmark: string; split: string; seen: Set<string>; runs: Set<string> }>();
  for (const { benchmark, split, run, iteration, evaluation } of looks) {
    const name = `${benchmark}/${split}`;
    const set = sets.get(name) ?? { benchmark, split, seen: new Set(), runs: new Set() };
    set.seen.add(JSON.stringify([run, iteration, evaluation]));
    set.runs.add(run);
    sets.set(name, set);
  }
  return [...sets.values()].map(({ benchmark, split, seen, runs }) => ({
    benchmark,
    split,
    looks: seen.size,
    runs: runs.size,
  }));
}
