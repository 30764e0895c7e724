import * as vscode from "vscode";
import { caseId } from "./caseAddress.js";
import { addressOf, type CaseDocuments, type Located } from "./caseDocuments.js";

/** How often the folder of a run is looked for while a document shows one of its cases. */
const lookEveryMs = 2000;

/**
 * Notices that a run under a visible document was deleted, or came back, so that the document says so. It looks for one
 * file, because watchers do not work on every drive.
 */
export class RunPresence implements vscode.Disposable {
  readonly #documents: CaseDocuments;
  readonly #timer: NodeJS.Timeout;
  readonly #present = new Map<string, boolean>();
  #looking = false;

  constructor(documents: CaseDocuments) {
    this.#documents = documents;
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking || !vscode.window.state.focused || !vscode.workspace.isTrusted) return;
    this.#looking = true;
    try {
      const shown = new Map<string, Located>();
      for (const { document } of vscode.window.visibleTextEditors) {
        const address = addressOf(document.uri);
        if (address !== null) shown.set(caseId(address.folder, address.ref), address);
      }
      for (const id of this.#present.keys()) if (!shown.has(id)) this.#present.delete(id);
      for (const [id, located] of shown) {
        const present = await runExists(located);
        const before = this.#present.get(id);
        this.#present.set(id, present);
        if (before !== undefined && before !== present) this.#documents.refresh(located);
      }
    } finally {
      this.#looking = false;
    }
  }
}

async function runExists({ folder, ref }: Located): Promise<boolean> {
  const file = vscode.Uri.joinPath(vscode.Uri.file(folder), ".preceptor", "runs", ref.run, "run.json");
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    // Gone, or not to be read: the document finds out which.
    return false;
  }
}
