import { html, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { ErrorOutput, FreshAnswer, SampleDraftView } from "../../src/protocol/worker/samples.js";
import { waiting } from "../shared/waiting.js";
import { filled, money } from "../shared/words.js";
import { draftView } from "./draft.js";
import { gateList } from "./evidence.js";
import type { Host, Page } from "./page.js";
import { rawAnswer } from "./rawAnswer.js";
import type { ShownError } from "./shownError.js";

/** Asks the instructor again about the shown error. The answer is no part of the run. */
export class Regeneration {
  /** The error that was asked about, and what came of it; null while the instructor answers. */
  fresh: { readonly key: string; readonly answer: FreshAnswer | null } | null = null;
  readonly #host: Host;
  readonly #page: Page;
  readonly #error: ShownError;
  #shown: ErrorOutput | null = null;
  readonly #attempts = new Map<string, number>();

  constructor(host: Host, page: Page, error: ShownError) {
    this.#host = host;
    this.#page = page;
    this.#error = error;
  }

  async ask(): Promise<void> {
    const key = this.#error.output?.key;
    if (key === undefined || this.fresh?.answer === null) return;
    const attempt = this.#attempts.get(key) ?? 0;
    this.#show({ key, answer: null });
    try {
      const answer = await this.#host.call("regenerate", { key, attempt });
      this.#attempts.set(key, attempt + 1);
      this.#show({ key, answer });
    } catch (thrown) {
      this.discard();
      this.#page.fail(thrown);
    }
  }

  /** Showing another error puts away what is fresh about the one before. */
  keepOnlyFor(output: ErrorOutput | null): void {
    if (output === this.#shown) return;
    this.#shown = output;
    if (this.fresh?.key !== output?.key) this.fresh = null;
  }

  discard(): void {
    this.#show(null);
  }

  #show(fresh: Regeneration["fresh"]): void {
    this.fresh = fresh;
    this.#page.changed();
  }
}

/** The button that asks again, and below it what came. `useInstead` puts a draft in the place of sample number `place`. */
export function freshAnswer(
  regeneration: Regeneration,
  {
    key,
    place,
    useInstead,
  }: {
    readonly key: string;
    readonly place: number | null;
    readonly useInstead: (draft: SampleDraftView) => void;
  },
  words: InstructorStrings,
): TemplateResult {
  const { fresh } = regeneration;
  const ask = html`<button ?disabled=${fresh?.answer === null} @click=${() => void regeneration.ask()}>
    ${words.regenerate}
  </button>`;
  if (fresh === null || fresh.key !== key) return html`<div class="actions">${ask}</div>`;
  if (fresh.answer === null) return waiting(words.regenerating);
  const { answer, samples, cached, currency } = fresh.answer;
  const price = cached ? words.paidBefore : answer.cost === null ? words.unknownCost : money(answer.cost, currency);
  return html`<section class="fresh">
    <h2>${filled(words.fresh, price)}</h2>
    <p class="muted">${words.freshNote}</p>
    <div class="cards">
      ${samples.map(
        ({ draft, gates, passed }, index) =>
          html`<article class=${passed ? "kept" : "dropped"}>
            <h3>${filled(words.sample, index + 1)}</h3>
            ${draftView(draft, words)} ${gateList(gates, words)}
            <div class="actions">
              <button ?disabled=${place === null} @click=${() => useInstead(draft)}>
                ${filled(words.useInstead, place ?? 0)}
              </button>
            </div>
          </article>`,
      )}
    </div>
    <details>
      <summary>${words.raw}</summary>
      ${rawAnswer(answer, currency, words)}
    </details>
    <div class="actions">${ask}<button @click=${() => regeneration.discard()}>${words.discard}</button></div>
  </section>`;
}
