import { css } from "lit";

/** Tables of figures, which scroll by themselves where the panel is narrow. */
export const tableStyles = css`
  .scroll {
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    margin-top: 8px;
  }
  th,
  td {
    text-align: start;
    vertical-align: top;
    padding: 3px 12px 3px 0;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
    font-weight: normal;
    white-space: nowrap;
  }
  thead th {
    color: var(--vscode-descriptionForeground);
  }
`;

export const reportStyles = css`
  :host {
    display: block;
    padding: 12px 16px 32px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 8px;
  }
  h1 {
    font-size: 1.4em;
  }
  h2 {
    font-size: 1.1em;
    margin-top: 20px;
  }
  p {
    margin: 2px 0 8px;
  }
  .exports {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    align-items: start;
  }
  .average th,
  .average td {
    font-weight: 600;
  }
  .moved {
    display: flex;
    gap: 2px;
  }
  button.link {
    color: var(--vscode-textLink-foreground);
    min-height: 0;
    padding: 0 2px;
    /* Figures that lead somewhere stand in line with the others. */
    margin-inline-start: -3px;
  }
  .funnels {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr));
    gap: 8px 24px;
  }
  .funnel {
    width: 100%;
  }
  caption {
    text-align: start;
    font-weight: 600;
  }
  .bar {
    width: 60%;
  }
  .bar svg {
    width: calc(100% - 6ch);
    height: 10px;
    vertical-align: middle;
  }
  rect.left {
    fill: var(--vscode-charts-blue, var(--vscode-foreground));
  }
  rect.dropped {
    fill: transparent;
    stroke: var(--vscode-charts-foreground, var(--vscode-foreground));
    stroke-dasharray: 2 2;
    vector-effect: non-scaling-stroke;
  }
  .choosers {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 16px;
  }
`;

export const caseListStyles = css`
  :host {
    display: block;
    position: sticky;
    inset-block-end: 0;
    margin-top: 16px;
    padding: 8px;
    border: 1px solid var(--vscode-focusBorder);
    background: var(--vscode-editorWidget-background);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    align-items: baseline;
  }
`;
