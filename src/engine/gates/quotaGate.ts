import type { Protocol } from "../families/index.js";
import type { Sample } from "../instructor/index.js";
import { Random } from "../random.js";
import type { Gate } from "./gate.js";
import { verdictOf } from "./verdict.js";

export interface QuotaGateOptions {
  /** Kept samples still wanted. */
  readonly quota: number;
  readonly protocol: Protocol;
  readonly seed: number;
  readonly benchmark: string;
  /** Samples kept in earlier rounds of this iteration: errors that have many stand back. */
  readonly earlierRounds: readonly Sample[];
}

/**
 * Cuts the surplus. `clean` takes from the errors in turn, in a seeded order, so that none is taught much more than
 * another; `paper` draws at random, as the published code does (there without a seed).
 */
export function quotaGate(options: QuotaGateOptions): Gate {
  let chosen: ReadonlySet<string> | null = null;
  let taken = 0;
  return {
    name: "quota",
    version: 1,
    prepare(samples) {
      chosen = new Set(chooseForQuota(samples, options).map(({ id }) => id));
    },
    async check({ id }) {
      const passed = chosen === null ? taken < options.quota : chosen.has(id);
      if (passed) taken += 1;
      return verdictOf("quota", passed ? null : `the quota of ${options.quota} is full`);
    },
  };
}

/** At most `quota` samples, in the order in which they were given. */
function chooseForQuota(samples: readonly Sample[], options: QuotaGateOptions): Sample[] {
  const random = new Random(options.seed, "quota", options.benchmark);
  if (samples.length <= options.quota) return [...samples];
  const ranked = options.protocol === "paper" ? random.shuffle(samples) : inTurn(samples, options, random);
  const chosen = new Set(ranked.slice(0, options.quota));
  return samples.filter((sample) => chosen.has(sample));
}

/** First samples of all errors, then second ones, and so on; errors in seeded order. */
function inTurn(samples: readonly Sample[], { earlierRounds }: QuotaGateOptions, random: Random): Sample[] {
  const sources = [...new Set(samples.map(({ lineage }) => lineage.source))].sort();
  const places = new Map(random.shuffle(sources).map((source, place) => [source, place]));
  const counts = new Map<string, number>();
  const next = ({ lineage: { source } }: Sample): number => {
    const count = counts.get(source) ?? 0;
    counts.set(source, count + 1);
    return count;
  };
  for (const sample of earlierRounds) next(sample);
  const ranks = samples.map((sample) => ({
    sample,
    turn: next(sample),
    place: places.get(sample.lineage.source) ?? 0,
  }));
  return ranks.sort((a, b) => a.turn - b.turn || a.place - b.place).map(({ sample }) => sample);
}
