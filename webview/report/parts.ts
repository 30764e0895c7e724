import { html, type TemplateResult } from "lit";
import type { ReportStrings } from "../../src/protocol/panels/report.js";
import type { CaseQuery, Fate, ReportView } from "../../src/protocol/worker/report.js";
import { figure, filled } from "../shared/words.js";

/** What a figure of the report leads to. */
export interface Leads {
  /** The cases behind it. */
  readonly cases: (query: CaseQuery) => void;
  /** The samples of an iteration: all, those that were kept, or those that a gate dropped. */
  readonly samples: (iteration: number, state: "all" | "kept" | "dropped", gate: string | null) => void;
}

/** A table that scrolls by itself where the panel is narrow. */
export function table(
  name: string,
  head: readonly (string | TemplateResult)[],
  rows: readonly TemplateResult[],
): TemplateResult {
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

/** A figure that leads somewhere, unless it is none. `what` says what is counted where only the column does. */
export function link(
  count: number,
  lead: () => void,
  text = figure(count),
  what: string | null = null,
): TemplateResult {
  if (count === 0) return html`<span class="muted number">${text}</span>`;
  const name = what === null ? text : `${text}, ${what}`;
  return html`<button class="quiet link number" aria-label=${name} @click=${lead}>${text}</button>`;
}

const arrows: { readonly [fate in Fate]?: string } = { learned: "▲ ", forgotten: "▼ " };

/** `▲ learned 12`, which leads to these cases. */
export function fateLink(query: CaseQuery, count: number, words: ReportStrings, { cases }: Leads): TemplateResult {
  const { learned, forgotten, stillWrong, stillRight } = words;
  const word = { learned, forgotten, "still-wrong": stillWrong, "still-right": stillRight }[query.fate];
  return link(count, () => cases(query), `${arrows[query.fate] ?? ""}${filled(word, figure(count))}`);
}

/** The evaluations before and after an iteration of a run. */
export function step({ run }: ReportView, iteration: number): Pick<CaseQuery, "before" | "after"> {
  return { before: { run, iteration: iteration - 1 }, after: { run, iteration } };
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
