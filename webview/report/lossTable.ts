import { VirtualizerController } from "@tanstack/lit-virtual";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { ReportStrings } from "../../src/protocol/panels/report.js";
import type { IterationReportView } from "../../src/protocol/worker/report.js";
import { sharedStyles } from "../shared/styles.js";
import { tableStyles } from "./style.js";

/** Height of a row in pixels. */
const rowHeight = 24;

/**
 * The loss by step behind a picture as a table, folded until it is wanted. A training takes thousands of steps: only the rows
 * in sight are in the page.
 */
class LossTable extends LitElement {
  static override styles = [
    sharedStyles,
    tableStyles,
    css`
      .scroll {
        max-height: 320px;
        overflow: auto;
      }
      table {
        margin: 0;
      }
      thead th {
        position: sticky;
        inset-block-start: 0;
        background: var(--vscode-editor-background);
      }
      tbody tr:not(.space) {
        height: 24px;
      }
      .space td {
        padding: 0;
        border: 0;
      }
    `,
  ];
  static override properties = {
    name: { attribute: false },
    words: { attribute: false },
    loss: { attribute: false },
    open: { state: true },
  };

  declare name: string;
  declare words: ReportStrings | null;
  declare loss: IterationReportView["loss"];
  declare open: boolean;
  readonly #controller: VirtualizerController<HTMLElement, HTMLElement>;

  constructor() {
    super();
    this.name = "";
    this.words = null;
    this.loss = [];
    this.open = false;
    this.#controller = new VirtualizerController<HTMLElement, HTMLElement>(this, {
      getScrollElement: () => this.renderRoot.querySelector<HTMLElement>(".scroll"),
      count: 0,
      estimateSize: () => rowHeight,
      overscan: 12,
    });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const virtualizer = this.#controller.getVirtualizer();
    if (changed.has("loss")) virtualizer.setOptions({ ...virtualizer.options, count: this.loss.length });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words } = this;
    if (words === null) return nothing;
    return html`<details
      @toggle=${({ currentTarget }: Event) => (this.open = (currentTarget as HTMLDetailsElement).open)}
    >
      <summary>${this.name} · ${words.table}</summary>
      ${this.open ? this.#table(words) : nothing}
    </details>`;
  }

  #table(words: ReportStrings): TemplateResult {
    const { loss } = this;
    const virtualizer = this.#controller.getVirtualizer();
    const items = virtualizer.getVirtualItems();
    const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${this.name}>
      <table aria-rowcount=${loss.length + 1}>
        <thead>
          <tr aria-rowindex="1">
            ${[words.step, words.lossTraining, words.lossHeldOut].map((text) => html`<th scope="col">${text}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${space(items[0]?.start ?? 0)} ${items.map(({ index }) => row(index, loss[index]))} ${space(below)}
        </tbody>
      </table>
    </div>`;
  }
}

function row(index: number, point: IterationReportView["loss"][number] | undefined): TemplateResult {
  const text = (value: number | null | undefined): string => value?.toFixed(4) ?? "—";
  return html`<tr aria-rowindex=${index + 2}>
    <th scope="row">${point?.step}</th>
    <td class="number">${text(point?.loss)}</td>
    <td class="number">${text(point?.heldOutLoss)}</td>
  </tr>`;
}

/** The place of rows that are not in the page. */
function space(height: number): TemplateResult | typeof nothing {
  if (height <= 0) return nothing;
  return html`<tr class="space" aria-hidden="true">
    <td colspan="3" .style=${`height: ${height}px`}></td>
  </tr>`;
}

customElements.define("preceptor-loss-table", LossTable);
