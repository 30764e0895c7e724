import { css, html, type PropertyValues, type TemplateResult } from "lit";
import { oneLine } from "../../src/protocol/safeText.js";
import type { CaseOfFate } from "../../src/protocol/worker/report.js";
import { LongList } from "../shared/longList.js";

/** Height of a row in pixels. */
export const caseRowHeight = 26;

/** The cases of a list: the key of each and the beginning of its question. */
export class CaseRows extends LongList<CaseOfFate> {
  static override styles = [
    ...LongList.styles,
    css`
      .key {
        color: var(--vscode-textLink-foreground);
        margin-inline-end: 12px;
      }
    `,
  ];

  static override properties = { ...LongList.properties, cursor: { attribute: false } };

  /** Place of the case that is looked at. */
  declare cursor: number;

  constructor() {
    super(caseRowHeight);
    this.cursor = 0;
  }

  /** The list stands below the figures that lead to it, which stay in sight. */
  override focus(): void {
    super.focus({ preventScroll: true });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("cursor")) this.chosen = { cursor: this.cursor, anchor: this.cursor };
  }

  protected override content({ ref, question }: CaseOfFate): TemplateResult {
    return html`<span class="key">${oneLine(ref.key, 120)}</span><span class="muted">${oneLine(question, 160)}</span>`;
  }
}

customElements.define("preceptor-case-rows", CaseRows);
