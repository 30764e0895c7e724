import * as vscode from "vscode";
import { caseId } from "./caseAddress.js";
import { decisionsFile, fileStamp, gone } from "../files.js";
import { addressOf, type CaseDocuments, type Located } from "./caseDocuments.js";

/** How often files are looked at while a document shows a case. */
const lookEveryMs = 2000;

/**
 * Notices that the run under a visible document was deleted or came back, and that somebody decided about cases, so that
 * documents say so. It looks at two files, because watchers do not work on every drive.
 */
export class CaseWatch implements vscode.Disposable {
  readonly #documents: CaseDocuments;
  readonly #timer: NodeJS.Timeout;
  readonly #opened: vscode.Disposable;
  readonly #seen = new Map<string, string>();
  #looking = false;

  constructor(documents: CaseDocuments) {
    this.#documents = documents;
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
    // A document's first look comes at once, so that what happens soon after it was opened is noticed.
    this.#opened = vscode.window.onDidChangeVisibleTextEditors(() => void this.#look());
    void this.#look();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#opened.dispose();
  }

  async #look(): Promise<void> {
    if (this.#looking || !vscode.workspace.isTrusted) return;
    this.#looking = true;
    try {
      const shown = new Map<string, Located>();
      for (const { document } of vscode.window.visibleTextEditors) {
        const address = addressOf(document.uri);
        if (address !== null) shown.set(caseId(address.folder, address.ref), address);
      }
      for (const id of this.#seen.keys()) if (!shown.has(id)) this.#seen.delete(id);
      for (const [id, located] of shown) {
        const stamp = await stampOf(located);
        const before = this.#seen.get(id);
        this.#seen.set(id, stamp);
        // A document may have been read before it was looked at for the first time; a run that is gone by then is told.
        const changed = before === undefined ? stamp.startsWith(gone) : before !== stamp;
        if (changed) this.#documents.refresh(located);
      }
    } finally {
      this.#looking = false;
    }
  }
}

async function stampOf({ folder, ref }: Located): Promise<string> {
  const run = vscode.Uri.joinPath(vscode.Uri.file(folder), ".preceptor", "runs", ref.run, "run.json");
  return (await Promise.all([run, decisionsFile(folder)].map(fileStamp))).join("|");
}
