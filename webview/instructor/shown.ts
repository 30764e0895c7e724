import { safeText } from "../../src/protocol/safeText.js";

/** Characters of one text that the page shows. */
export const mostShown = 20_000;

export function shown(text: string, most = mostShown): string {
  return safeText(text, most);
}
