import type { CaseDetail, SpecialView } from "../../../protocol/worker/index.js";
import { TextBuilder, type CaseText } from "./caseText.js";
import { addResponse, addTitle } from "./title.js";
import type { CaseWords } from "./words.js";

type ChoiceView = Extract<SpecialView, { kind: "choice" }>;

/** The question, its options with the right and the chosen one marked, and the response with the letter that was read. */
export function choiceText(detail: CaseDetail, choice: ChoiceView, words: CaseWords): CaseText {
  const builder = new TextBuilder();
  addTitle(builder, detail, words);
  builder.heading(words.question);
  builder.block(choice.stem);
  builder.line();
  const { paper, clean } = detail.judgements;
  for (const { label, text } of choice.options) {
    const chosen = [
      ...(letterOf(paper.value) === label ? ["paper"] : []),
      ...(letterOf(clean.value) === label ? ["clean"] : []),
    ];
    const gold = label === choice.gold;
    const sign = gold ? "✓" : chosen.length > 0 ? "✗" : " ";
    const span = builder.line(`${sign} ${label}. ${text.replace(/\s*\n\s*/gu, " ")}`);
    if (!gold && chosen.length === 0) continue;
    const both = chosen.length === 2 ? [] : chosen;
    const labels = [...(gold ? [words.gold] : []), ...(chosen.length > 0 ? [words.chosen(both)] : [])];
    builder.mark({ span, style: gold ? "gold" : "chosen", atLineEnd: labels.join(" · ") });
  }
  addResponse(builder, detail, words);
  return builder.done();
}

/** `B` of `B`, `(B)` and `B.`. */
function letterOf(value: string | null): string | null {
  return /^\W*([A-Z])\W*$/u.exec(value ?? "")?.[1] ?? null;
}
