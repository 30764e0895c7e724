import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { GateResultView, SampleEvidence, SimilarText } from "../../src/protocol/worker/samples.js";
import { filled } from "../shared/words.js";
import { shown } from "../shared/shown.js";

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
