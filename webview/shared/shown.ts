import { safeText } from "../../src/protocol/safeText.js";

/** Characters of one text that a page shows; the case itself opens whole. */
export const mostShown = 20_000;

/** Other people's text as a page shows it: without control marks, and cut where it is very long. */
export function shown(text: string, most = mostShown): string {
  return safeText(text, most);
}
