import type { Case } from "../families/index.js";
import { renderTemplate, type Template } from "../prompts/index.js";
import type { ChatMessage } from "../seams/index.js";
import { caseVariables, type AskingFamily } from "./messages.js";

/** The conversation that asks the instructor for a verdict (Algorithm 1, line 5). */
export function judgeMessages(
  testCase: Case,
  response: string,
  template: Template,
  family: AskingFamily,
): ChatMessage[] {
  return renderTemplate(template, { ...caseVariables(testCase, family), response });
}

/**
 * Reads the verdict out of a judge's answer: the last line that states one, in the asked form or the usual variants.
 * Null when there is none, or when the last such line leaves it open: the caller asks again or reports it; an unread
 * verdict is never a wrong answer.
 */
export function parseVerdict(text: string): "right" | "wrong" | null {
  const lines = text.split("\n");
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = (lines[index] ?? "")
      .slice(0, 200)
      .replace(/[*_`#>"]/g, "")
      .trim();
    const match =
      /^(?:[-\u2022]\s*)?(?:final\s+)?(?:verdict|judg(?:e)?ment|decision)\s*(?:[:=\uFF1A-]|is\b)\s*(.*)$/i.exec(line);
    if (match !== null) return verdictWord(match[1] ?? "") ?? verdictWord(lines[index + 1] ?? "");
  }
  // Some models answer with nothing but the word.
  return verdictWord(text.replace(/[*_`#>"]/g, "").trim(), true);
}

function verdictWord(text: string, alone = false): "right" | "wrong" | null {
  const match = /^\W*(right|correct|true|yes|wrong|incorrect|not correct|not right|false|no)\b(.*)$/is.exec(text);
  if (match === null) return null;
  const rest = match[2] ?? "";
  if (alone && /\w/.test(rest)) return null;
  // `right | wrong` is the form repeated, not a verdict.
  if (/^\W*(?:or\b|\/|\|)/i.test(rest)) return null;
  const word = (match[1] ?? "").toLowerCase();
  return word === "right" || word === "correct" || word === "true" || word === "yes" ? "right" : "wrong";
}
