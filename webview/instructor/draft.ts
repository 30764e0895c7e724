import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { SampleDraftView, SampleEvidence } from "../../src/protocol/worker/samples.js";
import { filled } from "../shared/words.js";
import { mostShown, shown } from "../shared/shown.js";

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
