import type { GateResultView } from "../../src/protocol/worker/samples.js";
import { draftOf, formOf, type DraftForm } from "./draftForm.js";
import type { Host, Page } from "./page.js";
import type { Review } from "./review.js";
import type { ShownError } from "./shownError.js";

/** A sample that a person changes. */
export interface Editing {
  readonly sample: string;
  readonly form: DraftForm;
  /** What the gates said of the form; null before they were asked. */
  readonly refused: readonly GateResultView[] | null;
}

/** Changes one sample of the shown error; what was changed goes through the gates again before it is accepted. */
export class SampleEdit {
  editing: Editing | null = null;
  readonly #host: Host;
  readonly #page: Page;
  readonly #error: ShownError;
  readonly #review: Review;
  /** The sample whose form is to be shown once it is there. */
  #wanted: string | null = null;

  constructor(host: Host, page: Page, error: ShownError, review: Review) {
    this.#host = host;
    this.#page = page;
    this.#error = error;
    this.#review = review;
  }

  /** Shows the form of a sample; one of an error that is still on its way gets it when it is there. */
  begin(id: string | null): void {
    const sample = this.#error.sample(id);
    this.#wanted = sample === null ? id : null;
    if (sample === null) return;
    if (!sample.editable) return this.#page.say(({ notEditable }) => notEditable);
    this.#edit({ sample: sample.id, form: formOf(sample.draft), refused: null });
    this.#page.focus(".edit textarea");
  }

  type(name: keyof DraftForm, value: string): void {
    if (this.editing !== null) this.#edit({ ...this.editing, form: { ...this.editing.form, [name]: value } });
  }

  /** Choosing another sample leaves the form. */
  keepOnlyFor(sample: string | null): void {
    if (this.#wanted !== null) this.begin(this.#wanted === sample ? sample : null);
    if (this.editing?.sample !== sample) this.editing = null;
  }

  close(): void {
    this.#edit(null);
  }

  async save(accept: "if-passed" | "anyway"): Promise<void> {
    const { editing } = this;
    const sample = this.#error.sample(editing?.sample ?? null);
    if (editing === null || sample === null) return;
    await this.#page.guard(async () => {
      const draft = draftOf(editing.form, sample.draft);
      const answer = await this.#host.call("edit", { sample: sample.id, draft, accept });
      if (!answer.accepted) {
        this.#edit({ ...editing, refused: answer.gates });
        this.#page.say(({ editFailed }) => editFailed);
        return;
      }
      this.close();
      await this.#review.replaced(answer.before);
      this.#page.focus("preceptor-sample-list");
    });
  }

  #edit(editing: Editing | null): void {
    this.editing = editing;
    this.#page.changed();
  }
}
