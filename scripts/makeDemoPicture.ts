/**
 * Draws docs/images/demo.svg, the picture in the README, from a real run: what the demo prints in a terminal, and the
 * accuracy plot of its HTML report. Run it after `npm run build` as `npx esbuild scripts/makeDemoPicture.ts --bundle
 * --platform=node --format=esm --outfile=dist/makeDemoPicture.js && node dist/makeDemoPicture.js`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = process.cwd();
const cli = path.join(root, "dist", "cli.js");

/** A terminal line is this high, and a character this wide, in pixels of the picture. */
const lineHeight = 17;
const charWidth = 7.2;
const padding = 20;
const plotWidth = 760;
const plotHeight = (plotWidth * 300) / 720;

/** The report's colours for light and dark readers. */
const style = `
svg{--ink:#1f2328;--paper:#fff;--line:#d1d9e0;--soft:#59636e;--a:#0b62c4;--b:#b35900;--c:#1a7f37;--d:#8250df;--e:#bf3989;--f:#5a6b00}
@media (prefers-color-scheme:dark){svg{--ink:#e6edf3;--paper:#0d1117;--line:#3d444d;--soft:#9198a1;--a:#58a6ff;--b:#f0883e;--c:#3fb950;--d:#bc8cff;--e:#f778ba;--f:#c5d86d}}
.paper{fill:var(--paper);stroke:var(--line)}.rule{stroke:var(--line);fill:none}
text{fill:var(--ink);font:12px system-ui,sans-serif}
.terminal{font:12px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}
.strong{font-weight:bold}.soft{fill:var(--soft)}.good{fill:var(--c)}
`;

const folder = mkdtempSync(path.join(tmpdir(), "preceptor-picture-"));
try {
  const project = path.join(folder, "preceptor-demo");
  const demo = preceptor(["demo", "--folder", project]);
  const page = path.join(folder, "report.html");
  preceptor(["report", "--html", page, "--project", project]);
  const plot = /<svg[\s\S]*?<\/svg>/u.exec(readFileSync(page, "utf8"))?.[0];
  if (plot === undefined) throw new Error("The report holds no plot.");
  const lines = terminalLines(demo.stderr, demo.stdout);
  mkdirSync(path.join(root, "docs", "images"), { recursive: true });
  writeFileSync(path.join(root, "docs", "images", "demo.svg"), picture(lines, plot));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function preceptor(args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1" },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`preceptor ${args.join(" ")} ended with ${status}: ${stderr}`);
  return { stdout, stderr };
}

/** The stages as they end, then the first two tables. Lines of progress are left out, and so is what is below. */
function terminalLines(progress: string, result: string): string[] {
  const stages = progress.split("\n").filter((line) => line.startsWith("✓"));
  const tables = result.split("\n");
  const end = tables.indexOf("Gates");
  if (stages.length === 0 || end < 0) throw new Error("The demo prints something else than it did.");
  return ["$ npm run demo", ...stages, "", ...tables.slice(0, end)].join("\n").trimEnd().split("\n");
}

function picture(lines: readonly string[], plot: string): string {
  const columns = Math.max(...lines.map((line) => [...line].length));
  const width = Math.ceil(columns * charWidth + 2 * padding);
  const terminal = lines.length * lineHeight + 2 * padding;
  const height = Math.ceil(terminal + plotHeight + 3 * padding);
  const plotAt = `x="${((width - plotWidth) / 2).toFixed(0)}" y="${terminal + 2 * padding}" width="${plotWidth}" height="${plotHeight.toFixed(0)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">What npm run demo prints: the stages of two iterations, accuracies with their intervals, and their plot</title>
<style>${style}</style>
<rect class="paper" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>
<path class="rule" d="M0 ${terminal + padding / 2}H${width}"/>
${lines.map(textLine).join("\n")}
${plot.replace("<svg ", `<svg class="plot" ${plotAt} `)}
</svg>
`;
}

/** One line of text. Its length is fixed, so that tables stay straight whatever monospaced font there is. */
function textLine(line: string, index: number): string {
  const top = padding + index * lineHeight;
  const text = line.replace(/[│┌┬┐├┼┤└┴┘─]/gu, " ").trimEnd();
  const frame = tableFrame([...line], top);
  if (text === "") return frame;
  const length = (Array.from(text).length * charWidth).toFixed(1);
  const kind = /^[A-Z]\w+$/u.test(line) || line.startsWith("$") ? "strong" : /^[A-Z]/u.test(line) ? "soft" : "plain";
  const marked = escapeXml(text).replace(/^✓/u, '<tspan class="good">✓</tspan>');
  return `${frame}<text class="terminal ${kind}" x="${padding}" y="${(top + 0.75 * lineHeight).toFixed(1)}" textLength="${length}" lengthAdjust="spacingAndGlyphs">${marked}</text>`;
}

/** The frame of a table as lines, since its characters would leave gaps between lines of text. */
function tableFrame(line: readonly string[], top: number): string {
  const middle = top + lineHeight / 2;
  const at = (column: number): string => (padding + (column + 0.5) * charWidth).toFixed(1);
  const verticals = line.flatMap((character, column) => {
    const from = "┌┬┐".includes(character) ? middle : top;
    const to = "└┴┘".includes(character) ? middle : top + lineHeight;
    return "│┌┬┐├┼┤└┴┘".includes(character) ? [`M${at(column)} ${from}V${to}`] : [];
  });
  if (verticals.length === 0) return "";
  const horizontal = line.includes("─") ? `M${at(0)} ${middle}H${at(line.length - 1)}` : "";
  return `<path class="rule" d="${verticals.join("")}${horizontal}"/>`;
}

function escapeXml(text: string): string {
  return text.replace(/&/gu, "&amp;").replace(/</gu, "&lt;").replace(/>/gu, "&gt;");
}
