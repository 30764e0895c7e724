/** The report of a run: plain data, arranged as tables, Markdown, CSV and one self-contained HTML file. */
export { reportCsv } from "./csv.js";
export { costText, percent, secondsText } from "./format.js";
export { reportHtml } from "./html.js";
export { reportMarkdown } from "./markdown.js";
export type * from "./report.js";
export { accuracyTable, funnelTable, iterationTable, reportTables, type Table } from "./tables.js";
