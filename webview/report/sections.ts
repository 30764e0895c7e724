import { html, nothing, svg, type TemplateResult } from "lit";
import type { ReportStrings } from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";
import type {
  AccuracyView,
  BenchmarkReportView,
  IterationReportView,
  ReportView,
} from "../../src/protocol/worker/report.js";
import "../shared/chart.js";
import type { ChartData } from "../shared/chart.js";
import { figure, filled, money } from "../shared/words.js";
import type { CaseListQuery } from "./caseList.js";

type ShowCases = (query: CaseListQuery) => void;

/** A table that scrolls by itself where the panel is narrow. */
function table(name: string, head: readonly string[], rows: readonly TemplateResult[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${name}>
    <table>
      <thead>
        <tr>
          ${head.map((text) => html`<th scope="col">${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export function accuracySection(report: ReportView, words: ReportStrings, showCases: ShowCases): TemplateResult {
  const columns = columnsOf(report);
  const data: ChartData = {
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
    xText: (value) => (Number.isInteger(value) && columns.includes(value) ? columnName(report, words, value) : ""),
    yText: (value) => `${(value * 100).toFixed(0)} %`,
  };
  return html`<section aria-labelledby="accuracy">
    <h2 id="accuracy">${words.accuracy}</h2>
    <p class="muted">${words.accuracyNote}</p>
    <preceptor-chart .data=${data}></preceptor-chart>
    ${table(
      words.accuracy,
      [words.benchmark, ...columns.map((iteration) => columnName(report, words, iteration)), words.change],
      [
        ...report.benchmarks.map((benchmark) => accuracyRow(report, benchmark, columns, words, showCases)),
        averageRow(report, columns, words),
      ],
    )}
  </section>`;
}

function accuracyRow(
  { run }: ReportView,
  { name, domain, accuracies, learning }: BenchmarkReportView,
  columns: readonly number[],
  words: ReportStrings,
  showCases: ShowCases,
): TemplateResult {
  const link = (iteration: number, fate: "learned" | "forgotten", count: number): TemplateResult => {
    const text = `${fate === "learned" ? "▲" : "▼"} ${filled(words[fate], count)}`;
    if (count === 0) return html`<span class="muted">${text}</span>`;
    const query: CaseListQuery = {
      before: { run, iteration: iteration - 1 },
      after: { run, iteration },
      benchmark: name,
      fate,
    };
    return html`<button class="quiet link" @click=${() => showCases(query)}>${text}</button>`;
  };
  const [first, last] = [accuracies[0], accuracies.at(-1)];
  return html`<tr>
    <th scope="row">
      ${safeText(name, 80)} <span class="muted">${domain === "in" ? words.inDomain : words.outOfDomain}</span>
    </th>
    ${columns.map((iteration) => {
      const found = accuracies.find((accuracy) => accuracy.iteration === iteration);
      const moved = learning.find((row) => row.iteration === iteration);
      return html`<td>
        ${found === undefined ? "—" : accuracyText(found, words)}
        ${
          moved === undefined
            ? nothing
            : html`<div class="moved">
                ${link(iteration, "learned", moved.learned)} ${link(iteration, "forgotten", moved.forgotten)}
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
    ${means.map((mean) => html`<td class="number">${mean === null ? "—" : percent(mean)}</td>`)}
    <td class="number">${first === null || last === null ? "—" : points(last - first)}</td>
  </tr>`;
}

export function iterationsSection(
  { iterations, currency }: ReportView,
  words: ReportStrings,
): TemplateResult | typeof nothing {
  if (iterations.length === 0) return nothing;
  return html`<section aria-labelledby="iterations">
    <h2 id="iterations">${words.iterations}</h2>
    ${table(
      words.iterations,
      [
        filled(words.iteration, "").trim(),
        words.strategy,
        words.errors,
        words.generated,
        words.kept,
        words.parseYield,
        filled(words.learned, "").trim(),
        filled(words.forgotten, "").trim(),
        words.cost,
      ],
      iterations.map(
        (row) =>
          html`<tr>
            <th scope="row">${row.iteration}</th>
            <td>${row.strategy}</td>
            ${[row.errors, row.generated, row.kept].map((value) => html`<td class="number">${figure(value)}</td>`)}
            <td class="number">${row.parseYield === null ? "—" : percent(row.parseYield)}</td>
            ${[row.learned, row.forgotten].map((value) => html`<td class="number">${figure(value)}</td>`)}
            <td class="number">${row.cost === null ? words.unknown : money(row.cost, currency)}</td>
          </tr>`,
      ),
    )}
  </section>`;
}

export function gatesSection({ iterations }: ReportView, words: ReportStrings): TemplateResult | typeof nothing {
  if (iterations.length === 0) return nothing;
  return html`<section aria-labelledby="gates">
    <h2 id="gates">${words.gates}</h2>
    <p class="muted">${words.gatesNote}</p>
    <div class="funnels">${iterations.map((row) => funnel(row, words))}</div>
  </section>`;
}

/** Bars and their figures in one table: the bar is the picture, the row its text. */
function funnel({ iteration, strategy, funnel: steps }: IterationReportView, words: ReportStrings): TemplateResult {
  const most = Math.max(1, ...steps.map(({ left }) => left));
  return html`<table class="funnel">
    <caption>
      ${filled(words.iteration, iteration)} · ${strategy}
    </caption>
    <thead class="visually-hidden">
      <tr>
        <th scope="col">${words.gate}</th>
        <th scope="col">${words.left}</th>
        <th scope="col">${words.dropped}</th>
      </tr>
    </thead>
    <tbody>
      ${steps.map(
        ({ gate, left, dropped }) =>
          html`<tr>
            <th scope="row">${gate}</th>
            <td class="number">${figure(left)}</td>
            <td class="bar">
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                ${svg`<rect class="left" width=${(left / most) * 100} height="8"></rect>
                <rect class="dropped" x=${(left / most) * 100} width=${(dropped / most) * 100} height="8"></rect>`}
              </svg>
              ${dropped === 0 ? nothing : html`<span class="muted number">−${figure(dropped)}</span>`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

export function lossSection({ iterations }: ReportView, words: ReportStrings): TemplateResult | typeof nothing {
  const trained = iterations.filter(({ loss }) => loss.length > 0);
  if (trained.length === 0) return nothing;
  return html`<section aria-labelledby="loss">
    <h2 id="loss">${words.loss}</h2>
    <div class="charts">
      ${trained.map(({ iteration, loss }) => {
        const data: ChartData = {
          x: loss.map(({ step }) => step),
          lines: [
            { name: words.lossTraining, values: loss.map((row) => row.loss) },
            { name: words.lossHeldOut, values: loss.map((row) => row.heldOutLoss), dashed: true },
          ],
          xText: (value) => String(value),
          yText: (value) => value.toFixed(2),
        };
        return html`<div>
          <h3>${filled(words.iteration, iteration)}</h3>
          <preceptor-chart .data=${data}></preceptor-chart>
          <details>
            <summary>${words.table}</summary>
            ${table(
              `${words.loss} ${iteration}`,
              [words.step, words.lossTraining, words.lossHeldOut],
              loss.map(
                (row) =>
                  html`<tr>
                    <th scope="row">${row.step}</th>
                    <td class="number">${row.loss?.toFixed(4) ?? "—"}</td>
                    <td class="number">${row.heldOutLoss?.toFixed(4) ?? "—"}</td>
                  </tr>`,
              ),
            )}
          </details>
        </div>`;
      })}
    </div>
  </section>`;
}

function columnsOf({ benchmarks }: ReportView): number[] {
  const all = benchmarks.flatMap(({ accuracies }) => accuracies.map(({ iteration }) => iteration));
  return [...new Set(all)].sort((a, b) => a - b);
}

function columnName({ iterations }: ReportView, words: ReportStrings, iteration: number): string {
  if (iteration === 0) return words.base;
  const strategy = iterations.find((row) => row.iteration === iteration)?.strategy;
  const name = filled(words.iteration, iteration);
  return strategy === undefined ? name : `${name} · ${strategy}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function points(difference: number): string {
  const text = Math.abs(difference * 100).toFixed(1);
  if (text === "0.0") return "±0.0";
  return difference > 0 ? `▲ ${text}` : `▼ ${text}`;
}
