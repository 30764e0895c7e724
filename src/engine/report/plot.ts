import { escapeHtml } from "./escape.js";
import type { Report } from "./report.js";

/** Line plots as inline SVG. Lines differ by colour, dash and marker, so colour alone never carries the meaning. */

interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }[];
}

const width = 720;
const height = 300;
const margin = { left: 52, right: 170, top: 12, bottom: 40 };
const colours = ["a", "b", "c", "d", "e", "f"].map((name) => `var(--${name})`);
const dashes = ["", "6 3", "2 3", "8 3 2 3"];

/** Accuracy by iteration with its intervals (the paper's Figure 4). */
export function accuracyPlot({ benchmarks }: Report): string {
  const series = benchmarks.map(({ name, accuracies }) => ({
    name,
    points: accuracies.map(({ iteration, accuracy, interval }) => ({
      x: iteration,
      y: accuracy * 100,
      low: interval[0] * 100,
      high: interval[1] * 100,
    })),
  }));
  return plot(
    "Accuracy in percent by iteration; the table below holds the same figures.",
    "iteration",
    "accuracy, %",
    series,
    [0, 100],
    (iteration) => (iteration === 0 ? "base" : String(iteration)),
  );
}

/** Training loss by step, one line an iteration. */
export function lossPlot({ iterations }: Report): string {
  const series = iterations.map(({ iteration, loss }) => ({
    name: `iteration ${iteration}`,
    points: loss.flatMap(({ step, loss: y }) => (y === null ? [] : [{ x: step, y }])),
  }));
  const top = Math.max(...series.flatMap(({ points }) => points.map(({ y }) => y)), Number.MIN_VALUE);
  return plot("Training loss by step; the table below holds first and last values.", "step", "loss", series, [
    0,
    top * 1.05,
  ]);
}

function plot(
  label: string,
  xName: string,
  yName: string,
  series: readonly Series[],
  [low, high]: readonly [number, number],
  tickName: (x: number) => string = String,
): string {
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  if (xs.length === 0) return "";
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const px = (x: number): number =>
    margin.left + ((x - first) / Math.max(last - first, 1e-9)) * (width - margin.left - margin.right);
  const py = (y: number): number =>
    height - margin.bottom - ((y - low) / Math.max(high - low, 1e-9)) * (height - margin.top - margin.bottom);
  const at = (value: number): string => value.toFixed(1);
  const yTicks = Array.from({ length: 6 }, (_, index) => low + ((high - low) * index) / 5);
  const xTicks = ticksBetween(first, last);
  const labelOrder = fromTheTop(series);
  const lines = series.map(({ name, points }, index) => {
    const colour = colours[index % colours.length] ?? "currentColor";
    const dash = dashes[Math.floor(index / colours.length) % dashes.length] ?? "";
    const path = points.map(({ x, y }, order) => `${order === 0 ? "M" : "L"}${at(px(x))} ${at(py(y))}`).join("");
    const bars = points
      .filter((point) => point.low !== undefined && point.high !== undefined)
      .map(
        ({ x, low: from = 0, high: to = 0 }) =>
          `<path d="M${at(px(x))} ${at(py(from))}V${at(py(to))}" stroke="${colour}" opacity=".45"/>`,
      );
    const markers =
      points.length > 40
        ? []
        : points.map(({ x, y }) => `<circle cx="${at(px(x))}" cy="${at(py(y))}" r="3" fill="${colour}"/>`);
    const end = points.at(-1);
    const rank = series.length <= 1 ? 0.5 : labelOrder.indexOf(index) / (series.length - 1);
    const labelY = margin.top + 8 + rank * (height - margin.top - margin.bottom - 16);
    const leader =
      end === undefined
        ? ""
        : `<path d="M${at(px(end.x) + 5)} ${at(py(end.y))}L${width - margin.right + 24} ${at(labelY)}" stroke="${colour}" opacity=".4"/>`;
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}/>${bars.join("")}${markers.join("")}${leader}<text x="${width - margin.right + 28}" y="${at(labelY + 4)}">${escapeHtml(name)}</text>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">
${yTicks.map((y) => `<path d="M${margin.left} ${at(py(y))}H${width - margin.right}" stroke="var(--line)"/><text x="${margin.left - 6}" y="${at(py(y) + 4)}" text-anchor="end">${high > 10 ? y.toFixed(0) : y.toFixed(2)}</text>`).join("")}
${xTicks.map((x) => `<text x="${at(px(x))}" y="${height - margin.bottom + 18}" text-anchor="middle">${tickName(x)}</text>`).join("")}
<text x="${margin.left}" y="${height - 6}">${escapeHtml(`${xName} → · ${yName} ↑`)}</text>
${lines.join("\n")}
</svg>`;
}

/** Indices of the series by their last values, the highest first, so that the lines to the labels do not cross. */
function fromTheTop(series: readonly Series[]): number[] {
  const last = (index: number): number => series[index]?.points.at(-1)?.y ?? 0;
  return series.map((_, index) => index).sort((left, right) => last(right) - last(left) || left - right);
}

/** At most seven whole numbers between both ends, the ends among them. */
function ticksBetween(first: number, last: number): number[] {
  const step = Math.max(1, Math.ceil((last - first) / 6));
  const ticks: number[] = [];
  for (let x = first; x <= last; x += step) ticks.push(x);
  return ticks;
}
