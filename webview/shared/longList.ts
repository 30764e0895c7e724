import { VirtualizerController } from "@tanstack/lit-virtual";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { sharedStyles } from "./styles.js";

/** Milliseconds without a new row in sight after which unknown rows are asked for. */
const restMs = 40;

/**
 * A list of any number of rows, of which only those in sight are in the page. What it shows comes from whoever uses it: it
 * says which rows it needs (`need`), where the cursor goes (`choose`), and which row is to be opened (`open-row`).
 */
export abstract class LongList<Row> extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        min-height: 0;
      }
      .list {
        height: 100%;
        overflow-y: auto;
        contain: strict;
      }
      .space {
        position: relative;
        width: 100%;
      }
      .row {
        box-sizing: border-box;
        height: var(--row-height);
        line-height: var(--row-height);
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
        padding: 0 6px;
        cursor: pointer;
      }
      .row:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .row[aria-selected="true"] {
        color: var(--vscode-list-inactiveSelectionForeground, inherit);
        background: var(--vscode-list-inactiveSelectionBackground);
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
      .list:focus .row[aria-selected="true"] {
        color: var(--vscode-list-activeSelectionForeground);
        background: var(--vscode-list-activeSelectionBackground);
      }
      .row[aria-selected="true"] * {
        color: inherit;
      }
    `,
  ];
  static override properties = {
    name: { attribute: false },
    total: { attribute: false },
    rows: { attribute: false },
    cursor: { attribute: false },
  };

  /** What a screen reader calls the list. */
  declare name: string;
  declare total: number;
  /** Rows that are known, by their place. A new map for each change. */
  declare rows: ReadonlyMap<number, Row>;
  declare cursor: number;

  #rest: ReturnType<typeof setTimeout> | undefined;
  readonly #rowHeight: number;
  readonly #controller: VirtualizerController<HTMLElement, HTMLElement>;

  /** @param rowHeight in pixels: rows of one height need not be measured, however many there are. */
  constructor(rowHeight: number) {
    super();
    this.name = "";
    this.total = 0;
    this.rows = new Map();
    this.cursor = 0;
    this.#rowHeight = rowHeight;
    this.#controller = new VirtualizerController<HTMLElement, HTMLElement>(this, {
      getScrollElement: () => this.renderRoot.querySelector<HTMLElement>(".list"),
      count: 0,
      estimateSize: () => rowHeight,
      overscan: 12,
    });
  }

  /** What is in a row. */
  protected abstract content(row: Row): TemplateResult;

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>(".list")?.focus({ preventScroll: true });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const virtualizer = this.#controller.getVirtualizer();
    if (changed.has("total")) virtualizer.setOptions({ ...virtualizer.options, count: this.total });
  }

  protected override updated(changed: PropertyValues<this>): void {
    if ((changed.has("cursor") || changed.has("total")) && this.total > 0) {
      this.#controller.getVirtualizer().scrollToIndex(Math.min(this.cursor, this.total - 1), { align: "auto" });
    }
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#needMissing(), restMs);
  }

  protected override render(): TemplateResult {
    const virtualizer = this.#controller.getVirtualizer();
    const items = virtualizer.getVirtualItems();
    return html`<div
      class="list"
      role="listbox"
      tabindex="0"
      aria-label=${this.name}
      aria-activedescendant=${this.total === 0 ? nothing : `row-${this.cursor}`}
      @keydown=${(event: KeyboardEvent) => this.#key(event)}
    >
      <div
        class="space"
        role="presentation"
        .style=${`height: ${virtualizer.getTotalSize()}px; --row-height: ${this.#rowHeight}px`}
      >
        <div role="presentation" .style=${`transform: translateY(${items[0]?.start ?? 0}px)`}>
          ${items.map(({ index }) => this.#row(index))}
        </div>
      </div>
    </div>`;
  }

  #row(index: number): TemplateResult {
    const row = this.rows.get(index);
    return html`<div
      class="row"
      id=${`row-${index}`}
      role="option"
      aria-selected=${index === this.cursor}
      aria-posinset=${index + 1}
      aria-setsize=${this.total}
      @click=${() => {
        this.#choose(index);
        this.#open(index);
      }}
    >
      ${row === undefined ? "…" : this.content(row)}
    </div>`;
  }

  /** Rows are asked for where the scrolling rests: those that only fly past are not worth a question. */
  #needMissing(): void {
    const missing = this.#controller
      .getVirtualizer()
      .getVirtualItems()
      .filter(({ index }) => !this.rows.has(index));
    const [from, to] = [missing[0]?.index, missing.at(-1)?.index];
    if (from !== undefined && to !== undefined) this.dispatchEvent(new CustomEvent("need", { detail: { from, to } }));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((this.clientHeight || this.#rowHeight) / this.#rowHeight) - 1);
    const moves: { readonly [key: string]: number } = {
      ArrowDown: this.cursor + 1,
      ArrowUp: this.cursor - 1,
      PageDown: this.cursor + page,
      PageUp: this.cursor - page,
      Home: 0,
      End: this.total - 1,
    };
    const to = moves[event.key];
    if (to === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (to === undefined) this.#open(this.cursor);
    else this.#choose(to);
  }

  #choose(index: number): void {
    if (this.total === 0) return;
    this.dispatchEvent(new CustomEvent("choose", { detail: Math.max(0, Math.min(this.total - 1, index)) }));
  }

  #open(index: number): void {
    const row = this.rows.get(index);
    if (row !== undefined) this.dispatchEvent(new CustomEvent("open-row", { detail: row }));
  }
}
