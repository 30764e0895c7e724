import type { CaseDetail, JudgementView } from "../../../protocol/worker/index.js";
import { shifted, type TextBuilder } from "./caseText.js";
import type { CaseWords } from "./words.js";

/** The name of a case as people say it: `gsm8k 211`. */
export function caseName({ benchmark, id }: Pick<CaseDetail, "benchmark" | "id">): string {
  return `${benchmark} ${id}`;
}

function goldOf({ special, reference }: CaseDetail): string | null {
  switch (special.kind) {
    case "math":
    case "choice":
      return special.gold;
    case "text":
      return reference === null || /\n/u.test(reference.text) ? null : reference.text;
    case "code":
      return null;
  }
}

/** Which judgement counts in the run, and the other one. */
export function judgementsOf({ judgements, protocol }: CaseDetail): {
  readonly own: JudgementView;
  readonly other: JudgementView;
  readonly otherProtocol: "paper" | "clean";
} {
  const otherProtocol = protocol === "paper" ? "clean" : "paper";
  return { own: judgements[protocol], other: judgements[otherProtocol], otherProtocol };
}

/** The first line: what was answered and what is right, in words that a screen reader reads, too. */
export function addTitle(builder: TextBuilder, detail: CaseDetail, words: CaseWords): void {
  const name = `${caseName(detail)}  `;
  const [start, end] = builder.line(`${name}${verdictWords(detail, words)}`);
  const style = detail.correct ? "verdictRight" : "verdictWrong";
  builder.mark({ span: [start, start + name.length], style: "heading" });
  builder.mark({ span: [start + name.length, end], style });
}

function verdictWords(detail: CaseDetail, words: CaseWords): string {
  const { own, other, otherProtocol } = judgementsOf(detail);
  const gold = goldOf(detail);
  const value = (judgement: JudgementView): string => oneLine(judgement.value ?? words.nothingFound);
  const differs = own.value !== other.value;
  const answer = differs
    ? `${words.under(value(own), detail.protocol)}, ${words.under(value(other), otherProtocol)}`
    : value(own);
  return detail.correct ? `✓ ${words.rightAnswer(answer)}` : `✗ ${words.wrong(answer, gold)}`;
}

/** The heading of the response with its text, and the extracted answers marked under both protocols. */
export function addResponse(builder: TextBuilder, detail: CaseDetail, words: CaseWords): number {
  const nowhere = (["paper", "clean"] as const).filter((protocol) => detail.judgements[protocol].span === null);
  const verdicts = nowhere.map((protocol) => verdictOf(detail, protocol, words)).join("  ");
  builder.responseHeading(words.response(detail.model, detail.ref.iteration), verdicts === "" ? undefined : verdicts);
  const start = builder.block(detail.response.text);
  if (detail.finish === "length") {
    const span = builder.line(`[${words.cutByLength}]`);
    builder.mark({ span, style: "note" });
  }
  const { paper, clean } = detail.judgements;
  const together =
    paper.span !== null && clean.span !== null && lineAt(detail, paper.span[0]) === lineAt(detail, clean.span[0]);
  for (const protocol of ["paper", "clean"] as const) {
    const { span } = detail.judgements[protocol];
    if (span === null) continue;
    const label = together
      ? protocol === "paper"
        ? `${verdictOf(detail, "paper", words)}  ${verdictOf(detail, "clean", words)}`
        : undefined
      : verdictOf(detail, protocol, words);
    builder.mark({
      span: shifted(span, start),
      style: "extracted",
      ...(label === undefined ? {} : { atLineEnd: label }),
      hover: verdictOf(detail, protocol, words),
    });
  }
  return start;
}

function verdictOf({ judgements }: CaseDetail, protocol: "paper" | "clean", words: CaseWords): string {
  const { value, correct } = judgements[protocol];
  return words.verdict(protocol, oneLine(value ?? words.nothingFound), correct ? "✓" : "✗");
}

function lineAt({ response }: CaseDetail, offset: number): number {
  return response.text.slice(0, offset).split("\n").length;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
