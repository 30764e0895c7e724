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
  #k {
    min-width: 2ch;
    text-align: center;
    font-weight: 600;
  }
  label {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  label input {
    margin: 0 0 0 8px;
    min-height: 16px;
  }
  .keys {
    flex-basis: 100%;
    margin: 0;
  }
  /* The bar of a long search needs no place of its own: nothing moves when it comes and goes. */
  .busy {
    position: sticky;
    top: 0;
    z-index: 2;
    height: 0;
  }
  /* Paler letters could not be read by everybody. */
  .stale {
    font-style: italic;
  }
  /* The wrong case stays in sight left of its neighbours, however many there are and however long they are. */
  .cases {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
    gap: 8px;
    align-items: start;
  }
  .neighbours {
    display: grid;
    gap: 8px;
    align-items: start;
    grid-auto-flow: row;
    grid-template-columns: minmax(0, 1fr);
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
    top: 0;
    z-index: 1;
    margin-block: 2px;
    max-height: 100vh;
    overflow-y: auto;
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
  h2 button,
  h2 .muted {
    font-weight: normal;
  }
  .key {
    margin-inline-start: -4px;
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
  .none {
    align-self: center;
    padding: 8px;
  }
  .message p {
    margin: 4px 0;
  }
  /* Where there is room, the neighbours stand beside each other as well, and move under the eye that stays on the error. */
  @media (min-width: 760px) {
    .cases {
      grid-template-columns: minmax(220px, 1fr) minmax(0, 3.2fr);
    }
    .neighbours {
      grid-auto-flow: column;
      grid-template-columns: none;
      grid-auto-columns: minmax(220px, 1fr);
      overflow-x: auto;
    }
  }
  /* In a narrow side bar the cases stand below each other; of the error, a part stays above the neighbours. */
  @media (max-width: 439px) {
    .cases {
      grid-template-columns: minmax(0, 1fr);
    }
    article.wrong {
      max-height: 34vh;
    }
    article.right,
    article.right * {
      scroll-margin-top: 36vh;
    }
    .figures {
      margin-inline-start: 0;
    }
  }
  /* A window that is low has no room for a part that stays. */
  @media (max-width: 439px) and (max-height: 440px) {
    article.wrong {
      position: static;
      max-height: none;
    }
    article.right,
    article.right * {
      scroll-margin-top: 0;
    }
  }
`;
