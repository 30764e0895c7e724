import { html, nothing, type TemplateResult } from "lit";
import type { FaultView } from "../../src/protocol/fault.js";
import { safeText } from "../../src/protocol/safeText.js";
import { filled } from "./words.js";

/** Says that what is shown was made with a configuration that cannot be read now; nothing while it can be. */
export function configurationNote(fault: FaultView | null, sentence: string): TemplateResult | typeof nothing {
  if (fault === null) return nothing;
  return html`<p class="configuration-note" role="status">${safeText(filled(sentence, fault.message), 1000)}</p>`;
}
