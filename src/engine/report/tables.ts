import { accuracyText, costText, percent, pointsText } from "./format.js";
import type { AccuracyReport, Report } from "./report.js";

/** A table as text, for every view: the first column names the row. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** One sentence that says how to read it. */
  readonly note: string;
}

/** Accuracy by benchmark and iteration (the paper's Table 1 and Figure 4). */
export function accuracyTable({ benchmarks, iterations }: Report): Table {
  const strategyOf = new Map(iterations.map(({ iteration, strategy }) => [iteration, strategy]));
  const columns = [
    ...new Set(benchmarks.flatMap(({ accuracies }) => accuracies.map(({ iteration }) => iteration))),
  ].sort((a, b) => a - b);
  return {
    title: "Accuracy",
    head: [
      "Benchmark",
      "Domain",
      "n",
      ...columns.map((iteration) =>
        iteration === 0 ? "base" : `iteration ${iteration} · ${strategyOf.get(iteration) ?? "?"}`,
      ),
      "change",
    ],
    rows: benchmarks.map(({ name, domain, accuracies }) => {
      const first = accuracies[0];
      const last = accuracies.at(-1);
      return [
        name,
        domain === "in" ? "in-domain" : "out-of-domain",
        String(first?.n ?? 0),
        ...columns.map((iteration) => {
          const found = accuracies.find((accuracy) => accuracy.iteration === iteration);
          return found === undefined ? "—" : cellText(found);
        }),
        first === undefined || last === undefined ? "—" : pointsText(last.accuracy - first.accuracy),
      ];
    }),
    note: "Accuracy on the evaluation split with its 95 % Wilson interval; change in points from base to the last iteration.",
  };
}

/** The published figure first; a person's triage and several answers a case stand beside it. */
function cellText(accuracy: AccuracyReport): string {
  const { triaged, passAtK } = accuracy;
  return [
    accuracyText(accuracy),
    ...(triaged === null ? [] : [`triaged ${percent(triaged.accuracy)}`]),
    ...passAtK.map(({ k, value }) => `pass@${k} ${percent(value)}`),
  ].join(" · ");
}

/** What each iteration did. */
export function iterationTable({ iterations, currency }: Report): Table {
  return {
    title: "Iterations",
    head: ["Iteration", "Strategy", "Errors", "Generated", "Kept", "Parse yield", "Learned", "Forgotten", "Cost"],
    rows: iterations.map((row) => [
      String(row.iteration),
      row.strategy,
      String(row.errors),
      String(row.generated),
      String(row.kept),
      row.parseYield === null ? "—" : percent(row.parseYield),
      String(row.learned),
      String(row.forgotten),
      costText(row.cost, currency),
    ]),
    note: "Learned and forgotten count evaluation cases against the iteration before (Eq. 4).",
  };
}

/** The funnel of gates, one column an iteration. */
export function funnelTable({ iterations }: Report): Table {
  const steps = iterations[0]?.funnel.map(({ gate }) => gate) ?? [];
  return {
    title: "Gates",
    head: ["After", ...iterations.map(({ iteration }) => `iteration ${iteration}`)],
    rows: steps.map((gate) => [
      gate,
      ...iterations.map(({ funnel }) => {
        const step = funnel.find((candidate) => candidate.gate === gate);
        if (step === undefined) return "—";
        return step.dropped === 0 ? String(step.left) : `${step.left} (−${step.dropped})`;
      }),
    ]),
    note: "Samples left after each gate, and how many it dropped.",
  };
}

/** Wanted and kept samples by benchmark: an unused quota is no fault of the program. */
function quotaTable({ iterations }: Report): Table {
  return {
    title: "Quotas",
    head: ["Iteration", "Benchmark", "Errors", "Quota", "Kept"],
    rows: iterations.flatMap(({ iteration, quotas }) =>
      quotas.map(({ benchmark, wanted, kept, errors }) => [
        String(iteration),
        benchmark,
        String(errors),
        String(wanted),
        String(kept),
      ]),
    ),
    note: "A quota stays unused where a benchmark has no errors left or the gates dropped what was generated.",
  };
}

/** Learned and forgotten rates by benchmark (Eq. 4, the paper's Figure 5). */
function learningTable({ benchmarks }: Report): Table {
  return {
    title: "Learned and forgotten",
    head: ["Benchmark", "Iteration", "Learned", "Forgotten", "Learned rate", "Forgotten rate"],
    rows: benchmarks.flatMap(({ name, learning }) =>
      learning.map((row) => [
        name,
        String(row.iteration),
        String(row.learned.length),
        String(row.forgotten.length),
        percent(row.learnedRate),
        percent(row.forgottenRate),
      ]),
    ),
    note: "Share of the evaluation split that became right, and that became wrong, against the iteration before (Eq. 4).",
  };
}

export function reportTables(report: Report): readonly Table[] {
  return [
    accuracyTable(report),
    iterationTable(report),
    learningTable(report),
    funnelTable(report),
    quotaTable(report),
  ];
}
