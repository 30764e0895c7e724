import { html, LitElement, nothing, type TemplateResult } from "lit";
import {
  instructorHost,
  instructorPage,
  type InstructorState,
  type InstructorStrings,
} from "../../src/protocol/panels/instructor.js";
import type { SamplesOverview } from "../../src/protocol/worker/samples.js";
import { configurationNote } from "../shared/configurationNote.js";
import { faultBox } from "../shared/faultBox.js";
import { connectHost } from "../shared/host.js";
import { KeepFocus } from "../shared/keepFocus.js";
import { sharedStyles } from "../shared/styles.js";
import { waiting } from "../shared/waiting.js";
import { errorPane } from "./errorPane.js";
import { Regeneration } from "./freshAnswer.js";
import { header, reviewBanner } from "./header.js";
import { actionOfKey, type Action } from "./keyboard.js";
import { LiveAnswer } from "./liveAnswer.js";
import { Page } from "./page.js";
import { Review } from "./review.js";
import { SampleEdit } from "./sampleEdit.js";
import { samplesPane } from "./samplesPane.js";
import { ShownError } from "./shownError.js";
import { ShownSamples } from "./shownSamples.js";
import { instructorStyles } from "./style.js";

const list = "preceptor-sample-list";

/** What the instructor wrote about errors: samples with what the gates found, evidence, raw answers, and a person's review. */
class InstructorPanel extends LitElement {
  static override styles = [sharedStyles, instructorStyles];

  readonly #host = connectHost(instructorHost, instructorPage, {});
  readonly #page = new Page(this);
  readonly #error = new ShownError(this.#host, this.#page);
  readonly #samples = new ShownSamples(this.#host, this.#page, this.#error, (state) => this.#take(state));
  readonly #review = new Review(this.#host, this.#page, this.#samples);
  readonly #edit = new SampleEdit(this.#host, this.#page, this.#error, this.#samples, this.#review);
  readonly #regeneration = new Regeneration(this.#host, this.#page, this.#error);
  readonly #live = new LiveAnswer(this);

  constructor() {
    super();
    this.#host.on("changed", ({ state }) => {
      if (state === null) return void this.#samples.refresh();
      this.#take(state);
      void this.#samples.open();
    });
    this.#host.on("live", ({ answer }) => this.#live.show(answer));
    this.#host.on("act", ({ action }) => this.#act(action));
    new KeepFocus(this, list);
    // Also where nothing of the page has the focus yet.
    window.addEventListener("keydown", (event) => this.#onKey(event));
    window.addEventListener("focus", () => this.#focusList());
    window.addEventListener("blur", () => this.#edit.flush());
    void this.#begin();
  }

  protected override willUpdate(): void {
    this.#edit.follow(this.#samples.selected);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, fault } = this.#page;
    const { overview } = this.#samples;
    if (words === null) return nothing;
    return html`<main class="page">
      <h1 class="visually-hidden">${words.title}</h1>
      ${fault === null ? nothing : faultBox(fault, words, () => this.#retry())}
      ${overview !== null ? this.#panes(overview, words) : fault === null ? waiting(words.loading) : nothing}
    </main>`;
  }

  async #begin(): Promise<void> {
    // Both are asked at once: neither needs the other's answer.
    const opening = this.#samples.open();
    try {
      this.#page.words = await this.#host.call("strings", {});
      this.#page.changed();
    } catch (thrown) {
      this.#page.fail(thrown);
    }
    await opening;
    this.#focusList();
  }

  #take(state: InstructorState): void {
    this.#samples.take(state);
    this.#live.show(null);
    this.#edit.restore(state.forms ?? []);
  }

  #panes(overview: SamplesOverview, words: InstructorStrings): TemplateResult {
    const samples = this.#samples;
    const actions = { samples, review: this.#review, edit: this.#edit };
    return html`${configurationNote(overview.configurationFault, words.configurationBroken)}
      ${header(overview, samples, this.#error, words)}
      ${reviewBanner(overview, () => void this.#review.finish(), words)}
      <div class="panes">
        ${samplesPane(overview, samples, this.#review, this.#page.notice, words)}
        <section class="detail" aria-label=${words.title} tabindex="0">
          ${this.#live.view(overview.iteration, (key) => void samples.showError(key), words)}
          ${errorPane(this.#error, this.#regeneration, actions, words)}
        </section>
      </div>`;
  }

  #retry(): void {
    this.#page.recovered();
    void this.#samples.open();
  }

  #onKey(event: KeyboardEvent): void {
    const action = actionOfKey(event);
    if (action === null) return;
    if (action === "leave") return this.#leave();
    event.preventDefault();
    this.#act(action);
  }

  /** Ends what goes on: a check, else a form, else the question about a price. A call that is paid for ends by its button. */
  #leave(): void {
    const { selected } = this.#samples;
    if (selected !== null && this.#edit.cancel(selected)) {
      if (this.#edit.of(selected) === null) this.#page.focus(list);
    } else if (this.#regeneration.dismiss(this.#error.output?.key)) this.#page.focus(list);
  }

  #act(action: Action): void {
    if (action === "edit") void this.#beginEdit();
    else if (action === "undo") void this.#review.undo();
    else if (action === "regenerate") void this.#regeneration.ask();
    else void this.#review.decide(action);
  }

  /** The key may come before a decision has moved the cursor. */
  async #beginEdit(): Promise<void> {
    await this.#review.settled;
    this.#edit.begin(this.#samples.selected);
  }

  /** Whoever comes without a mouse begins in the list. */
  #focusList(): void {
    if (document.hasFocus() && document.activeElement === document.body) this.#page.focus(list);
  }
}

customElements.define("preceptor-instructor", InstructorPanel);
