import type { Protocol } from "../families/index.js";
import { Random } from "../random.js";

/** What the cut looks at: which case a sample was made from. */
export interface Sourced {
  readonly lineage: { readonly source: string };
}

/**
 * Cuts the surplus of one benchmark down to its quota. `clean`: seeded round-robin over the sources, so that every error
 * keeps its first sample before any keeps a second. `paper`: seeded random. What is kept stays in its order.
 */
export function cutToQuota<T extends Sourced>(
  samples: readonly T[],
  quota: number,
  seed: number,
  protocol: Protocol,
): { readonly kept: T[]; readonly cut: T[] } {
  const chosen = new Set(priority(samples, seed, protocol).slice(0, Math.max(0, quota)));
  return {
    kept: samples.filter((_, index) => chosen.has(index)),
    cut: samples.filter((_, index) => !chosen.has(index)),
  };
}

/** Indices of samples, the most wanted first. */
function priority(samples: readonly Sourced[], seed: number, protocol: Protocol): number[] {
  const random = new Random(seed, "quota", protocol);
  const indices = samples.map((_, index) => index);
  if (protocol === "paper") return random.shuffle(indices);
  const bySource = new Map<string, number[]>();
  samples.forEach((sample, index) => {
    const list = bySource.get(sample.lineage.source);
    if (list === undefined) bySource.set(sample.lineage.source, [index]);
    else list.push(index);
  });
  const queues = random.shuffle([...bySource.values()]);
  const order: number[] = [];
  for (let turn = 0; order.length < samples.length; turn += 1) {
    for (const queue of queues) {
      const index = queue[turn];
      if (index !== undefined) order.push(index);
    }
  }
  return order;
}
