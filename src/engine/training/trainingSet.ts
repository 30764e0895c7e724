import type { Family, Protocol } from "../families/index.js";
import { Fault } from "../fault.js";
import { stableJson } from "../hash.js";
import type { Sample } from "../instructor/index.js";
import { Random } from "../random.js";
import type { TrainingRow } from "../seams/index.js";
import { shuffleLabels } from "./shuffledLabels.js";

/** Negative controls for experiments: a training set from which nothing should be learned. */
export type TrainingControl = "shuffled-labels";

export interface TrainingSetOptions {
  /** Families by name; each makes its own rows. */
  readonly families: ReadonlyMap<string, Family>;
  readonly seed: number;
  /** Share of each benchmark's samples, from 0 to 0.5, that is measured and never trained on. */
  readonly heldOutShare: number;
  /** `clean` rows ask as the evaluation does, `paper` rows ask the bare question. */
  readonly protocol: Protocol;
  readonly control: TrainingControl | null;
}

export interface TrainingSet {
  /** In the order in which they are trained on. The id of a row is the id of its sample, which holds the lineage. */
  readonly rows: readonly TrainingRow[];
  /** Rows for the training loss only; no prompt of theirs is trained on. */
  readonly heldOut: readonly TrainingRow[];
  readonly stats: TrainingSetStats;
}

export interface TrainingSetStats {
  /** Counts by benchmark, sorted by name. */
  readonly benchmarks: readonly { readonly benchmark: string; readonly rows: number; readonly heldOut: number }[];
  /** Rows whose prompt an earlier row has, too (possible under `paper`, which keeps duplicates). */
  readonly repeatedPrompts: number;
}

/**
 * Makes the training set of the kept samples (the paper's D_train, section 2.4). Neither the order of the rows nor the choice
 * of the held-out ones depends on the order in which samples are given, only on the seed.
 */
export function buildTrainingSet(samples: readonly Sample[], options: TrainingSetOptions): TrainingSet {
  const { families, seed, protocol, control } = options;
  const unique = [...new Map(samples.map((sample) => [sample.id, sample])).values()].sort(byId);
  const labelled = control === "shuffled-labels" ? shuffleLabels(unique, seed) : unique;
  const made = labelled.map((sample): MadeRow => {
    const family = families.get(sample.family);
    if (family === undefined) {
      throw new Fault("internal", `A sample is of the family ${sample.family}, which this project does not have.`, {
        field: sample.id,
        allowed: [...families.keys()].join(", "),
        remedy: "Start a new run, or put the benchmark of that family back.",
      });
    }
    const row = { id: sample.id, family: family.name, ...family.trainingRow(sample.draft, protocol) };
    return { benchmark: sample.benchmark, prompt: stableJson(row.prompt), row };
  });
  const held = chooseHeldOut(made, options);
  const order = new Random(seed, "training order").shuffle(made);
  const rows = order.filter(({ prompt }) => !held.has(prompt));
  const heldOut = order.filter(({ prompt }) => held.has(prompt));
  return {
    rows: rows.map(({ row }) => row),
    heldOut: heldOut.map(({ row }) => row),
    stats: statsOf(rows, heldOut),
  };
}

/** The first rows of each family, to be shown to a person before training. */
export function previewRows(rows: readonly TrainingRow[], perFamily: number): TrainingRow[] {
  const counts = new Map<string, number>();
  return rows.filter(({ family }) => {
    const count = (counts.get(family) ?? 0) + 1;
    counts.set(family, count);
    return count <= perFamily;
  });
}

interface MadeRow {
  readonly benchmark: string;
  /** Content of the prompt: rows that share it are held out together. */
  readonly prompt: string;
  readonly row: TrainingRow;
}

/** Prompts held out: of each benchmark the given share of its rows, never more, and never the only prompt. */
function chooseHeldOut(made: readonly MadeRow[], { seed, heldOutShare }: TrainingSetOptions): ReadonlySet<string> {
  const held = new Set<string>();
  const benchmarks = new Map<string, Map<string, number>>();
  const owners = new Map<string, Set<string>>();
  for (const { benchmark, prompt } of made) {
    const prompts = benchmarks.get(benchmark) ?? new Map<string, number>();
    prompts.set(prompt, (prompts.get(prompt) ?? 0) + 1);
    benchmarks.set(benchmark, prompts);
    owners.set(prompt, (owners.get(prompt) ?? new Set()).add(benchmark));
  }
  for (const [benchmark, prompts] of benchmarks) {
    const total = [...prompts.values()].reduce((sum, count) => sum + count, 0);
    let room = Math.round(total * heldOutShare);
    let left = prompts.size;
    for (const prompt of new Random(seed, "held out", benchmark).shuffle([...prompts.keys()].sort())) {
      const count = prompts.get(prompt) ?? 0;
      // A prompt of two benchmarks would be held out in one and trained on in the other.
      if (count > room || left <= 1 || (owners.get(prompt)?.size ?? 0) > 1) continue;
      held.add(prompt);
      room -= count;
      left -= 1;
    }
  }
  return held;
}

function statsOf(rows: readonly MadeRow[], heldOut: readonly MadeRow[]): TrainingSetStats {
  const names = [...new Set([...rows, ...heldOut].map(({ benchmark }) => benchmark))].sort();
  const countOf = (list: readonly MadeRow[], name: string): number =>
    list.filter(({ benchmark }) => benchmark === name).length;
  return {
    benchmarks: names.map((benchmark) => ({
      benchmark,
      rows: countOf(rows, benchmark),
      heldOut: countOf(heldOut, benchmark),
    })),
    repeatedPrompts: rows.length - new Set(rows.map(({ prompt }) => prompt)).size,
  };
}

function byId(a: Sample, b: Sample): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
