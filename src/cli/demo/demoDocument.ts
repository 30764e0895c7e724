import type { Report } from "../../engine/report/index.js";

/** What `demo --json` prints: a stable document that other programs read. Iteration 0 is the base. */
export function demoDocument({ benchmarks, iterations }: Report, seconds: number): unknown {
  return {
    benchmarks: benchmarks.map(({ name, family, domain, accuracies }) => ({
      name,
      family,
      domain,
      accuracies: accuracies.map(({ iteration, n, correct, accuracy, interval }) => ({
        iteration,
        n,
        correct,
        accuracy,
        interval,
      })),
    })),
    iterations: iterations.map(({ iteration, strategy, errors, generated, kept, learned, forgotten, cost }) => ({
      iteration,
      strategy,
      errors,
      generated,
      kept,
      learned,
      forgotten,
      cost,
    })),
    seconds,
  };
}
