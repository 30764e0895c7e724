import { escapeHtml } from "./escape.js";
import { accuracyPlot, lossPlot } from "./plot.js";
import type { Report } from "./report.js";
import { reportTables, type Table } from "./tables.js";

/**
 * The report as one HTML file without scripts and without anything loaded from elsewhere. Each picture stands beside
 * the table that holds its figures.
 */
export function reportHtml(report: Report): string {
  const { run, target, instructor, protocol, seed } = report;
  const tables = reportTables(report);
  const [accuracy, ...others] = tables;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Run ${escapeHtml(run)} · Preceptor</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Run ${escapeHtml(run)}</h1>
<p>Target <b>${escapeHtml(target)}</b>, instructor <b>${escapeHtml(instructor)}</b>, protocol <b>${protocol}</b>, seed <b>${seed}</b>.</p>
${accuracy === undefined ? "" : section(accuracy, accuracyPlot(report))}
${others.map((table) => section(table, "")).join("\n")}
${report.iterations.some(({ loss }) => loss.length > 0) ? `<section><h2>Training loss</h2>${lossPlot(report)}${lossTable(report)}</section>` : ""}
</main>
</body>
</html>
`;
}

function section({ title, head, rows, note }: Table, picture: string): string {
  const cells = (row: readonly string[]): string =>
    row
      .map((text, index) => (index === 0 ? `<th scope="row">${escapeHtml(text)}</th>` : `<td>${escapeHtml(text)}</td>`))
      .join("");
  return `<section>
<h2>${escapeHtml(title)}</h2>
${picture}
<div class="scroll" role="region" aria-label="${escapeHtml(title)}" tabindex="0"><table>
<caption>${escapeHtml(note)}</caption>
<thead><tr>${head.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join("")}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join("\n")}</tbody>
</table></div>
</section>`;
}

function lossTable({ iterations }: Report): string {
  const rows = iterations.flatMap(({ iteration, loss }) => {
    const first = loss.find((point) => point.loss !== null);
    const last = loss.findLast((point) => point.loss !== null);
    const heldOut = loss.findLast((point) => point.heldOutLoss !== null);
    const figure = (value: number | null | undefined): string =>
      value === null || value === undefined ? "—" : value.toFixed(4);
    return first === undefined || last === undefined
      ? []
      : [
          [
            `iteration ${iteration}`,
            String(last.step),
            figure(first.loss),
            figure(last.loss),
            figure(heldOut?.heldOutLoss),
          ],
        ];
  });
  const body = rows
    .map(
      ([name, ...cells]) =>
        `<tr><th scope="row">${escapeHtml(name ?? "")}</th>${cells.map((text) => `<td>${text}</td>`).join("")}</tr>`,
    )
    .join("\n");
  return `<div class="scroll" role="region" aria-label="Training loss" tabindex="0"><table><caption>Loss on the training set, and on the held-out part, in nats a row.</caption>
<thead><tr><th scope="col">Training</th><th scope="col">Steps</th><th scope="col">First loss</th><th scope="col">Last loss</th><th scope="col">Held-out loss</th></tr></thead><tbody>${body}</tbody></table></div>`;
}

const style = `
:root{color-scheme:light dark;--ink:#1f2328;--paper:#fff;--line:#d1d9e0;--soft:#59636e;--a:#0b62c4;--b:#b35900;--c:#1a7f37;--d:#8250df;--e:#bf3989;--f:#5a6b00}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--line:#3d444d;--soft:#9198a1;--a:#58a6ff;--b:#f0883e;--c:#3fb950;--d:#bc8cff;--e:#f778ba;--f:#c5d86d}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;min-width:100%;font-variant-numeric:tabular-nums}
caption{caption-side:bottom;text-align:left;color:var(--soft);padding:.4rem 0}
th,td{padding:.35rem .7rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th[scope=row],thead th:first-child{text-align:left}
svg{max-width:100%;height:auto}svg text{fill:var(--ink);font:12px system-ui,sans-serif}
`;
