import "@vscode-elements/elements/dist/vscode-progress-bar/index.js";
import { html, type TemplateResult } from "lit";

/**
 * The editor's own bar of work that goes on for an unknown time. It is named by what is going on; with reduced motion it
 * stands still.
 */
export function progressBar(what: string): TemplateResult {
  return html`<vscode-progress-bar .ariaLabel=${what}></vscode-progress-bar>`;
}

/** What a page shows until it has something to show. */
export function waiting(what: string): TemplateResult {
  return html`${progressBar(what)}
    <p class="muted">${what}</p>`;
}
