import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { FreshAnswer, SampleDraftView } from "../../src/protocol/worker/samples.js";
import { faultOf } from "../shared/host.js";
import { progressBar } from "../shared/waiting.js";
import { filled, money } from "../shared/words.js";
import { draftView } from "./draft.js";
import { gateList } from "./evidence.js";
import type { Host, Page } from "./page.js";
import { rawAnswer } from "./rawAnswer.js";
import { shown } from "../shared/shown.js";
import type { ShownError } from "./shownError.js";

/** How far asking again about one error is. */
type Step =
  | { readonly kind: "idle" }
  /** The person is asked whether the call is worth its price; null where that is unknown. */
  | { readonly kind: "priced"; readonly price: string | null }
  | { readonly kind: "asking"; readonly stop: AbortController };

interface Asked {
  readonly step: Step;
  /** What came of the last call. */
  readonly answer: FreshAnswer | null;
}

const never: Asked = { step: { kind: "idle" }, answer: null };

/** Asks the instructor again about the shown error. The answers are no part of the run; each stays with its error. */
export class Regeneration {
  readonly #host: Host;
  readonly #page: Page;
  readonly #error: ShownError;
  readonly #asked = new Map<string, Asked>();
  readonly #attempts = new Map<string, number>();

  constructor(host: Host, page: Page, error: ShownError) {
    this.#host = host;
    this.#page = page;
    this.#error = error;
  }

  of(key: string): Asked {
    return this.#asked.get(key) ?? never;
  }

  /** What costs nothing is asked at once; of everything else the price is named first. */
  async ask(): Promise<void> {
    const key = this.#error.output?.key;
    if (key === undefined || this.of(key).step.kind !== "idle") return;
    const stop = new AbortController();
    await this.#guard(key, stop, async () => {
      const { cost, currency } = await this.#host.call("askPrice", { key }, { signal: stop.signal });
      if (cost === 0) return this.#ask(key, stop);
      this.#step(key, { kind: "priced", price: cost === null ? null : money(cost, currency) });
      this.#page.focus(".again button");
    });
  }

  /** The person wants it at this price. */
  async confirm(key: string): Promise<void> {
    if (this.of(key).step.kind !== "priced") return;
    const stop = new AbortController();
    await this.#guard(key, stop, async () => this.#ask(key, stop));
  }

  /** Ends the call. */
  stop(key: string): void {
    const { step } = this.of(key);
    if (step.kind === "asking") step.stop.abort();
  }

  /** The person does not want it at this price; false where nobody asked. */
  dismiss(key: string | undefined): boolean {
    if (key === undefined || this.of(key).step.kind !== "priced") return false;
    this.#step(key, { kind: "idle" });
    return true;
  }

  discard(key: string): void {
    this.#set(key, { ...this.of(key), answer: null });
  }

  async #ask(key: string, { signal }: AbortController): Promise<void> {
    this.#page.say(({ regenerating }) => regenerating);
    const attempt = this.#attempts.get(key) ?? 0;
    const answer = await this.#host.call("regenerate", { key, attempt }, { signal });
    this.#attempts.set(key, attempt + 1);
    this.#set(key, { step: { kind: "idle" }, answer });
    this.#page.say((words) => filled(words.answeredAgain, shown(key, 120), priceOf(answer, words)));
  }

  async #guard(key: string, stop: AbortController, work: () => Promise<void>): Promise<void> {
    this.#step(key, { kind: "asking", stop });
    try {
      await work();
    } catch (thrown) {
      this.#step(key, { kind: "idle" });
      if (faultOf(thrown).kind === "cancelled") this.#page.say(({ notAsked }) => notAsked);
      else this.#page.fail(thrown);
    }
  }

  #step(key: string, step: Step): void {
    this.#set(key, { ...this.of(key), step });
  }

  #set(key: string, asked: Asked): void {
    this.#asked.set(key, asked);
    this.#page.changed();
  }
}

function priceOf({ answer, cached, currency }: FreshAnswer, words: InstructorStrings): string {
  return cached ? words.paidBefore : answer.cost === null ? words.unknownCost : money(answer.cost, currency);
}

interface Place {
  readonly key: string;
  /** Number of the chosen sample, which a fresh one may stand in for; null where none is chosen. */
  readonly place: number | null;
  readonly useInstead: (draft: SampleDraftView) => void;
}

/** The button that asks again, and below it what came. */
export function freshAnswer(regeneration: Regeneration, place: Place, words: InstructorStrings): TemplateResult {
  const { step, answer } = regeneration.of(place.key);
  return html`<section class="again" aria-label=${words.regenerate}>
    ${askButtons(regeneration, place.key, step, words)}
    ${
      step.kind === "asking"
        ? html`${progressBar(words.regenerating)}
            <p class="muted">${words.regenerating}</p>`
        : nothing
    }
    ${answer === null ? nothing : answerOf(answer, regeneration, place, words)}
  </section>`;
}

/** One button for asking, agreeing and stopping, so that the focus stays on it. */
function askButtons(regeneration: Regeneration, key: string, step: Step, words: InstructorStrings): TemplateResult {
  const press = (): void => {
    if (step.kind === "idle") void regeneration.ask();
    else if (step.kind === "priced") void regeneration.confirm(key);
    else regeneration.stop(key);
  };
  const name =
    step.kind === "idle"
      ? words.regenerate
      : step.kind === "asking"
        ? words.cancel
        : step.price === null
          ? words.askForUnknown
          : filled(words.askFor, step.price);
  return html`<div class="actions">
    <button class=${step.kind === "priced" ? "primary" : ""} @click=${press}>${name}</button>
    ${
      step.kind === "priced"
        ? html`<button @click=${() => regeneration.dismiss(key)}>${words.cancel}</button>`
        : nothing
    }
  </div>`;
}

function answerOf(
  fresh: FreshAnswer,
  regeneration: Regeneration,
  { key, place, useInstead }: Place,
  words: InstructorStrings,
): TemplateResult {
  const { answer, samples, currency } = fresh;
  return html`<div class="fresh">
    <h2>${filled(words.fresh, priceOf(fresh, words))}</h2>
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
    <div class="actions"><button @click=${() => regeneration.discard(key)}>${words.discard}</button></div>
  </div>`;
}
