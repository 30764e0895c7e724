import * as vscode from "vscode";
import {
  caseFilter,
  caseSort,
  grouping,
  hasConditions,
  noFilter,
  type CaseFilter,
  type CaseSort,
  type Grouping,
} from "../../protocol/worker/caseFilter.js";
import { setContext } from "../manifest.js";

const key = "preceptor.benchmarks";

/** How the view lists cases: grouping, order and filter. Remembered for the workspace. */
export class ViewOptions implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  #grouping: Grouping;
  #sort: CaseSort;
  #filter: CaseFilter;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
    // What an older version remembered may not fit any more.
    this.#grouping = remembered(memory, "grouping", grouping, "group");
    this.#sort = remembered(memory, "sort", caseSort, "case");
    this.#filter = remembered(memory, "filter", caseFilter, noFilter);
    void this.#tellContext();
  }

  readonly onDidChange = this.#changed.event;

  get grouping(): Grouping {
    return this.#grouping;
  }

  get sort(): CaseSort {
    return this.#sort;
  }

  get filter(): CaseFilter {
    return this.#filter;
  }

  /** Whether the filter hides anything but right answers. */
  get filtered(): boolean {
    return hasConditions(this.#filter);
  }

  async group(by: Grouping): Promise<void> {
    this.#grouping = by;
    await this.#remember("grouping", by);
  }

  async order(sort: CaseSort): Promise<void> {
    this.#sort = sort;
    await this.#remember("sort", sort);
  }

  async restrict(change: Partial<CaseFilter>): Promise<void> {
    this.#filter = { ...this.#filter, ...change };
    await this.#remember("filter", this.#filter);
  }

  /** Takes every condition back. Whether right answers are shown stays. */
  async clear(): Promise<void> {
    await this.restrict({ ...noFilter, right: this.#filter.right });
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #remember(name: string, value: unknown): Promise<void> {
    this.#changed.fire();
    await this.#memory.update(`${key}.${name}`, value);
    await this.#tellContext();
  }

  async #tellContext(): Promise<void> {
    await setContext("preceptor.casesFiltered", this.filtered);
    await setContext("preceptor.rightAnswersShown", this.#filter.right);
  }
}

function remembered<T>(
  memory: vscode.Memento,
  name: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  otherwise: T,
): T {
  const parsed = schema.safeParse(memory.get(`${key}.${name}`));
  return parsed.success ? parsed.data : otherwise;
}
