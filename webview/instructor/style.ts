import { css } from "lit";

export const instructorStyles = css`
  :host {
    display: block;
    height: 100vh;
  }
  .page {
    display: flex;
    flex-direction: column;
    height: 100%;
    padding: 8px 12px;
    gap: 6px;
  }
  header,
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
  }
  h4 {
    margin: 6px 0 2px;
    font-size: 1em;
    font-weight: normal;
  }
  .figures {
    margin-inline-start: auto;
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
  }
  .live-dot {
    color: var(--vscode-charts-blue, inherit);
  }
  .notice {
    min-height: 1.4em;
    margin: 0;
  }
  .banner {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    align-items: center;
    padding: 4px 8px;
    border: 1px solid var(--vscode-inputValidation-infoBorder, var(--vscode-panel-border));
    border-radius: 4px;
  }
  .panes {
    flex: 1;
    min-height: 0;
    display: grid;
    grid-template-columns: minmax(240px, 30%) minmax(0, 1fr);
    gap: 12px;
  }
  .side {
    display: flex;
    flex-direction: column;
    gap: 4px;
    min-height: 0;
  }
  preceptor-sample-list {
    flex: 1;
    min-height: 88px;
  }
  .detail {
    min-height: 0;
    overflow-y: auto;
    display: flex;
    flex-direction: column;
    gap: 8px;
    padding: 2px;
  }
  .key {
    font-family: var(--vscode-editor-font-family);
    color: var(--vscode-textLink-foreground);
    text-align: start;
    overflow-wrap: anywhere;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr));
    gap: 8px;
    align-items: start;
  }
  article {
    min-width: 0;
    padding: 8px;
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
    border-inline-start-width: 3px;
    border-radius: 4px;
    background: var(--vscode-editorWidget-background);
  }
  article.kept {
    border-inline-start-color: var(--vscode-testing-iconPassed, var(--vscode-foreground));
  }
  article.dropped {
    border-inline-start-color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
    border-inline-start-style: dashed;
  }
  article.selected {
    outline: 1px solid var(--vscode-focusBorder);
  }
  article > h3 {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    align-items: baseline;
  }
  article > h3 .state {
    margin-inline-start: auto;
    font-weight: normal;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin-top: 8px;
  }
  ul,
  ol {
    margin: 4px 0;
    padding: 0;
    list-style: none;
  }
  .gates {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    margin-top: 8px;
  }
  .gates li.failed {
    flex-basis: 100%;
  }
  .passed .mark,
  .verdict.right {
    color: var(--vscode-testing-iconPassed, inherit);
  }
  .failed .mark,
  .verdict.wrong {
    color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
    font-weight: 600;
  }
  .answer {
    margin: 6px 0 0;
    overflow-wrap: anywhere;
  }
  pre.code {
    font-family: var(--vscode-editor-font-family);
  }
  article pre:not(.code),
  .facts pre,
  .analysis {
    font-family: var(--vscode-font-family);
    font-size: inherit;
  }
  mark {
    color: inherit;
    background: none;
    text-decoration: underline dotted;
    text-underline-offset: 3px;
  }
  mark.wrong {
    background: var(--vscode-diffEditor-removedTextBackground);
    text-decoration: underline wavy;
  }
  .raw mark {
    text-decoration: none;
    border-inline-start: 2px solid var(--vscode-charts-blue, currentColor);
    background: var(--vscode-diffEditor-insertedTextBackground);
  }
  .raw mark.odd {
    border-inline-start-style: dashed;
  }
  .raw .tag {
    padding: 0 4px;
    font-size: 0.85em;
    color: var(--vscode-foreground);
    user-select: none;
  }
  .answer-text,
  .live,
  .fresh {
    padding: 8px;
    border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
    border-radius: 4px;
    margin-top: 4px;
  }
  .live pre {
    max-height: 12em;
    overflow-y: auto;
  }
  .problems li {
    padding: 2px 0;
  }
  summary {
    cursor: pointer;
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 2px 8px;
    margin: 4px 0;
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .edit {
    display: flex;
    flex-direction: column;
    gap: 6px;
  }
  .edit label {
    display: flex;
    flex-direction: column;
    gap: 2px;
  }
  .edit textarea {
    width: 100%;
    resize: vertical;
    font-family: var(--vscode-editor-font-family);
  }
  .lineage {
    margin: 6px 0 0;
  }
  /* In a narrow side bar the list stands above what it shows. */
  @media (max-width: 700px) {
    :host {
      height: auto;
    }
    .page {
      height: auto;
    }
    .panes {
      grid-template-columns: minmax(0, 1fr);
    }
    preceptor-sample-list {
      flex: none;
      height: 220px;
    }
    .detail {
      overflow-y: visible;
    }
    .figures {
      margin-inline-start: 0;
    }
  }
`;
