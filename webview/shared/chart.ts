import { css, html, LitElement, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import uPlot from "uplot";
import uPlotStyles from "uplot/dist/uPlot.min.css" with { type: "text" };
import { thinned } from "./axisNames.js";
import { noColours, ThemeColoursController, type ThemeColours } from "./themeColours.js";

/** One line of a chart. Lines differ in their dashes as well as in colour. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Lower and upper end of an interval a point; none are drawn without it. */
  readonly intervals?: readonly (readonly [number, number] | null)[];
  readonly dashed?: boolean;
  /** Lines of one colour belong together; without it, each line has the next one. */
  readonly colour?: number;
}

export interface ChartData {
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  /** Text of a place on the x axis, on one or two lines; empty for none. */
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
}

const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

/** Sizes in pixels: of the picture, and of what is left of the lines. */
const height = 220;
const axisWidth = 60;

/**
 * Lines over a common x axis (uPlot). A picture: whoever uses it puts a table with the same figures beside it. The legend
 * tells the values under the mouse, else the last ones.
 */
class Chart extends LitElement {
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
        font-variant-numeric: tabular-nums;
      }
      .legend li {
        display: inline-flex;
        align-items: center;
        gap: 5px;
      }
    `,
  ];
  static override properties = {
    data: { attribute: false },
    colours: { state: true },
    at: { state: true },
  };

  declare data: ChartData | null;
  declare colours: ThemeColours | null;
  /** Place in `x` that the mouse is over; null where it is elsewhere. */
  declare at: number | null;
  #plot: uPlot | null = null;
  readonly #resized = new ResizeObserver(() => this.#fit());

  constructor() {
    super();
    this.data = null;
    this.colours = null;
    this.at = null;
    new ThemeColoursController(this, (colours) => (this.colours = colours));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#destroy();
  }

  protected override render(): TemplateResult {
    const { data } = this;
    return html`<div id="plot" aria-hidden="true"></div>
      ${data === null || data.x.length === 0 ? nothing : this.#legend(data)}`;
  }

  #legend(data: ChartData): TemplateResult {
    const at = this.at ?? data.x.length - 1;
    const value = (values: Line["values"]): number | null =>
      this.at === null ? (values.findLast((each) => each !== null) ?? null) : (values[at] ?? null);
    return html`<ul class="legend" aria-hidden="true">
      ${this.at === null ? nothing : html`<li class="at">${data.xText(data.x[at] ?? 0)}</li>`}
      ${data.lines.map(({ name, values }, index) => {
        const figure = value(values);
        return html`<li>
          <svg width="28" height="10">
            <line
              x1="0"
              y1="5"
              x2="28"
              y2="5"
              stroke=${this.#stroke(data, index)}
              stroke-width="2"
              stroke-dasharray=${this.#dash(data, index).join(" ")}
            ></line></svg
          >${name} ${figure === null ? "—" : data.yText(figure)}
        </li>`;
      })}
    </ul>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("data") && !changed.has("colours")) return;
    const { data, colours } = this;
    const place = this.renderRoot.querySelector<HTMLElement>("#plot");
    this.#destroy();
    if (data === null || colours === null || place === null || data.x.length === 0) return;
    const axis = {
      stroke: colours.text,
      grid: { stroke: colours.grid, width: 1 },
      ticks: { stroke: colours.grid },
      font: `11px ${getComputedStyle(this).fontFamily}`,
    };
    this.#plot = new uPlot(
      {
        width: this.#width(),
        height,
        // The name of the last place stands over the end of the axis.
        padding: [null, 24, null, null],
        cursor: { y: false, drag: { x: false, y: false } },
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
            values: (plot, places) => thinned(places.map(data.xText), plot.width - axisWidth),
          },
          { ...axis, size: axisWidth, values: (_plot, places) => places.map((place) => data.yText(place)) },
        ],
        series: [
          {},
          ...data.lines.map(({ name }, index) => ({
            label: name,
            stroke: this.#stroke(data, index),
            width: 2,
            dash: [...this.#dash(data, index)],
            spanGaps: true,
            points: { show: data.x.length < 40, size: 7 },
          })),
        ],
        hooks: {
          draw: [(plot) => drawIntervals(plot, data)],
          setCursor: [({ cursor }) => (this.at = cursor.idx ?? null)],
        },
      },
      [[...data.x], ...data.lines.map(({ values }) => [...values])],
      place,
    );
  }

  #destroy(): void {
    this.#plot?.destroy();
    this.#plot = null;
    this.at = null;
  }

  #width(): number {
    return Math.max(200, this.clientWidth);
  }

  #fit(): void {
    const width = this.#width();
    if (this.#plot !== null && Math.abs(this.#plot.width - width) > 2) this.#plot.setSize({ width, height });
  }

  #stroke({ lines }: ChartData, index: number): string {
    const { palette, text } = this.colours ?? noColours;
    return palette[(lines[index]?.colour ?? index) % Math.max(1, palette.length)] ?? text;
  }

  /** Where colours come again, the dashes are others. */
  #dash({ lines }: ChartData, index: number): readonly number[] {
    const { dashed = false, colour = index } = lines[index] ?? {};
    const again = Math.floor(colour / Math.max(1, this.colours?.palette.length ?? 1));
    const own = dashes[again % dashes.length] ?? [];
    return dashed ? [6, 4, ...own] : own;
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
