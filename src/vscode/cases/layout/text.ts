import type { CaseDetail } from "../../../protocol/worker/index.js";
import { TextBuilder, type CaseText } from "./caseText.js";
import { addResponse, addTitle } from "./title.js";
import type { CaseWords } from "./words.js";

/** A case with a free answer: question, gold answer where it is short, and the response. */
export function plainText(detail: CaseDetail, words: CaseWords): CaseText {
  const builder = new TextBuilder();
  addTitle(builder, detail, words);
  builder.heading(words.question);
  builder.block(detail.question.text);
  if (detail.reference !== null && !isLong(detail)) {
    builder.heading(words.goldAnswer);
    const span = builder.line(detail.reference.text);
    builder.mark({ span, style: "gold" });
  }
  addResponse(builder, detail, words);
  return builder.done();
}

export function plainReference(detail: CaseDetail, words: CaseWords): CaseText {
  const builder = new TextBuilder();
  builder.heading(words.reference);
  builder.block(detail.reference?.text ?? words.noReference);
  return builder.done();
}

/** Whether the reference gets a document of its own beside the response. */
export function isLong({ reference }: CaseDetail): boolean {
  return reference !== null && (reference.text.length > 200 || reference.text.includes("\n"));
}
