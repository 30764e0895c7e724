import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import { safeText } from "../../src/protocol/safeText.js";
import type {
  AnswerMarkView,
  GateResultView,
  InstructorAnswer,
  SampleDraftView,
  SampleEvidence,
  SimilarText,
} from "../../src/protocol/worker/samples.js";
import { figure, filled, money } from "../shared/words.js";

/** Characters of one text that the page shows. */
const mostShown = 20_000;

export function shown(text: string, most = mostShown): string {
  return safeText(text, most);
}

/** Results of the gates in words: a mark, the gate, what verification found, and why. */
export function gateList(gates: readonly GateResultView[], words: InstructorStrings): TemplateResult {
  const verdicts = { verified: words.verified, refuted: words.refuted, "not-verifiable": words.notVerifiable };
  return html`<ul class="gates">
    ${gates.map(({ gate, passed, reason, verification }) => {
      const verdict = verification === null ? (passed ? words.passed : words.failed) : verdicts[verification];
      return html`<li class=${passed ? "passed" : "failed"}>
        <span class="mark" aria-hidden="true">${passed ? "✓" : "✗"}</span> ${gate}
        <span class="muted">${verdict}</span> ${reason === "" ? nothing : html`<span>${shown(reason, 400)}</span>`}
      </li>`;
    })}
  </ul>`;
}

/** What the instructor wrote, or a person instead. Equations of the solution carry what they should be. */
export function draftView(
  { question, solution, answer, options, tests }: SampleDraftView,
  words: InstructorStrings,
  equations: SampleEvidence["equations"] = [],
): TemplateResult {
  const isCode = tests !== null;
  return html`
    <pre class="question">${shown(question)}</pre>
    ${
      options === null
        ? nothing
        : html`<ol class="options">
            ${options.map(({ label, text }) => html`<li><b>${shown(label, 20)}.</b> ${shown(text, 2000)}</li>`)}
          </ol>`
    }
    <h4 class="muted">${words.solution}</h4>
    <pre class=${isCode ? "code" : ""}>${withEquations(solution, equations, words)}</pre>
    ${answer === null ? nothing : html`<p class="answer"><span class="muted">${words.answer}</span> ${shown(answer, 2000)}</p>`}
    ${
      tests === null
        ? nothing
        : html`<h4 class="muted">${words.tests}</h4>
            <pre class="code">${shown(tests.join("\n"))}</pre>`
    }
  `;
}

function withEquations(
  solution: string,
  equations: SampleEvidence["equations"],
  words: InstructorStrings,
): (string | TemplateResult)[] | string {
  // Only what is shown whole has its offsets.
  if (equations.length === 0 || solution.length > mostShown) return shown(solution);
  const parts: (string | TemplateResult)[] = [];
  let at = 0;
  for (const { span, expression, computed, stated, ok } of equations) {
    if (span[0] < at) continue;
    parts.push(shown(solution.slice(at, span[0])));
    const title = ok
      ? filled(words.equationRight, expression, computed)
      : filled(words.equationWrong, expression, computed, stated);
    parts.push(
      html`<mark class=${ok ? "right" : "wrong"} title=${title}>${shown(solution.slice(span[0], span[1]))}</mark
        ><span class=${ok ? "verdict right" : "verdict wrong"}>${ok ? " ✓" : ` ✗ ${shown(computed, 60)}`}</span>`,
    );
    at = span[1];
  }
  parts.push(shown(solution.slice(at)));
  return parts;
}

/** Everything that was recomputed about a sample. */
export function evidenceView(evidence: SampleEvidence, words: InstructorStrings): TemplateResult {
  const { gates, equations, tests, duplicate, evaluation } = evidence;
  const nothingToShow = gates === null && equations.length === 0 && tests === null && duplicate === null;
  return html`<div class="evidence">
    ${gates === null ? nothing : gateList(gates, words)}
    ${
      equations.length === 0
        ? nothing
        : html`<ul class="equations" aria-label=${words.equations}>
            ${equations.map(
              ({ expression, stated, computed, ok }) =>
                html`<li class=${ok ? "passed" : "failed"}>
                  <span class="mark" aria-hidden="true">${ok ? "✓" : "✗"}</span>
                  ${
                    ok
                      ? filled(words.equationRight, shown(expression, 200), shown(computed, 100))
                      : filled(words.equationWrong, shown(expression, 200), shown(computed, 100), shown(stated, 100))
                  }
                </li>`,
            )}
          </ul>`
    }
    ${tests === null ? nothing : testsView(tests, words)}
    ${
      duplicate === null
        ? nothing
        : similarView(duplicate, duplicate.kind === "case" ? words.repeatsCase : words.repeatsSample)
    }
    ${nothingToShow && evaluation === null ? html`<p class="muted">${words.noEvidence}</p>` : nothing}
    ${evaluation === null ? nothing : similarView(evaluation, words.nearestEvaluation)}
  </div>`;
}

