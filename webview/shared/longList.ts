import { VirtualizerController } from "@tanstack/lit-virtual";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { sharedStyles } from "./styles.js";

/** Milliseconds without a new row in sight after which unknown rows are asked for. */
const restMs = 40;

/** Rows of a list that are chosen, from the anchor to the cursor; where one is chosen at a time, both are its place. */
export interface Chosen {
  readonly cursor: number;
  readonly anchor: number;
  /** The same rows as before, at other places: others came in or went above them. What is in sight stays. */
  readonly pushed?: boolean;
}

/** What a key or a click chooses, told from what is chosen when its turn comes. */
export type Choose = (from: Chosen) => Chosen;

/**
 * A list of any number of rows, of which only those in sight are in the page. What it shows comes from whoever uses it: it
 * says which rows it needs (`need`), what is to be chosen (`choose`), and which row is to be opened (`open-row`).
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
      }
      .row.cursor {
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
    chosen: { attribute: false },
  };

  /** What a screen reader calls the list. */
  declare name: string;
  declare total: number;
  /** Rows that are known, by their place. A new map for each change. */
  declare rows: ReadonlyMap<number, Row>;
  declare chosen: Chosen;

  #rest: ReturnType<typeof setTimeout> | undefined;
  /** What was chosen when the list was scrolled to it. */
  #shown: Chosen | null = null;
  readonly #rowHeight: number;
  readonly #severalAtOnce: boolean;
  readonly #controller: VirtualizerController<HTMLElement, HTMLElement>;

  /**
   * @param rowHeight in pixels: rows of one height need not be measured, however many there are.
   * @param severalAtOnce whether Shift chooses a range.
   */
  constructor(rowHeight: number, severalAtOnce = false) {
    super();
    this.name = "";
    this.total = 0;
    this.rows = new Map();
    this.chosen = { cursor: 0, anchor: 0 };
    this.#rowHeight = rowHeight;
    this.#severalAtOnce = severalAtOnce;
    this.#controller = new VirtualizerController<HTMLElement, HTMLElement>(this, {
      getScrollElement: () => this.renderRoot.querySelector<HTMLElement>(".list"),
      count: 0,
      estimateSize: () => rowHeight,
      overscan: 12,
    });
  }

  /** What is in a row. */
  protected abstract content(row: Row): TemplateResult | typeof nothing;

  /** Where keys lead from a place; `page` is as many rows as are in sight. */
  protected moves(from: number, page: number): { readonly [key: string]: number } {
    return {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: this.total - 1,
    };
  }

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>(".list")?.focus(options);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const virtualizer = this.#controller.getVirtualizer();
    if (changed.has("total")) virtualizer.setOptions({ ...virtualizer.options, count: this.total });
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const { chosen } = this;
    // A list that grows does not go back to its cursor, except to one that was not there yet.
    if (this.#shown !== chosen && chosen.cursor < this.total) {
      if (chosen.pushed === true && this.#shown !== null) this.#keepInSight(chosen.cursor - this.#shown.cursor);
      else this.#controller.getVirtualizer().scrollToIndex(chosen.cursor, { align: "auto" });
      this.#shown = chosen;
    }
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#needRows(), restMs);
  }

  #keepInSight(rows: number): void {
    const list = this.renderRoot.querySelector<HTMLElement>(".list");
    if (list !== null) list.scrollTop += rows * this.#rowHeight;
  }

  protected override render(): TemplateResult {
    const virtualizer = this.#controller.getVirtualizer();
    const items = virtualizer.getVirtualItems();
    // One place for all rows: a browser takes ever longer for a style of its own in each of them that changes all the time.
    const start = items[0]?.start ?? 0;
    return html`<div
      class="list"
      role="listbox"
      tabindex="0"
      aria-multiselectable=${this.#severalAtOnce ? "true" : nothing}
      aria-label=${this.name}
      aria-activedescendant=${this.total === 0 ? nothing : `row-${this.chosen.cursor}`}
      @keydown=${(event: KeyboardEvent) => this.#key(event)}
    >
      <div
        class="space"
        role="presentation"
        .style=${`height: ${virtualizer.getTotalSize()}px; --row-height: ${this.#rowHeight}px`}
      >
        <div role="presentation" .style=${`transform: translateY(${start}px)`}>
          ${items.map(({ index }) => this.#row(index))}
        </div>
      </div>
    </div>`;
  }

  #row(index: number): TemplateResult {
    const { cursor, anchor } = this.chosen;
    const row = this.rows.get(index);
    return html`<div
      class=${index === cursor ? "row cursor" : "row"}
      id=${`row-${index}`}
      role="option"
      aria-selected=${index >= Math.min(cursor, anchor) && index <= Math.max(cursor, anchor)}
      aria-posinset=${index + 1}
      aria-setsize=${this.total}
      @click=${(event: MouseEvent) => {
        this.#choose(() => index, event.shiftKey);
        this.#open(index);
      }}
    >
      ${row === undefined ? "…" : this.content(row)}
    </div>`;
  }

  /**
   * Rows are asked for where the scrolling rests: those that only fly past are not worth a question. All in sight are, because
   * those that are there may be out of date.
   */
  #needRows(): void {
    const items = this.#controller.getVirtualizer().getVirtualItems();
    const [from, to] = [items[0]?.index, items.at(-1)?.index];
    if (from !== undefined && to !== undefined) this.dispatchEvent(new CustomEvent("need", { detail: { from, to } }));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((this.clientHeight || this.#rowHeight) / this.#rowHeight) - 1);
    const { key, shiftKey } = event;
    const isMove = Object.hasOwn(this.moves(0, page), key);
    if (!isMove && key !== "Enter") return;
    event.preventDefault();
    if (isMove) this.#choose((from) => this.moves(from, page)[key] ?? from, shiftKey);
    else this.#open(this.chosen.cursor);
  }

  #choose(to: (from: number) => number, extend: boolean): void {
    if (this.total === 0) return;
    const choose: Choose = (from) => {
      const cursor = Math.max(0, Math.min(this.total - 1, to(from.cursor)));
      return { cursor, anchor: extend && this.#severalAtOnce ? from.anchor : cursor };
    };
    this.dispatchEvent(new CustomEvent("choose", { detail: choose }));
  }

  #open(index: number): void {
    const row = this.rows.get(index);
    if (row !== undefined) this.dispatchEvent(new CustomEvent("open-row", { detail: row }));
  }
}
