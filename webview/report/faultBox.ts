import { html, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import type { ReportStrings } from "../../src/protocol/panels/report.js";
import { safeText } from "../../src/protocol/safeText.js";

/** What went wrong, and a button that tries it again. */
export function faultBox(
  { message, remedy, file }: FaultView,
  words: ReportStrings,
  retry: () => void,
): TemplateResult {
  return html`<div class="fault" role="alert">
    <p>${safeText([file, message, remedy].filter((part) => part !== undefined).join("\n"), 2000)}</p>
    <button @click=${retry}>${words.retry}</button>
  </div>`;
}
