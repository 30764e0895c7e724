import type { SampleForm } from "../../src/protocol/panels/instructor.js";
import type { GateResultView } from "../../src/protocol/worker/samples.js";
import { faultOf } from "../shared/host.js";
import { draftOf, formOf, type DraftForm } from "./draftForm.js";
import type { Host, Page } from "./page.js";
import type { Review } from "./review.js";
import type { ShownError } from "./shownError.js";
import type { ShownSamples } from "./shownSamples.js";

/** A change of a sample that a person is at. */
export interface Editing {
  readonly form: DraftForm;
  /** The form as it was when the person began; null after a reload, which keeps what was typed and not what it replaces. */
  readonly before: DraftForm | null;
  /** What the gates said of the form; null before they were asked. */
  readonly refused: readonly GateResultView[] | null;
  /** The gates look at the form: it stays as it is until they have answered. */
  readonly checking: boolean;
}

/** Milliseconds without a key after which what was typed is remembered. */
const restMs = 150;

/**
 * Changes samples; what was changed goes through the gates again before it is accepted. What was typed is lost by nothing but
 * a Cancel: another selection, a tab that covers the panel, or a reload leave it.
 */
export class SampleEdit {
  readonly #host: Host;
  readonly #page: Page;
  readonly #error: ShownError;
  readonly #samples: ShownSamples;
  readonly #review: Review;
  readonly #forms = new Map<string, Editing>();
  /** The check that goes on. */
  #asking: AbortController | null = null;
  /** The sample whose form is to be shown once it is there. */
  #wanted: string | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, page: Page, error: ShownError, samples: ShownSamples, review: Review) {
    this.#host = host;
    this.#page = page;
    this.#error = error;
    this.#samples = samples;
    this.#review = review;
    samples.forms = () =>
      [...this.#forms].map(([sample, { form }]) => ({ sample, fields: { ...form }, typed: this.#holds(sample) }));
    samples.held = () => samples.selected !== null && this.#holds(samples.selected);
  }

  of(sample: string): Editing | null {
    return this.#forms.get(sample) ?? null;
  }

  /** The forms that were open before the page was made anew. */
  restore(forms: readonly SampleForm[]): void {
    for (const { sample, fields, typed } of forms) {
      if (this.#forms.has(sample)) continue;
      const before = typed === false ? fields : null;
      this.#set(sample, { form: fields, before, refused: null, checking: false });
    }
  }

  /** Shows the form of a sample; one of an error that is still on its way gets it when it is there. */
  begin(id: string | null): void {
    const sample = this.#error.sample(id);
    this.#wanted = sample === null ? id : null;
    if (sample === null) return;
    if (!sample.editable) return this.#page.say(({ notEditable }) => notEditable);
    if (!this.#forms.has(sample.id)) {
      const form = formOf(sample.draft);
      this.#set(sample.id, { form, before: form, refused: null, checking: false });
      this.#remember();
    }
    this.#page.focus(`article[data-sample="${CSS.escape(sample.id)}"] .edit textarea`);
  }

  type(sample: string, name: keyof DraftForm, value: string): void {
    const editing = this.#forms.get(sample);
    if (editing === undefined || editing.checking) return;
    this.#set(sample, { ...editing, form: { ...editing.form, [name]: value } });
    this.#remember();
  }

  /** Choosing another sample leaves a form in which nothing was typed. */
  follow(selected: string | null): void {
    if (this.#wanted !== null) this.begin(this.#wanted === selected ? selected : null);
    for (const sample of this.#forms.keys()) {
      if (sample !== selected && !this.#holds(sample)) this.#forms.delete(sample);
    }
  }

  /** Leaves the form of a sample, or the check of it that goes on; false where there is neither. */
  cancel(sample: string | null): boolean {
    const editing = sample === null ? undefined : this.#forms.get(sample);
    if (sample === null || editing === undefined) return false;
    if (editing.checking) this.#asking?.abort();
    else this.#close(sample);
    return true;
  }

  async save(id: string, accept: "if-passed" | "anyway"): Promise<void> {
    const editing = this.#forms.get(id);
    const sample = this.#error.sample(id);
    if (editing === undefined || sample === null || this.#asking !== null) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.#set(id, { ...editing, checking: true });
    this.#page.say(({ checking }) => checking);
    try {
      const draft = draftOf(editing.form, sample.draft);
      const answer = await this.#host.call("edit", { sample: id, draft, accept }, { signal: asking.signal });
      if (!answer.accepted) {
        this.#set(id, { ...editing, refused: answer.gates });
        this.#page.say(({ editFailed }) => editFailed);
        return;
      }
      this.#close(id);
      await this.#review.replaced();
      if (this.#samples.selected === id) this.#page.focus("preceptor-sample-list");
    } catch (thrown) {
      this.#set(id, editing);
      if (faultOf(thrown).kind !== "cancelled") this.#page.fail(thrown);
    } finally {
      this.#asking = null;
    }
  }

  /** What was typed is told to the host at once: the page may end with the next click. */
  flush(): void {
    if (this.#rest === undefined) return;
    clearTimeout(this.#rest);
    this.#rest = undefined;
    void this.#page.guard(async () => this.#samples.remember());
  }

  #holds(sample: string): boolean {
    const editing = this.#forms.get(sample);
    if (editing === undefined) return false;
    const { form, before, checking } = editing;
    return checking || before === null || JSON.stringify(form) !== JSON.stringify(before);
  }

  #close(sample: string): void {
    this.#forms.delete(sample);
    this.#page.changed();
    this.#remember();
  }

  #set(sample: string, editing: Editing): void {
    this.#forms.set(sample, editing);
    this.#page.changed();
  }

  #remember(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.flush(), restMs);
  }
}
