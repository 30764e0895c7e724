import { html, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import { safeText } from "../../src/protocol/safeText.js";

/** What went wrong, and a button that tries it again. */
export function faultBox(
  { message, remedy, found, file }: FaultView,
  words: { readonly retry: string },
  retry: () => void,
): TemplateResult {
  const lines = [file, message, found, remedy].filter((part) => part !== undefined).join("\n");
  return html`<div class="fault" role="alert">
    <p>${safeText(lines, 2000)}</p>
    <button @click=${retry}>${words.retry}</button>
  </div>`;
}
