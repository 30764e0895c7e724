import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { ReportStrings } from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { AccuracyView, BenchmarkReportView, Fate, ReportView } from "../../src/protocol/worker/report.js";
import "../shared/chart.js";
import type { ChartData } from "../shared/chart.js";
import { figure, filled } from "../shared/words.js";
import { fateName } from "./names.js";
import { fateLink, link, percent, step, table, type Leads } from "./parts.js";

export function accuracySection(report: ReportView, words: ReportStrings, leads: Leads): TemplateResult {
  const columns = columnsOf(report);
  return html`<section aria-labelledby="accuracy">
    <h2 id="accuracy">${words.accuracy}</h2>
    <p class="muted">${words.accuracyNote}</p>
    <preceptor-chart .data=${guard([report, words], () => accuracyData(report, columns, words))}></preceptor-chart>
    ${table(
      words.accuracy,
      [
        words.benchmark,
        words.caseCount,
        ...columns.map((iteration) => columnName(report, words, iteration)),
        words.change,
      ],
      [
        ...report.benchmarks.map((benchmark) => accuracyRow(report, benchmark, columns, words, leads)),
        averageRow(report, columns, words),
      ],
    )}
  </section>`;
}

function accuracyData(report: ReportView, columns: readonly number[], words: ReportStrings): ChartData {
  return {
    x: columns,
    lines: report.benchmarks.map(({ name, domain, accuracies }) => {
      const at = (iteration: number): AccuracyView | undefined =>
        accuracies.find((accuracy) => accuracy.iteration === iteration);
      return {
        name: safeText(name, 40),
        values: columns.map((iteration) => at(iteration)?.accuracy ?? null),
        intervals: columns.map((iteration) => at(iteration)?.interval ?? null),
        dashed: domain === "out",
      };
    }),
    xText: (value) =>
      Number.isInteger(value) && columns.includes(value) ? columnName(report, words, value, "\n") : "",
    yText: (value) => `${(value * 100).toFixed(0)} %`,
  };
}

function accuracyRow(
  report: ReportView,
  { name, domain, accuracies, learning }: BenchmarkReportView,
  columns: readonly number[],
  words: ReportStrings,
  leads: Leads,
): TemplateResult {
  const moved = (iteration: number, fate: Fate, count: number): TemplateResult =>
    fateLink({ ...step(report, iteration), benchmark: name, fate }, count, words, leads);
  const [first, last] = [accuracies[0], accuracies.at(-1)];
  return html`<tr>
    <th scope="row">
      ${safeText(name, 80)} <span class="muted">${domain === "in" ? words.inDomain : words.outOfDomain}</span>
    </th>
    <td class="number">${figure(first?.n ?? 0)}</td>
    ${columns.map((iteration) => {
      const found = accuracies.find((accuracy) => accuracy.iteration === iteration);
      const change = learning.find((row) => row.iteration === iteration);
      return html`<td>
        ${found === undefined ? "—" : accuracyText(found, words)}
        ${
          change === undefined
            ? nothing
            : html`<div class="moved">
                ${moved(iteration, "learned", change.learned)} ${moved(iteration, "forgotten", change.forgotten)}
              </div>`
        }
      </td>`;
    })}
    <td class="number">${first === undefined || last === undefined ? "—" : points(last.accuracy - first.accuracy)}</td>
  </tr>`;
}

function accuracyText({ accuracy, interval, triaged, passAtK }: AccuracyView, words: ReportStrings): TemplateResult {
  return html`<span class="number">${percent(accuracy)}</span>
    <span class="muted number">[${(interval[0] * 100).toFixed(1)}, ${(interval[1] * 100).toFixed(1)}]</span>
    ${triaged === null ? nothing : html`<div class="muted">${filled(words.triaged, percent(triaged.accuracy))}</div>`}
    ${passAtK.map(({ k, value }) => html`<div class="muted">pass@${k} ${percent(value)}</div>`)}`;
}

function averageRow({ benchmarks }: ReportView, columns: readonly number[], words: ReportStrings): TemplateResult {
  const means = columns.map((iteration) => {
    const values = benchmarks.flatMap(({ accuracies }) =>
      accuracies.filter((accuracy) => accuracy.iteration === iteration).map(({ accuracy }) => accuracy),
    );
    // A mean over some of the benchmarks would not be comparable with the others.
    return values.length === benchmarks.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
  });
  const [first, last] = [means[0] ?? null, means.at(-1) ?? null];
  return html`<tr class="average">
    <th scope="row">${words.average}</th>
    <td></td>
    ${means.map((mean) => html`<td class="number">${mean === null ? "—" : percent(mean)}</td>`)}
    <td class="number">${first === null || last === null ? "—" : points(last - first)}</td>
  </tr>`;
}

/** Rates of Eq. 4 beside the counts that lead to their cases. */
export function learningSection(
  report: ReportView,
  words: ReportStrings,
  { cases }: Leads,
): TemplateResult | typeof nothing {
  const rows = report.benchmarks.flatMap(({ name, learning }) =>
    learning.map((row) => {
      const count = (fate: "learned" | "forgotten"): TemplateResult => {
        const lead = (): void => cases({ ...step(report, row.iteration), benchmark: name, fate });
        return link(row[fate], lead, figure(row[fate]), fateName(fate, words));
      };
      return html`<tr>
        <th scope="row">${safeText(name, 80)}</th>
        <td class="number">${row.iteration}</td>
        <td>${count("learned")}</td>
        <td>${count("forgotten")}</td>
        <td class="number">${percent(row.learnedRate)}</td>
        <td class="number">${percent(row.forgottenRate)}</td>
      </tr>`;
    }),
  );
  if (rows.length === 0) return nothing;
  const head = [
    words.benchmark,
    filled(words.iteration, "").trim(),
    fateName("learned", words),
    fateName("forgotten", words),
    words.learnedRate,
    words.forgottenRate,
  ];
  return html`<section aria-labelledby="learning">
    <h2 id="learning">${words.learning}</h2>
    <p class="muted">${words.learningNote}</p>
    ${table(words.learning, head, rows)}
  </section>`;
}

function columnsOf({ benchmarks }: ReportView): number[] {
  const all = benchmarks.flatMap(({ accuracies }) => accuracies.map(({ iteration }) => iteration));
  return [...new Set(all)].sort((a, b) => a - b);
}

function columnName({ iterations }: ReportView, words: ReportStrings, iteration: number, between = " · "): string {
  if (iteration === 0) return words.base;
  const strategy = iterations.find((row) => row.iteration === iteration)?.strategy;
  const name = filled(words.iteration, iteration);
  return strategy === undefined ? name : `${name}${between}${strategy}`;
}

function points(difference: number): string {
  const text = Math.abs(difference * 100).toFixed(1);
  if (text === "0.0") return "±0.0";
  return difference > 0 ? `▲ ${text}` : `▼ ${text}`;
}
