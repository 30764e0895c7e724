import { css } from "lit";

/** Look of everything that our pages have in common; colours are the editor's in every theme. */
export const sharedStyles = css`
  :host {
    box-sizing: border-box;
    color: var(--vscode-foreground);
    font-family: var(--vscode-font-family);
    font-size: var(--vscode-font-size);
  }
  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }
  h1,
  h2,
  h3 {
    margin: 0;
    font-size: 1em;
    font-weight: 600;
  }
  pre,
  code,
  .code {
    font-family: var(--vscode-editor-font-family);
    font-size: var(--vscode-editor-font-size);
  }
  pre {
    margin: 0;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  a,
  .link {
    color: var(--vscode-textLink-foreground);
  }
  :focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
  .muted {
    color: var(--vscode-descriptionForeground);
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button {
    font: inherit;
    color: var(--vscode-button-secondaryForeground);
    background: var(--vscode-button-secondaryBackground);
    border: 1px solid var(--vscode-button-border, transparent);
    border-radius: 2px;
    padding: 2px 8px;
    min-height: 24px;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--vscode-button-secondaryHoverBackground);
  }
  button.primary {
    color: var(--vscode-button-foreground);
    background: var(--vscode-button-background);
  }
  button.primary:hover:not(:disabled) {
    background: var(--vscode-button-hoverBackground);
  }
  button.quiet {
    color: inherit;
    background: transparent;
    border-color: transparent;
    padding: 2px 4px;
  }
  button.quiet:hover:not(:disabled),
  button.quiet[aria-pressed="true"] {
    background: var(--vscode-toolbar-hoverBackground);
  }
  /* The ring of the focus is stronger than that of the pointer. */
  button.quiet:hover:not(:disabled, :focus-visible),
  button.quiet[aria-pressed="true"]:not(:focus-visible) {
    outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
  }
  button:disabled,
  button[aria-disabled="true"] {
    opacity: 0.5;
    cursor: default;
  }
  input,
  select,
  textarea {
    font: inherit;
    color: var(--vscode-input-foreground);
    background: var(--vscode-input-background);
    border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
    border-radius: 2px;
    padding: 2px 4px;
    min-height: 24px;
  }
  .fault {
    overflow-wrap: anywhere;
    margin: 0 0 8px;
    padding: 8px;
    border: 1px solid var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
    background: var(--vscode-inputValidation-errorBackground);
    white-space: pre-wrap;
  }
  .fault p {
    margin: 0 0 4px;
  }
  .configuration-note {
    overflow-wrap: anywhere;
    margin: 0 0 8px;
    padding: 4px 8px;
    border: 1px solid var(--vscode-inputValidation-warningBorder, var(--vscode-focusBorder));
    border-radius: 4px;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
