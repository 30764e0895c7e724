import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { LiveAnswerView } from "../../src/protocol/worker/samples.js";
import { figure, filled } from "../shared/words.js";
import { shown } from "./shown.js";

/** Characters of the end of the answer that are in sight. */
const mostOfEnd = 4000;

/** The answer that arrives now, its end in sight. */
export function liveAnswer(
  { error, text, before }: LiveAnswerView,
  showError: (key: string) => void,
  words: InstructorStrings,
): TemplateResult {
  return html`<section class="live" aria-label=${words.live}>
    <h3>
      <span class="live-dot" aria-hidden="true">●</span> ${words.live}
      <button class="quiet key" @click=${() => showError(error)}>${shown(error, 200)}</button>
    </h3>
    ${before === 0 ? nothing : html`<p class="muted">${filled(words.before, figure(before))}</p>`}
    <pre tabindex="0">${shown(text.slice(-mostOfEnd))}</pre>
  </section>`;
}
