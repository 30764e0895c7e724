import type { Extraction, ExtractorName } from "../family.js";
import { boxed, nothing } from "./boxed.js";
import { finalAnswer, lastNumber } from "./finalAnswer.js";
import { afterHashes, firstAnswerIs, lastAnswerIs, whole } from "./text.js";

/**
 * The extractors that need nothing but the response. `option-letter` needs the options and `code` the entry point; the
 * families that have those read them themselves, and elsewhere they find nothing.
 */
const extractors: { readonly [name in ExtractorName]: (response: string) => Extraction } = {
  "last-number": lastNumber,
  "final-answer": finalAnswer,
  "after-hashes": afterHashes,
  boxed,
  "last-answer-is": lastAnswerIs,
  "first-answer-is": firstAnswerIs,
  whole,
  none: whole,
  "option-letter": () => nothing,
  code: () => nothing,
};

/** All names, as the command line lists them. */
export const extractorNames = Object.keys(extractors).filter((name) => name !== "none") as ExtractorName[];

/** What a named extractor finds in a text. */
export function extractText(response: string, extractor: ExtractorName): Extraction {
  return extractors[extractor](response);
}
