import { html, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { SampleFilter } from "../../src/protocol/worker/sampleFilter.js";
import type { SamplesOverview } from "../../src/protocol/worker/samples.js";
import type { Choose } from "../shared/longList.js";
import { figure, filled } from "../shared/words.js";
import type { Review } from "./review.js";
import "./sampleList.js";
import type { ShownSamples } from "./shownSamples.js";

/** The left side: which samples are listed, the list, what was done last, and the keys. */
export function samplesPane(
  overview: SamplesOverview,
  samples: ShownSamples,
  review: Review,
  notice: string,
  words: InstructorStrings,
): TemplateResult {
  return html`<section class="side" aria-label=${words.samples}>
    <div class="toolbar">${stateFilter(overview, samples, words)} ${gateFilter(overview, samples, words)}</div>
    ${
      samples.total === 0
        ? html`<p class="muted">${words.noSamples}</p>`
        : html`<preceptor-sample-list
            .words=${words}
            .name=${words.samples}
            .total=${samples.total}
            .rows=${samples.rows}
            .chosen=${samples.chosen}
            @choose=${({ detail: choose }: CustomEvent<Choose>) =>
              review.inTurn(() => samples.choose(choose(samples.chosen)))}
            @need=${({ detail: { from, to } }: CustomEvent<{ from: number; to: number }>) =>
              void samples.need(from, to)}
          ></preceptor-sample-list>`
    }
    <p class="notice">${notice}</p>
    <p class="muted keys">${words.keys}</p>
  </section>`;
}

/** Samples of a state, among all or among those that one gate dropped. */
function count(
  { samples, kept, open }: Pick<SamplesOverview, "samples" | "kept" | "open">,
  state: SampleFilter["state"],
): number {
  return { all: samples, kept, dropped: samples - kept, open, reviewed: samples - open }[state];
}

function stateFilter(overview: SamplesOverview, samples: ShownSamples, words: InstructorStrings): TemplateResult {
  const { filter } = samples;
  const none = { samples: 0, kept: 0, open: 0 };
  const among = filter.gate === null ? overview : (overview.gates.find(({ gate }) => gate === filter.gate) ?? none);
  const states: readonly [SampleFilter["state"], string][] = [
    ["all", words.all],
    ["kept", words.kept],
    ["dropped", words.dropped],
    ["open", words.open],
    ["reviewed", words.reviewed],
  ];
  return html`<select
    aria-label=${words.filter}
    ?disabled=${samples.held()}
    @change=${({ target }: Event) => {
      const state = states[(target as HTMLSelectElement).selectedIndex]?.[0] ?? "all";
      void samples.setFilter({ ...samples.filter, state });
    }}
  >
    ${states.map(
      ([state, name]) =>
        html`<option value=${state} ?selected=${state === filter.state}>
          ${name} (${figure(count(among, state))})
        </option>`,
    )}
  </select>`;
}

function gateFilter({ gates }: SamplesOverview, samples: ShownSamples, words: InstructorStrings): TemplateResult {
  const { filter } = samples;
  return html`<select
    aria-label=${words.gate}
    ?disabled=${samples.held()}
    @change=${({ target }: Event) => {
      const { value } = target as HTMLSelectElement;
      void samples.setFilter({ ...samples.filter, gate: value === "" ? null : value });
    }}
  >
    <option value="" ?selected=${filter.gate === null}>${words.anyGate}</option>
    ${gates.map(
      ({ gate, ...of }) =>
        html`<option value=${gate} ?selected=${gate === filter.gate}>
          ${filled(words.droppedBy, gate)} (${figure(count(of, filter.state))})
        </option>`,
    )}
  </select>`;
}
