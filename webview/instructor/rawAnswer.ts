import { html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import type { AnswerMarkView, InstructorAnswer } from "../../src/protocol/worker/samples.js";
import { figure, filled, money, tokenFigure } from "../shared/words.js";
import { shown } from "../shared/shown.js";

/** One raw answer: everything that was parsed carries a mark with its sample's number. */
export function rawAnswer(answer: InstructorAnswer, currency: string, words: InstructorStrings): TemplateResult {
  const { round, number, template, parsed, asked, estimated, cost } = answer;
  const { finish, problems, text } = answer;
  const price = cost === null ? words.unknownCost : cost === 0 ? words.paidBefore : money(cost, currency);
  return html`<section class="answer-text">
    <h3>
      ${filled(words.call, number + 1, round + 1)}
      <span class="muted number" title=${estimated ? words.estimatedTokens : nothing}
        >${filled(words.callFigures, template, parsed, asked, tokenFigure(answer), price)}</span
      >
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
        ><span class="tag"
          ><span aria-hidden="true">${sample + 1} ${field}</span><span class="visually-hidden">${name}: </span></span
        >${shown(text.slice(start, end), text.length)}</mark
      >`,
    );
    at = end;
  }
  parts.push(shown(text.slice(at), text.length));
  return parts;
}
