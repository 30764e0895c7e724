import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { SampleDetail, SampleEvidence } from "../../src/protocol/worker/samples.js";
import { filled } from "../shared/words.js";
import { draftView } from "./draft.js";
import { draftForm } from "./draftForm.js";
import { evidenceView, gateList } from "./evidence.js";
import type { Decision, Review } from "./review.js";
import type { Editing, SampleEdit } from "./sampleEdit.js";
import { shown } from "../shared/shown.js";
import type { ShownSamples } from "./shownSamples.js";

/** What a person can do with the sample of a card. */
export interface CardActions {
  readonly samples: ShownSamples;
  readonly review: Review;
  readonly edit: SampleEdit;
}

/** One sample: its draft or the form that changes it, what the gates found, evidence, lineage, and what can be done. */
export function sampleCard(
  sample: SampleDetail,
  { number, found }: { readonly number: number; readonly found: SampleEvidence | null },
  { samples, review, edit }: CardActions,
  words: InstructorStrings,
): TemplateResult {
  const { id, draft, gates, kept, original } = sample;
  const selected = id === samples.selected;
  const editing = edit.of(id);
  const state = kept ? words.kept : words.dropped;
  // What the run's gates found is about the instructor's text, not about what a person put in its place.
  const inForce = editing?.refused ?? found?.gates ?? (original === null ? gates : null);
  const choose = (): void => {
    if (!selected) void samples.chooseSample(id);
  };
  return html`<article
    class=${`${kept ? "kept" : "dropped"}${selected ? " selected" : ""}`}
    data-sample=${id}
    aria-label=${`${filled(words.sample, number)} ${state}`}
    @focusin=${choose}
    @click=${choose}
  >
    <h3>
      ${filled(words.sample, number)}
      <span class="state">
        ${sample.review === null ? nothing : html`<span class="muted">${decisionWords(sample.review, words)}</span>`}
        ${state}
        <span class=${kept ? "verdict right" : "verdict wrong"} aria-hidden="true">${kept ? "✓" : "✗"}</span>
      </span>
    </h3>
    ${
      editing === null
        ? draftView(draft, words, found?.equations ?? [])
        : draftForm(editing, draft, words, (name, value) => edit.type(id, name, value))
    }
    ${
      original === null || editing !== null
        ? nothing
        : html`<details>
            <summary>${words.original}</summary>
            ${draftView(original, words)} ${gateList(gates, words)}
          </details>`
    }
    ${inForce === null ? nothing : gateList(inForce, words)}
    ${editing !== null || !selected ? nothing : evidenceOf(found, words)}
    ${lineage(sample, samples.overview?.iteration ?? 0, words)}
    ${editing === null ? actions(sample, { samples, review, edit }, words) : editActions(id, editing, edit, words)}
  </article>`;
}

type ReviewOfSample = NonNullable<SampleDetail["review"]>;

function decisionWords({ decision, draft }: ReviewOfSample, words: InstructorStrings): string {
  const said = decision === "accept" ? words.accepted : words.rejected;
  return draft === null ? said : `${said}, ${words.edited}`;
}

function evidenceOf(found: SampleEvidence | null, words: InstructorStrings): TemplateResult {
  return html`<section aria-label=${words.evidence}>
    <h4 class="muted">${words.evidence}</h4>
    ${found === null ? html`<p class="muted">${words.recomputing}</p>` : evidenceView({ ...found, gates: null }, words)}
  </section>`;
}

/** From the call that made the sample to the training set that has it, and who decided about it. */
function lineage(
  { call, round, index, review, trained }: SampleDetail,
  iteration: number,
  words: InstructorStrings,
): TemplateResult {
  const where = {
    training: filled(words.inTraining, iteration),
    "held-out": filled(words.inHeldOut, iteration),
    no: filled(words.notInTraining, iteration),
  };
  const made = call === null ? words.lineageNoCall : filled(words.lineageCall, call + 1, round + 1, index + 1);
  return html`<p class="lineage muted">
    ${made} → ${trained === null ? words.noTrainingYet : where[trained]}
    ${
      review === null
        ? nothing
        : html`<br />${filled(
              words.reviewBy,
              review.decision === "accept" ? words.accepted : words.rejected,
              shown(review.by, 100),
              shown(review.time.slice(0, 16).replace("T", " "), 40),
            )}
            ${review.note === "" ? nothing : shown(review.note, 400)}`
    }
  </p>`;
}

function actions(
  { id, kept, review: decided, editable }: SampleDetail,
  { samples, review, edit }: CardActions,
  words: InstructorStrings,
): TemplateResult {
  const button = (decision: Decision, name: string): TemplateResult =>
    html`<button
      @click=${async () => {
        await samples.chooseSample(id);
        await review.decide(decision);
      }}
    >
      ${name}
    </button>`;
  return html`<div class="actions">
    ${decided?.decision === "accept" ? nothing : button("accept", kept ? words.accept : words.acceptAnyway)}
    ${decided?.decision === "reject" ? nothing : button("reject", words.reject)}
    ${decided === null ? nothing : button(null, words.undecide)}
    <button
      ?disabled=${!editable}
      title=${editable ? nothing : words.notEditable}
      @click=${async () => {
        await samples.chooseSample(id);
        edit.begin(id);
      }}
    >
      ${words.edit}
    </button>
  </div>`;
}

function editActions(
  id: string,
  { refused, checking }: Editing,
  edit: SampleEdit,
  words: InstructorStrings,
): TemplateResult {
  // Not "disabled": the focus stays where it is while the gates look at the form.
  const save = (accept: "if-passed" | "anyway", name: string, look: string): TemplateResult =>
    html`<button class=${look} aria-disabled=${checking} @click=${() => void edit.save(id, accept)}>${name}</button>`;
  return html`<div class="actions">
    ${refused === null || checking ? nothing : html`<p role="alert">${words.editFailed}</p>`}
    ${checking ? html`<p class="muted">${words.checking}</p>` : nothing}
    ${save("if-passed", words.checkAndAccept, "primary")}
    ${refused === null ? nothing : save("anyway", words.acceptAnyway, "")}
    <button @click=${() => edit.cancel(id)}>${words.cancel}</button>
  </div>`;
}
