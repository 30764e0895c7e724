import type { CaseDetail, SpecialView, Span } from "../../../protocol/worker/index.js";
import { shifted, TextBuilder, type CaseText, type Mark, type Problem } from "./caseText.js";
import { addResponse, addTitle } from "./title.js";
import type { CaseWords } from "./words.js";

type MathView = Extract<SpecialView, { kind: "math" }>;

/** The question and the response: every equation recomputed, the first wrong step a problem, steps of the reference named. */
export function mathText(detail: CaseDetail, math: MathView, words: CaseWords): CaseText {
  const builder = new TextBuilder();
  addTitle(builder, detail, words);
  builder.heading(words.question);
  builder.block(detail.question.text);
  const start = addResponse(builder, detail, words);
  for (const mark of responseMarks(math, words, start)) builder.mark(mark);
  return builder.done();
}

/** The reference solution with its steps numbered. */
export function mathReference(detail: CaseDetail, math: MathView, words: CaseWords): CaseText {
  const builder = new TextBuilder();
  builder.line(words.reference);
  builder.mark({ span: [0, words.reference.length], style: "heading" });
  const start = builder.block(detail.reference?.text ?? words.noReference);
  const wrong = math.aligned.find(({ response }) => response === math.firstWrong)?.reference;
  for (const [index, equation] of math.referenceEquations.entries()) {
    if (isHidden(equation.span)) continue;
    const label = index === wrong ? `${words.step(index + 1)} ← ${words.firstWrongStep}` : words.step(index + 1);
    builder.mark({ span: shifted(equation.span, start), style: "step", atLineEnd: label, step: index });
  }
  return builder.done();
}

function responseMarks(math: MathView, words: CaseWords, start: number): Mark[] {
  return math.equations.flatMap((equation, index) => {
    if (isHidden(equation.span)) return [];
    const span = shifted(equation.span, start);
    const { expression, computed, stated, ok } = equation;
    const partner = math.aligned.find(({ response }) => response === index);
    const hovers = [ok ? words.isIndeed(expression, computed) : words.isNot(expression, computed, stated)];
    if (partner !== undefined) hovers.push(words.stepHover(partner.by, partner.reference + 1));
    const problem = problemOf(math, index, words);
    const own: Mark = {
      span,
      style: ok ? "right" : "wrong",
      after: ok ? "✓" : `✗ ${computed}`,
      hover: hovers.join("\n"),
      ...(problem === null ? {} : { problem }),
      ...(partner === undefined ? {} : { step: partner.reference }),
    };
    if (partner === undefined) return [own];
    return [own, { span, style: "step", atLineEnd: words.sameAsStep(partner.reference + 1) } as const];
  });
}

/** Where the solution goes wrong first; where all of its arithmetic is right, where it leaves the reference. */
function problemOf(math: MathView, index: number, words: CaseWords): Problem | null {
  const equation = math.equations[index];
  if (equation === undefined) return null;
  if (index === math.firstWrong) {
    const { expression, computed, stated } = equation;
    const message = words.isNot(expression, computed, stated);
    return { message, severity: "error", related: relatedStep(math, index, words) };
  }
  // Signs in colour say nothing to a screen reader, which reads what is wrong with each step.
  if (!equation.ok) {
    const { expression, computed, stated } = equation;
    return { message: words.isNot(expression, computed, stated), severity: "hint", related: null };
  }
  if (index !== math.firstStray) return null;
  const related = relatedStep(math, index, words);
  const partner = math.aligned.find(({ response }) => response === index);
  const message = partner === undefined ? words.strayStep : words.strayResult(partner.reference + 1);
  return { message, severity: "information", related };
}

function relatedStep(math: MathView, index: number, words: CaseWords): Problem["related"] {
  const partner = math.aligned.find(({ response }) => response === index);
  const step = partner === undefined ? undefined : math.referenceEquations[partner.reference];
  if (step === undefined || partner === undefined || isHidden(step.span)) return null;
  // Where the solution starts in its document, behind the heading.
  const start = words.reference.length + 1;
  return { part: "reference", span: shifted(step.span, start), message: words.step(partner.reference + 1) };
}

/** A step of the part of a text that is not shown. */
function isHidden(span: Span): boolean {
  return span[1] <= span[0];
}
