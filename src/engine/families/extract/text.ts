import type { Extraction } from "../family.js";
import { nothing, slice } from "./boxed.js";

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

/** The whole response without white space at its ends. */
export function whole(text: string): Extraction {
  return slice(text, 0, text.length);
}

/** The rest of the line after the last `####`, GSM8K's own marker. */
export function afterHashes(text: string): Extraction {
  const at = text.lastIndexOf("####");
  if (at === -1) return nothing;
  const from = at + "####".length;
  return slice(text, from, lineEnd(text, from));
}

/**
 * The rest of the line after the last "answer is", with one trailing full stop dropped and case kept: the rule that
 * reproduces the published accuracies of BIG-bench Hard.
 */
export function lastAnswerIs(text: string): Extraction {
  const at = text.toLowerCase().lastIndexOf("answer is");
  if (at === -1) return nothing;
  const from = at + "answer is".length;
  const line = slice(text, from, lineEnd(text, from));
  if (line.value === null || line.span === null || !line.value.endsWith(".")) return line;
  return slice(text, line.span[0], line.span[1] - 1);
}

/**
 * LLMs-as-Instructors on BIG-bench Hard: what stands between the first "the answer is" and the next full stop on the
 * same line; the whole response when there is no such statement.
 */
export function firstAnswerIs(text: string): Extraction {
  for (const match of text.matchAll(/the answer is /gi)) {
    const from = match.index + match[0].length;
    const stop = text.indexOf(".", from);
    if (stop !== -1 && stop <= lineEnd(text, from)) return slice(text, from, stop);
  }
  return whole(text);
}
