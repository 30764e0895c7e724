import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { ErrorOutput } from "../../src/protocol/worker/samples.js";
import { freshAnswer, type Regeneration } from "./freshAnswer.js";
import { rawAnswer } from "./rawAnswer.js";
import { sampleCard, type CardActions } from "./sampleCard.js";
import { shown } from "../shared/shown.js";
import type { ShownError } from "./shownError.js";

/** One error: the instructor's analysis, a card for each sample, its raw answers, and the error itself. */
export function errorPane(
  error: ShownError,
  regeneration: Regeneration,
  actions: CardActions,
  words: InstructorStrings,
): TemplateResult | typeof nothing {
  const { output } = error;
  if (output === null) return nothing;
  const { key, answers, samples, currency } = output;
  const selected = samples.findIndex(({ id }) => id === actions.samples.selected);
  return html`${analysis(output, words)}
    <div class="cards">
      ${samples.map((sample, index) => {
        const found = error.evidence(sample);
        return sampleCard(sample, { number: index + 1, found }, actions, words);
      })}
    </div>
    ${freshAnswer(
      regeneration,
      {
        key,
        place: selected === -1 ? null : selected + 1,
        useInstead: (draft) => {
          const sample = samples[selected];
          if (sample !== undefined) void actions.review.useInstead(sample.id, draft);
        },
      },
      words,
    )}
    <details class="raw-answers">
      <summary>${words.raw}</summary>
      ${answers.map((answer) => rawAnswer(answer, currency, words))}
    </details>
    ${facts(output, error, words)}`;
}

function analysis({ answers }: ErrorOutput, words: InstructorStrings): TemplateResult {
  const analyses = answers.flatMap((answer) => answer.analysis ?? []);
  return html`<section>
    <h2>${words.analysis}</h2>
    ${
      analyses.length === 0
        ? html`<p class="muted">${words.noAnalysis}</p>`
        : analyses.map((text) => html`<pre class="analysis">${shown(text)}</pre>`)
    }
  </section>`;
}

/** The error itself, and ways to its case and its contrast set. */
function facts(
  { key, question, response, reference }: ErrorOutput,
  error: ShownError,
  words: InstructorStrings,
): TemplateResult {
  const part = (title: string, text: string | null): TemplateResult | typeof nothing =>
    text === null
      ? nothing
      : html`<h3 class="muted">${title}</h3>
          <pre>${shown(text)}</pre>`;
  return html`<details class="facts">
    <summary>${words.error} ${shown(key, 200)}</summary>
    <div class="actions">
      <button @click=${() => void error.openCase()}>${words.openCase}</button>
      <button @click=${() => void error.openContrastSet()}>${words.contrastSet}</button>
    </div>
    ${part(words.question, question)} ${part(words.response, response)} ${part(words.reference, reference)}
  </details>`;
}
