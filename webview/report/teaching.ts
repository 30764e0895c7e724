import { html, nothing, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { ReportStrings } from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { IterationReportView, ReportView } from "../../src/protocol/worker/report.js";
import "../shared/chart.js";
import type { ChartData } from "../shared/chart.js";
import { figure, filled, money } from "../shared/words.js";
import "./lossTable.js";
import { fateName } from "./names.js";
import { link, percent, step, table, type Leads } from "./parts.js";

export function iterationsSection(
  report: ReportView,
  words: ReportStrings,
  leads: Leads,
): TemplateResult | typeof nothing {
  const { iterations, currency } = report;
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
        fateName("learned", words),
        fateName("forgotten", words),
        words.cost,
      ],
      iterations.map(
        (row) =>
          html`<tr>
            <th scope="row">${row.iteration}</th>
            <td>${row.strategy}</td>
            <td class="number">${figure(row.errors)}</td>
            <td>${samplesLink(row, words.generated, row.generated, ["all", null], words, leads)}</td>
            <td>${samplesLink(row, words.kept, row.kept, ["kept", null], words, leads)}</td>
            <td class="number">${row.parseYield === null ? "—" : percent(row.parseYield)}</td>
            ${(["learned", "forgotten"] as const).map((fate) => {
              const lead = (): void => leads.cases({ ...step(report, row.iteration), benchmark: null, fate });
              return html`<td>${link(row[fate], lead, figure(row[fate]), fateName(fate, words))}</td>`;
            })}
            <td class="number">${row.cost === null ? words.unknown : money(row.cost, currency)}</td>
          </tr>`,
      ),
    )}
  </section>`;
}

type SamplesOf = readonly [state: "all" | "kept" | "dropped", gate: string | null];

/** A count of samples, which leads to them. */
function samplesLink(
  { iteration }: IterationReportView,
  what: string,
  count: number,
  [state, gate]: SamplesOf,
  words: ReportStrings,
  { samples }: Leads,
  text = figure(count),
): TemplateResult {
  return link(count, () => samples(iteration, state, gate), text, filled(words.samplesOf, iteration, what));
}

/** Wanted and kept samples by benchmark: an unused quota is no fault of the program. */
export function quotasSection({ iterations }: ReportView, words: ReportStrings): TemplateResult | typeof nothing {
  const rows = iterations.flatMap(({ iteration, quotas }) =>
    quotas.map(
      ({ benchmark, errors, wanted, kept }) =>
        html`<tr>
          <th scope="row">${safeText(benchmark, 80)}</th>
          ${[iteration, errors, wanted, kept].map((value) => html`<td class="number">${figure(value)}</td>`)}
        </tr>`,
    ),
  );
  if (rows.length === 0) return nothing;
  return html`<section aria-labelledby="quotas">
    <h2 id="quotas">${words.quotas}</h2>
    <p class="muted">${words.quotasNote}</p>
    ${table(
      words.quotas,
      [words.benchmark, filled(words.iteration, "").trim(), words.errors, words.quota, words.kept],
      rows,
    )}
  </section>`;
}

export function gatesSection(
  { iterations }: ReportView,
  words: ReportStrings,
  leads: Leads,
): TemplateResult | typeof nothing {
  if (iterations.length === 0) return nothing;
  return html`<section aria-labelledby="gates">
    <h2 id="gates">${words.gates}</h2>
    <p class="muted">${words.gatesNote}</p>
    <div class="funnels">${iterations.map((row) => funnel(row, words, leads))}</div>
  </section>`;
}

/** The funnel's first and last step in words; gates have names, which are data. */
function gateName(gate: string, words: ReportStrings): string {
  return gate === "generated" ? words.generated : gate === "kept" ? words.kept : gate;
}

/** Bars and their figures in one table: the bar is the picture, the row its text. */
function funnel(row: IterationReportView, words: ReportStrings, leads: Leads): TemplateResult {
  const { iteration, strategy, funnel: steps } = row;
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
            <th scope="row">${gateName(gate, words)}</th>
            <td class="number">
              ${
                gate === "generated" || gate === "kept"
                  ? samplesLink(
                      row,
                      gateName(gate, words),
                      left,
                      [gate === "kept" ? "kept" : "all", null],
                      words,
                      leads,
                    )
                  : figure(left)
              }
            </td>
            <td class="bar">
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                ${svg`<rect class="left" width=${(left / most) * 100} height="8"></rect>
                <rect class="dropped" x=${(left / most) * 100} width=${(dropped / most) * 100} height="8"></rect>`}
              </svg>
              ${
                dropped === 0
                  ? nothing
                  : samplesLink(row, gate, dropped, ["dropped", gate], words, leads, `−${figure(dropped)}`)
              }
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
    <preceptor-chart .data=${guard([iterations, words], () => lossData(trained, words))}></preceptor-chart>
    ${trained.map(
      ({ iteration, loss }) =>
        html`<preceptor-loss-table
          .name=${`${words.loss}, ${filled(words.iteration, iteration)}`}
          .words=${words}
          .loss=${loss}
        ></preceptor-loss-table>`,
    )}
  </section>`;
}

/** All trainings in one picture, so that they can be compared: a colour an iteration, dashes for the withheld rows. */
function lossData(trained: readonly IterationReportView[], words: ReportStrings): ChartData {
  const x = [...new Set(trained.flatMap(({ loss }) => loss.map(({ step }) => step)))].sort((a, b) => a - b);
  return {
    x,
    lines: trained.flatMap(({ iteration, loss }, colour) => {
      const byStep = new Map(loss.map((point) => [point.step, point]));
      const name = (what: string): string => `${filled(words.iteration, iteration)} · ${what}`;
      return [
        { name: name(words.lossTraining), colour, values: x.map((step) => byStep.get(step)?.loss ?? null) },
        {
          name: name(words.lossHeldOut),
          colour,
          dashed: true,
          values: x.map((step) => byStep.get(step)?.heldOutLoss ?? null),
        },
      ];
    }),
    xText: (value) => (Number.isInteger(value) ? String(value) : ""),
    yText: (value) => value.toFixed(2),
  };
}
