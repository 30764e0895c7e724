import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { SampleDraftView } from "../../src/protocol/worker/samples.js";

/** The fields of a draft as they are typed. */
export type DraftForm = { readonly [name in "question" | "solution" | "answer" | "options" | "tests"]: string };

export function formOf({ question, solution, answer, options, tests }: SampleDraftView): DraftForm {
  return {
    question,
    solution,
    answer: answer ?? "",
    options: (options ?? []).map(({ label, text }) => `${label}. ${text.replaceAll("\n", " ")}`).join("\n"),
    tests: (tests ?? []).join("\n"),
  };
}

/** The draft that a form holds; fields that the family does not use stay unused. */
export function draftOf(form: DraftForm, before: SampleDraftView): SampleDraftView {
  return {
    question: form.question,
    solution: form.solution,
    answer: before.answer === null && form.answer.trim() === "" ? null : form.answer.trim(),
    options:
      before.options === null
        ? null
        : form.options
            .split("\n")
            .filter((line) => line.trim() !== "")
            .map((line, index) => {
              const [, label = String.fromCharCode(65 + index), text = line] =
                /^\s*([A-Z])[.)]\s*(.*)$/u.exec(line) ?? [];
              return { label, text: text.trim() };
            }),
    tests:
      before.tests === null
        ? null
        : form.tests
            .split(/\n(?=assert\b)/u)
            .map((test) => test.trim())
            .filter((test) => test !== ""),
    entryPoint: before.entryPoint,
  };
}

/** The form in which a person changes a draft. */
export function draftForm(
  { form, checking }: { readonly form: DraftForm; readonly checking: boolean },
  before: SampleDraftView,
  words: InstructorStrings,
  onInput: (name: keyof DraftForm, value: string) => void,
): TemplateResult {
  const field = (name: keyof DraftForm, label: string, rows: number): TemplateResult =>
    html`<label
      ><span>${label}</span
      ><textarea
        name=${name}
        rows=${rows}
        spellcheck="false"
        ?readonly=${checking}
        .value=${form[name]}
        @input=${(event: Event) => onInput(name, (event.target as HTMLTextAreaElement).value)}
      ></textarea>
    </label>`;
  return html`<div class="edit">
    ${field("question", words.question, 4)} ${before.options === null ? nothing : field("options", words.options, 5)}
    ${field("solution", words.solution, before.tests === null ? 5 : 10)}
    ${before.answer === null ? nothing : field("answer", words.answer, 1)}
    ${before.tests === null ? nothing : field("tests", words.tests, 4)}
  </div>`;
}
