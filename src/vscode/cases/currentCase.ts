import * as vscode from "vscode";
import type { CaseRef } from "../../protocol/worker/index.js";

/** The case that the person looks at: the one whose document has the focus, or had it last. */
export class CurrentCase implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<CaseRef | null>();
  #ref: CaseRef | null = null;

  readonly onDidChange = this.#changed.event;

  get ref(): CaseRef | null {
    return this.#ref;
  }

  set(ref: CaseRef | null): void {
    if (sameCase(ref, this.#ref)) return;
    this.#ref = ref;
    this.#changed.fire(ref);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function sameCase(a: CaseRef | null, b: CaseRef | null): boolean {
  if (a === null || b === null) return a === b;
  return a.run === b.run && a.iteration === b.iteration && a.stage === b.stage && a.key === b.key;
}
