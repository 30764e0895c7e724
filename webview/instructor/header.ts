import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { ErrorOutput, SamplesOverview } from "../../src/protocol/worker/samples.js";
import { progressBar } from "../shared/waiting.js";
import { figure, filled, money, tokenFigure } from "../shared/words.js";
import { shown } from "../shared/shown.js";
import type { ShownError } from "./shownError.js";
import type { ShownSamples } from "./shownSamples.js";

/** Which error of which iteration is shown, ways to others, and the iteration's figures. */
export function header(
  overview: SamplesOverview,
  samples: ShownSamples,
  error: ShownError,
  words: InstructorStrings,
): TemplateResult {
  const { strategy, set, iterations, iteration } = overview;
  return html`<header>
      ${error.output === null ? nothing : errorChooser(error.output, samples, error, words)}
      <span class="muted">${shown(strategy, 60)} · ${set}</span>
      ${
        iterations.length < 2
          ? html`<span class="muted">${filled(words.iteration, iteration)}</span>`
          : html`<select
              aria-label=${filled(words.iteration, iteration)}
              ?disabled=${samples.held()}
              @change=${(event: Event) => void samples.showIteration(Number((event.target as HTMLSelectElement).value))}
            >
              ${iterations.map(
                (number) =>
                  html`<option value=${number} ?selected=${number === iteration}>
                    ${filled(words.iteration, number)}
                  </option>`,
              )}
            </select>`
      }
      ${figures(overview, words)}
    </header>
    ${overview.live ? progressBar(words.streaming) : nothing}`;
}

function errorChooser(
  { key, previous, next, position, count }: ErrorOutput,
  samples: ShownSamples,
  error: ShownError,
  words: InstructorStrings,
): TemplateResult {
  const step = (to: string | null, name: string, sign: string): TemplateResult =>
    html`<button
      class="quiet"
      aria-label=${name}
      ?disabled=${to === null || samples.held()}
      @click=${() => to !== null && void samples.showError(to)}
    >
      ${sign}
    </button>`;
  return html`<span class="toolbar">
    ${step(previous, words.previousError, "◂")} ${step(next, words.nextError, "▸")}
    <button class="quiet key" title=${words.openCase} @click=${() => void error.openCase()}>${shown(key, 200)}</button>
    <span class="number">${filled(words.ofErrors, figure(position + 1), figure(count))}</span>
  </span>`;
}

function figures(overview: SamplesOverview, words: InstructorStrings): TemplateResult {
  const { spent, cap, currency, asked, parsed, live, estimated } = overview;
  const paid = money(spent, currency);
  return html`<span class="figures number">
    ${live ? html`<span class="live-dot">● ${words.streaming}</span>` : nothing}
    <span>${cap === null ? filled(words.spent, paid) : filled(words.spentOf, paid, money(cap, currency))}</span>
    <span>${filled(words.parseYield, asked === 0 ? "–" : `${((100 * parsed) / asked).toFixed(1)} %`)}</span>
    <span class="muted" title=${estimated ? words.estimatedTokens : nothing}>
      ${filled(words.tokens, tokenFigure(overview))}
    </span>
  </span>`;
}

/** Whether the run waits for a review, and how far that is. */
export function reviewBanner(
  { review, samples, kept, open }: SamplesOverview,
  finish: () => void,
  words: InstructorStrings,
): TemplateResult | typeof nothing {
  if (review === "not-required") return nothing;
  const text = { required: words.reviewRequired, waiting: words.reviewWaiting, finished: words.reviewFinished }[review];
  return html`<div class="banner">
    <span>${text}</span>
    <span class="muted number">${filled(words.counts, figure(kept), figure(samples - kept), figure(open))}</span>
    ${review === "waiting" ? html`<button class="primary" @click=${finish}>${words.finishReview}</button>` : nothing}
  </div>`;
}
