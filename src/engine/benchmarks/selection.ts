import { Fault } from "../fault.js";
import { sha256 } from "../hash.js";
import type { Case } from "../families/index.js";

export interface SelectionOptions {
  readonly seed: number;
  /** How many cases are wanted; null or a number above what there is takes all. */
  readonly size?: number | null | undefined;
  /** `group` keeps the share of each group, by largest remainder. */
  readonly stratify?: "group" | null | undefined;
  /** Keys that alone may be chosen (`--case`); null allows all. */
  readonly include?: readonly string[] | null | undefined;
  /** Keys or upstream ids that are left out. */
  readonly exclude?: readonly string[] | undefined;
  /** Takes only the first so many of the chosen cases (`--limit`). */
  readonly limit?: number | null | undefined;
}

/**
 * Chooses cases (section 2.2). The choice depends on the seed and the keys alone, never on the order of the cases, and a
 * smaller size without stratification is part of a larger one; the result has the order of `cases`.
 *
 * @throws Fault `usage` for a key in `include` or `exclude` that no case has, for a size below 1, and when nothing is left.
 */
export function select(cases: readonly Case[], options: SelectionOptions): Case[] {
  const { seed, size = null, stratify = null, include = null, exclude = [], limit = null } = options;
  requireCount("size", size);
  requireCount("limit", limit);
  requireKnown(cases, include ?? [], exclude);
  const wanted = include === null ? null : new Set(include);
  const unwanted = new Set(exclude);
  const candidates = cases.filter(
    ({ key, id }) => (wanted === null || wanted.has(key)) && !unwanted.has(key) && !unwanted.has(id),
  );
  const count = Math.min(size ?? candidates.length, candidates.length);
  const chosen = new Set(stratify === null ? draw(candidates, count, seed) : drawByGroup(candidates, count, seed));
  const selected = cases.filter((testCase) => chosen.has(testCase)).slice(0, limit ?? undefined);
  if (selected.length > 0) return selected;
  throw new Fault("usage", "The selection is empty.", {
    found: `0 of ${cases.length} cases`,
    allowed: "at least 1 case",
    remedy: cases.length === 0 ? "Check the split's files." : "Exclude fewer cases, or include others.",
  });
}

/** The `count` cases whose keys hash lowest under the seed. */
function draw(cases: readonly Case[], count: number, seed: number): Case[] {
  if (count === cases.length) return [...cases];
  const ranked = cases.map((testCase) => ({ testCase, rank: sha256(`selection\u0000${seed}\u0000${testCase.key}`) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  return ranked.slice(0, count).map(({ testCase }) => testCase);
}

function drawByGroup(cases: readonly Case[], count: number, seed: number): Case[] {
  const groups = new Map<string, Case[]>();
  for (const testCase of cases) {
    const name = testCase.group ?? "";
    const members = groups.get(name);
    if (members === undefined) groups.set(name, [testCase]);
    else members.push(testCase);
  }
  const names = [...groups.keys()].sort();
  const shares = apportion(
    names.map((name) => groups.get(name)?.length ?? 0),
    count,
  );
  return names.flatMap((name, index) => draw(groups.get(name) ?? [], shares[index] ?? 0, seed));
}

/**
 * Shares of `count` in proportion to `sizes`, by largest remainder; ties go to the earlier one. No share is larger than
 * its size when `count` is at most their sum.
 */
export function apportion(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return sizes.map(() => 0);
  // Whole-number arithmetic: a quotient of floats could round two equal remainders apart.
  const shares = sizes.map((size) => Math.floor((size * count) / total));
  const remainders = sizes.map((size, index) => ({ index, rest: (size * count) % total }));
  remainders.sort((a, b) => b.rest - a.rest || a.index - b.index);
  const left = count - shares.reduce((sum, share) => sum + share, 0);
  for (const { index } of remainders.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

function requireCount(field: "size" | "limit", count: number | null): void {
  if (count === null || (Number.isInteger(count) && count >= 1)) return;
  throw new Fault("usage", "A selection needs a positive number of cases.", {
    field,
    found: String(count),
    allowed: "a whole number from 1",
    remedy: "Give a positive number, or leave it out for all cases.",
  });
}

/** An unknown key is a mistake; an unknown id may belong to another split, but not when it names this one. */
function requireKnown(cases: readonly Case[], include: readonly string[], exclude: readonly string[]): void {
  const keys = new Set(cases.map(({ key }) => key));
  const splits = [...new Set(cases.map(({ benchmark, split }) => `${benchmark}/${split}/`))];
  const strange = [
    ...include.filter((key) => !keys.has(key)),
    ...exclude.filter((name) => !keys.has(name) && splits.some((split) => name.startsWith(split))),
  ];
  if (strange.length === 0) return;
  throw new Fault("usage", "The selection names cases that are not there.", {
    found: listed(strange),
    allowed: `keys such as ${cases[0]?.key ?? "benchmark/split/id"}`,
    remedy: "Check the keys; `preceptor errors` lists them.",
  });
}

/** The first few of a list, for a fault. */
export function listed(names: readonly string[], most = 10): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(", ")} and ${rest} more` : names.join(", ");
}
