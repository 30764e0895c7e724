import { VirtualizerController } from "@tanstack/lit-virtual";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { SampleRow } from "../../src/protocol/worker/samples.js";
import { sharedStyles } from "../shared/styles.js";
import { filled } from "../shared/words.js";

/** Height of a row in pixels: two lines. Rows of one height need not be measured, however many there are. */
const rowHeight = 44;

/** Milliseconds without a new row in sight after which unknown rows are asked for. */
const restMs = 40;

/** Rows of a list that were chosen, from the anchor to the cursor. */
export interface Chosen {
  readonly cursor: number;
  readonly anchor: number;
  /** The same samples as before, at other places: rows came in or went above them. What is in sight stays. */
  readonly pushed?: boolean;
}

/** A list of any number of samples, of which only the rows in sight are in the page. */
export class SampleList extends LitElement {
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
        border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
        border-radius: 4px;
      }
      .space {
        position: relative;
        width: 100%;
      }
      .row {
        box-sizing: border-box;
        height: 44px;
        padding: 3px 8px;
        cursor: pointer;
        border-block-end: 1px solid var(--vscode-panel-border, transparent);
      }
      .row div {
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
        line-height: 18px;
      }
      .row:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .row[aria-selected="true"] {
        color: var(--vscode-list-inactiveSelectionForeground, inherit);
        background: var(--vscode-list-inactiveSelectionBackground);
      }
      .list:focus .row[aria-selected="true"] {
        color: var(--vscode-list-activeSelectionForeground);
        background: var(--vscode-list-activeSelectionBackground);
      }
      .row[aria-selected="true"] .muted {
        color: inherit;
      }
      .row.cursor {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
      .verdict {
        font-weight: 600;
      }
      .row:not([aria-selected="true"]) .kept {
        color: var(--vscode-testing-iconPassed, inherit);
      }
      .row:not([aria-selected="true"]) .dropped {
        color: var(--vscode-testing-iconFailed, inherit);
      }
    `,
  ];
  static override properties = {
    words: { attribute: false },
    total: { attribute: false },
    rows: { attribute: false },
    chosen: { attribute: false },
  };

  declare words: InstructorStrings | null;
  declare total: number;
  /** Rows that are known, by their place. A new map for each change. */
  declare rows: ReadonlyMap<number, SampleRow>;
  declare chosen: Chosen;

  #rest: ReturnType<typeof setTimeout> | undefined;
  /** What was chosen when the list was scrolled to it. */
  #shown: Chosen | null = null;
  readonly #controller: VirtualizerController<HTMLElement, HTMLElement>;

  constructor() {
    super();
    this.words = null;
    this.total = 0;
    this.rows = new Map();
    this.chosen = { cursor: 0, anchor: 0 };
    this.#controller = new VirtualizerController<HTMLElement, HTMLElement>(this, {
      getScrollElement: () => this.renderRoot.querySelector<HTMLElement>(".list"),
      count: 0,
      estimateSize: () => rowHeight,
      overscan: 12,
    });
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>(".list")?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const virtualizer = this.#controller.getVirtualizer();
    if (changed.has("total")) virtualizer.setOptions({ ...virtualizer.options, count: this.total });
  }

  protected override updated(): void {
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
    if (list !== null) list.scrollTop += rows * rowHeight;
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

  protected override render(): TemplateResult | typeof nothing {
    const { words, chosen, total } = this;
    if (words === null) return nothing;
    const virtualizer = this.#controller.getVirtualizer();
    const items = virtualizer.getVirtualItems();
    // One place for all rows: a browser takes ever longer for a style of its own in each of them that changes all the time.
    const start = items[0]?.start ?? 0;
    return html`<div
      class="list"
      role="listbox"
      tabindex="0"
      aria-multiselectable="true"
      aria-label=${words.samples}
      aria-activedescendant=${total === 0 ? nothing : `row-${chosen.cursor}`}
      @keydown=${(event: KeyboardEvent) => this.#key(event)}
    >
      <div class="space" role="presentation" .style=${`height: ${virtualizer.getTotalSize()}px`}>
        <div role="presentation" .style=${`transform: translateY(${start}px)`}>
          ${items.map(({ index }) => this.#row(index, words))}
        </div>
      </div>
    </div>`;
  }

  #row(index: number, words: InstructorStrings): TemplateResult {
    const { cursor, anchor } = this.chosen;
    const selected = index >= Math.min(cursor, anchor) && index <= Math.max(cursor, anchor);
    const row = this.rows.get(index);
    return html`<div
      class=${index === cursor ? "row cursor" : "row"}
      id=${`row-${index}`}
      role="option"
      aria-selected=${selected}
      aria-posinset=${index + 1}
      aria-setsize=${this.total}
      @click=${(event: MouseEvent) => this.#choose(index, event.shiftKey)}
    >
      ${
        row === undefined
          ? html`<div class="muted">…</div>`
          : html`<div>
                <span class=${`verdict ${row.kept ? "kept" : "dropped"}`} aria-hidden="true"
                  >${row.kept ? "✓" : "✗"}</span
                >
                ${stateWords(row, words)} <span class="muted">${safeText(row.error, 200)}</span>
              </div>
              <div class="muted">${safeText(row.question, 200)}</div>`
      }
    </div>`;
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((this.clientHeight || rowHeight) / rowHeight) - 1);
    const { cursor } = this.chosen;
    const moves: { readonly [key: string]: number } = {
      j: cursor + 1,
      J: cursor + 1,
      ArrowDown: cursor + 1,
      k: cursor - 1,
      K: cursor - 1,
      ArrowUp: cursor - 1,
      PageDown: cursor + page,
      PageUp: cursor - page,
      Home: 0,
      End: this.total - 1,
    };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#choose(to, event.shiftKey);
  }

  #choose(index: number, extend: boolean): void {
    if (this.total === 0) return;
    const cursor = Math.max(0, Math.min(this.total - 1, index));
    const chosen: Chosen = { cursor, anchor: extend ? this.chosen.anchor : cursor };
    this.dispatchEvent(new CustomEvent("choose", { detail: chosen }));
  }
}

/** What is in force, in words: by the person, else by the gates. */
export function stateWords({ kept, droppedBy, review, edited }: SampleRow, words: InstructorStrings): string {
  if (review !== null) {
    const decided = review === "accept" ? words.accepted : words.rejected;
    return edited ? `${decided}, ${words.edited}` : decided;
  }
  return kept || droppedBy === null ? words.keptByGates : filled(words.droppedBy, droppedBy);
}

customElements.define("preceptor-sample-list", SampleList);
