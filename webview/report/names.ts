import type { ReportStrings } from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { EvaluationRef, Fate } from "../../src/protocol/worker/report.js";
import { filled } from "../shared/words.js";

/** `run-2 iteration 1`. */
export function evaluationName({ run, iteration }: EvaluationRef, words: ReportStrings, between = " "): string {
  return `${safeText(run, 60)}${between}${iteration === 0 ? words.base : filled(words.iteration, iteration)}`;
}

/** The word of a fate without its count. */
export function fateName(fate: Fate, words: ReportStrings): string {
  const { learned, forgotten, stillWrong, stillRight } = words;
  return filled({ learned, forgotten, "still-wrong": stillWrong, "still-right": stillRight }[fate], "").trim();
}
