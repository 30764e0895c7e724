import { css, html, nothing, type TemplateResult } from "lit";
import type { InstructorStrings } from "../../src/protocol/panels/instructor.js";
import { safeText } from "../../src/protocol/safeText.js";
import type { SampleRow } from "../../src/protocol/worker/samples.js";
import { LongList } from "../shared/longList.js";
import { filled } from "../shared/words.js";

/** Height of a row in pixels: two lines. */
const rowHeight = 44;

/** The samples of an iteration: what is in force about each, its error, and the beginning of its question. */
class SampleList extends LongList<SampleRow> {
  static override styles = [
    ...LongList.styles,
    css`
      .list {
        border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder));
        border-radius: 4px;
      }
      .row {
        padding: 3px 8px;
        line-height: 18px;
        border-block-end: 1px solid var(--vscode-panel-border, transparent);
      }
      .row div {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .verdict {
        font-weight: 600;
      }
      .kept {
        color: var(--vscode-testing-iconPassed, inherit);
      }
      .dropped {
        color: var(--vscode-testing-iconFailed, inherit);
      }
    `,
  ];
  static override properties = { ...LongList.properties, words: { attribute: false } };

  declare words: InstructorStrings | null;

  constructor() {
    super(rowHeight, true);
    this.words = null;
  }

  protected override moves(from: number, page: number): { readonly [key: string]: number } {
    return { ...super.moves(from, page), j: from + 1, J: from + 1, k: from - 1, K: from - 1 };
  }

  protected override content(row: SampleRow): TemplateResult | typeof nothing {
    const { words } = this;
    if (words === null) return nothing;
    return html`<div>
        <span class=${`verdict ${row.kept ? "kept" : "dropped"}`} aria-hidden="true">${row.kept ? "✓" : "✗"}</span>
        ${stateWords(row, words)} <span class="muted">${safeText(row.error, 200)}</span>
      </div>
      <div class="muted">${safeText(row.question, 200)}</div>`;
  }
}

/** What is in force, in words: by the person, else by the gates. */
function stateWords({ kept, droppedBy, review, edited }: SampleRow, words: InstructorStrings): string {
  if (review !== null) {
    const decided = review === "accept" ? words.accepted : words.rejected;
    return edited ? `${decided}, ${words.edited}` : decided;
  }
  return kept || droppedBy === null ? words.keptByGates : filled(words.droppedBy, droppedBy);
}

customElements.define("preceptor-sample-list", SampleList);
