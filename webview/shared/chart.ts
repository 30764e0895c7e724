import { css, html, LitElement, unsafeCSS, type TemplateResult } from "lit";
import uPlot from "uplot";
import uPlotStyles from "uplot/dist/uPlot.min.css" with { type: "text" };

/** One line of a chart. Lines differ in their dashes as well as in colour. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Lower and upper end of an interval a point; none are drawn without it. */
  readonly intervals?: readonly (readonly [number, number] | null)[];
  readonly dashed?: boolean;
}

export interface ChartData {
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  /** Text of a place on the x axis; empty for none. */
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
}

const palette = ["blue", "green", "purple", "yellow", "red", "orange"];
const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

/** Lines over a common x axis (uPlot). A picture: whoever uses it puts a table with the same figures beside it. */
export class Chart extends LitElement {
  static override styles = [
    unsafeCSS(uPlotStyles),
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
        margin: 4px 0 0;
        padding: 0;
        list-style: none;
      }
      .legend li {
        display: inline-flex;
        align-items: center;
        gap: 5px;
      }
    `,
  ];
  static override properties = { data: { attribute: false } };

  declare data: ChartData | null;
  #plot: uPlot | null = null;
  readonly #resized = new ResizeObserver(() => this.#fit());

  constructor() {
    super();
    this.data = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  protected override render(): TemplateResult {
    const { data } = this;
    return html`<div id="plot" aria-hidden="true"></div>
      <ul class="legend" aria-hidden="true">
        ${data?.lines.map(
          ({ name }, index) =>
            html`<li>
              <svg width="28" height="10">
                <line
                  x1="0"
                  y1="5"
                  x2="28"
                  y2="5"
                  stroke=${`var(--vscode-charts-${colourName(index)}, currentColor)`}
                  stroke-width="2"
                  stroke-dasharray=${dashOf(data, index).join(" ")}
                ></line></svg
              >${name}
            </li>`,
        )}
      </ul>`;
  }

  protected override updated(): void {
    const { data } = this;
    const place = this.renderRoot.querySelector<HTMLElement>("#plot");
    this.#plot?.destroy();
    this.#plot = null;
    if (data === null || place === null || data.x.length === 0) return;
    const text = getComputedStyle(this).color;
    const axis = {
      stroke: text,
      grid: { stroke: this.#colour("panel-border", text), width: 1 },
      ticks: { stroke: this.#colour("panel-border", text) },
      font: `11px ${getComputedStyle(this).fontFamily}`,
    };
    this.#plot = new uPlot(
      {
        width: Math.max(200, this.clientWidth),
        height: 220,
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false, range: (_plot, low, high) => padded(low, high) },
          y: { range: (_plot, low, high) => padded(...reach(data, low, high)) },
        },
        axes: [
          {
            ...axis,
            // Few points have a tick each; many have the ticks that fit.
            ...(data.x.length < 12 ? { splits: () => [...data.x] } : {}),
            values: (_plot, places) => places.map((place) => data.xText(place)),
          },
          { ...axis, size: 60, values: (_plot, places) => places.map((place) => data.yText(place)) },
        ],
        series: [
          {},
          ...data.lines.map(({ name }, index) => ({
            label: name,
            stroke: this.#colour(`charts-${colourName(index)}`, text),
            width: 2,
            dash: [...dashOf(data, index)],
            spanGaps: true,
            points: { show: data.x.length < 40, size: 7 },
          })),
        ],
        hooks: { draw: [(plot) => drawIntervals(plot, data)] },
      },
      [[...data.x], ...data.lines.map(({ values }) => [...values])],
      place,
    );
  }

  #fit(): void {
    const width = Math.max(200, this.clientWidth);
    if (this.#plot !== null && Math.abs(this.#plot.width - width) > 2) this.#plot.setSize({ width, height: 220 });
  }

  #colour(name: string, otherwise: string): string {
    return getComputedStyle(this).getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  }
}

/** Each point's interval as a thin bar with ends. */
function drawIntervals(plot: uPlot, { x, lines }: ChartData): void {
  const { ctx } = plot;
  ctx.save();
  ctx.lineWidth = 1;
  for (const [index, { intervals = [] }] of lines.entries()) {
    const stroke = plot.series[index + 1]?.stroke;
    ctx.strokeStyle = typeof stroke === "function" ? stroke(plot, index + 1) : ctx.strokeStyle;
    // Bars of several lines at one place stand a little beside each other.
    const aside = (index - (lines.length - 1) / 2) * 5;
    for (const [at, interval] of intervals.entries()) {
      if (interval === null) continue;
      const left = plot.valToPos(x[at] ?? 0, "x", true) + aside;
      const [low, high] = [plot.valToPos(interval[0], "y", true), plot.valToPos(interval[1], "y", true)];
      ctx.beginPath();
      ctx.moveTo(left, low);
      ctx.lineTo(left, high);
      for (const end of [low, high]) {
        ctx.moveTo(left - 3, end);
        ctx.lineTo(left + 3, end);
      }
      ctx.stroke();
    }
  }
  ctx.restore();
}

function colourName(index: number): string {
  return palette[index % palette.length] ?? "blue";
}

function dashOf({ lines }: ChartData, index: number): readonly number[] {
  return lines[index]?.dashed === true ? [6, 4] : (dashes[Math.floor(index / palette.length) % dashes.length] ?? []);
}

/** The ends of an axis, a little beyond what is drawn. */
function padded(low: number, high: number): [number, number] {
  const aside = 0.05 * (high === low ? 1 : high - low);
  return [low - aside, high + aside];
}

/** The lowest and highest figure with its interval. */
function reach({ lines }: ChartData, low: number, high: number): [number, number] {
  const ends = lines.flatMap(({ intervals = [] }) => intervals.flatMap((interval) => interval ?? []));
  return [Math.min(low, ...ends), Math.max(high, ...ends)];
}

customElements.define("preceptor-chart", Chart);
