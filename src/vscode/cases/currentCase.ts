import * as vscode from "vscode";
import { caseId } from "./caseAddress.js";
import type { Located } from "./caseDocuments.js";

/**
 * The case that the person looks at: the one whose document has the focus, or had it last. It may be one of another project
 * than the one that the views show.
 */
export class CurrentCase implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Located | null>();
  #located: Located | null = null;

  readonly onDidChange = this.#changed.event;

  get located(): Located | null {
    return this.#located;
  }

  set({ folder, ref }: Located): void {
    const before = this.#located;
    if (before !== null && caseId(folder, ref) === caseId(before.folder, before.ref)) return;
    this.#located = { folder, ref };
    this.#changed.fire(this.#located);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