function testsView(tests: NonNullable<SampleEvidence["tests"]>, words: InstructorStrings): TemplateResult {
  const { passed, by, assertion, expected, actual, message } = tests;
  if (passed) return html`<p class="passed"><span class="mark" aria-hidden="true">✓</span> ${words.testsPass}</p>`;
  return html`<p class="failed">
      <span class="mark" aria-hidden="true">✗</span> ${filled(words.testsFail, by)}
      ${message === "" || assertion !== null ? nothing : shown(message, 400)}
    </p>
    ${assertion === null ? nothing : html`<pre class="code">${shown(assertion, 2000)}</pre>`}
    ${
      actual === null && expected === null
        ? nothing
        : html`<dl>
            <dt>${words.expected}</dt>
            <dd><code>${shown(expected ?? "", 2000)}</code></dd>
            <dt>${words.actual}</dt>
            <dd><code>${shown(actual ?? "", 2000)}</code></dd>
          </dl>`
    }`;
}

function similarView({ key, score, text }: SimilarText, sentence: string): TemplateResult {
  const name = key.length === 64 ? key.slice(0, 8) : shown(key, 200);
  return html`<details>
    <summary>${filled(sentence, name, score.toFixed(2))}</summary>
    <pre>${shown(text, 4000)}</pre>
  </details>`;
}

/** One raw answer: everything that was parsed carries a mark with its sample's number. */
export function answerView(answer: InstructorAnswer, currency: string, words: InstructorStrings): TemplateResult {
  const { round, number, template, parsed, asked, promptTokens, completionTokens, cost, finish, problems, text } =
    answer;
  const price = cost === null ? words.unknownCost : cost === 0 ? words.paidBefore : money(cost, currency);
  const tokens = figure(promptTokens + completionTokens);
  return html`<section class="answer-text">
    <h3>
      ${filled(words.call, number + 1, round + 1)}
      <span class="muted number">${filled(words.callFigures, template, parsed, asked, tokens, price)}</span>
      ${finish === "length" ? html`<strong>${words.cutOff}</strong>` : nothing}
    </h3>
    ${
      problems.length === 0
        ? nothing
        : html`<ul class="problems">
            ${problems.map((problem) => html`<li>${shown(problem, 400)}</li>`)}
          </ul>`
    }
    <pre class="raw">${markedText(text.text, answer.marks, words)}</pre>
    ${text.hidden > 0 ? html`<p class="muted">${filled(words.hidden, figure(text.hidden))}</p>` : nothing}
  </section>`;
}

/** Fields are marked, the samples around them are not: a mark inside of a mark would say the same twice. */
function markedText(
  text: string,
  marks: readonly AnswerMarkView[],
  words: InstructorStrings,
): (string | TemplateResult)[] {
  const withFields = new Set(marks.filter(({ field }) => field !== "sample").map(({ sample }) => sample));
  const wanted = marks
    .filter(({ sample, field }) => field !== "sample" || !withFields.has(sample))
    .sort((a, b) => a.start - b.start);
  const parts: (string | TemplateResult)[] = [];
  let at = 0;
  for (const { sample, field, start, end } of wanted) {
    if (start < at) continue;
    parts.push(shown(text.slice(at, start), text.length));
    const name = filled(words.marks, sample + 1, field);
    parts.push(
      html`<mark class=${sample % 2 === 0 ? "even" : "odd"} title=${name}
        ><span class="tag" aria-hidden="true">${sample + 1} ${field}</span
        >${shown(text.slice(start, end), text.length)}</mark
      >`,
    );
    at = end;
  }
  parts.push(shown(text.slice(at), text.length));
  return parts;
}

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

export function editForm(
  form: DraftForm,
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
