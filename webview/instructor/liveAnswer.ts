import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { LiveAnswerView } from "../../src/protocol/worker/samples.js";
import { figure, filled } from "../shared/words.js";
import { mostShown, shown } from "../shared/shown.js";

/** Pixels above the end of the text that still count as its end. */
const nearEnd = 8;

/** The answer that arrives now. Its end stays in sight, unless a person has scrolled away from it. */
export class LiveAnswer implements ReactiveController {
  readonly #host: LitElement;
  #answer: LiveAnswerView | null = null;
  #atEnd = true;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  show(answer: LiveAnswerView | null): void {
    this.#answer = answer;
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    const text = this.#text();
    this.#atEnd = text === null || text.scrollHeight - text.scrollTop - text.clientHeight <= nearEnd;
  }

  hostUpdated(): void {
    const text = this.#text();
    if (text !== null && this.#atEnd) text.scrollTop = text.scrollHeight;
  }

  /** Of the iteration that is shown; another one has its own panel. */
  view(iteration: number, showError: (key: string) => void, words: InstructorStrings): TemplateResult | typeof nothing {
    if (this.#answer?.iteration !== iteration) return nothing;
    const { error, text, before } = this.#answer;
    return html`<section class="live" aria-label=${words.live}>
      <h2>
        <span class="live-dot" aria-hidden="true">●</span> ${words.live}
        <button class="quiet key" @click=${() => showError(error)}>${shown(error, 200)}</button>
      </h2>
      ${before === 0 ? nothing : html`<p class="muted">${filled(words.before, figure(before))}</p>`}
      <pre tabindex="0">${shown(text.slice(-mostShown))}</pre>
    </section>`;
  }

  #text(): HTMLElement | null {
    return this.#host.renderRoot.querySelector<HTMLElement>(".live pre");
  }
}
