import { css } from "lit";

export const contrastStyles = css`
  :host {
    display: block;
    padding: 8px 12px 24px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 16px;
    padding-bottom: 8px;
  }
  .figures {
    margin-inline-start: auto;
  }
  .stepper {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .stepper output {
    min-width: 2ch;
    text-align: center;
    font-weight: 600;
  }
  .cases {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: minmax(260px, 1fr);
    gap: 8px;
    overflow-x: auto;
    align-items: start;
    padding: 2px;
  }
  article {
    min-width: 0;
    padding: 8px;
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
    border-radius: 4px;
    background: var(--vscode-editorWidget-background);
  }
  article.wrong {
    border-inline-start: 3px solid var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
    position: sticky;
    inset-inline-start: 0;
    z-index: 1;
  }
  article.right {
    border-inline-start: 3px solid var(--vscode-testing-iconPassed, var(--vscode-foreground));
  }
  article.compared {
    border-block-color: var(--vscode-focusBorder);
    border-inline-end-color: var(--vscode-focusBorder);
  }
  article h2 {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  article h3 {
    margin-top: 8px;
    font-weight: normal;
  }
  .actions {
    margin-inline-start: auto;
    display: inline-flex;
    flex-wrap: wrap;
  }
  h2 button {
    font-weight: normal;
  }
  .key {
    font-family: var(--vscode-editor-font-family);
    color: var(--vscode-textLink-foreground);
    text-align: start;
    overflow-wrap: anywhere;
  }
  .question {
    margin: 4px 0;
  }
  mark {
    color: inherit;
    background: var(--vscode-diffEditor-insertedTextBackground);
    text-decoration: underline dotted;
    text-underline-offset: 3px;
  }
  .wrong mark {
    background: var(--vscode-diffEditor-removedTextBackground);
  }
  details {
    margin-top: 8px;
  }
  summary {
    cursor: pointer;
  }
  .candidates ul {
    list-style: none;
    margin: 4px 0;
    padding: 0;
    max-height: 40vh;
    overflow-y: auto;
  }
  .candidates li {
    display: flex;
    gap: 8px;
    align-items: baseline;
    padding: 2px 0;
  }
  .message section {
    margin-top: 8px;
    padding: 8px;
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
    border-radius: 4px;
  }
  .fault {
    overflow-wrap: anywhere;
    padding: 8px;
    margin-bottom: 8px;
    border: 1px solid var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
    background: var(--vscode-inputValidation-errorBackground);
    white-space: pre-wrap;
  }
  .none {
    align-self: center;
    padding: 8px;
  }
  /* In a narrow side bar the cases stand below each other. */
  @media (max-width: 560px) {
    .cases {
      grid-auto-flow: row;
      grid-auto-columns: auto;
      grid-template-columns: minmax(0, 1fr);
    }
    article.wrong {
      position: static;
    }
    .figures {
      margin-inline-start: 0;
    }
  }
`;
