/** The editor's own language models, lent to runs over loopback for as long as this window is open. */
import type * as vscode from "vscode";
import type { HandedOver } from "../runner/launch.js";
import { EditorModels, findEditorModel, revisionOf } from "./editorModels.js";
import { BridgeServer } from "./server.js";

type Bridge = NonNullable<HandedOver["bridge"]>;

export class EditorBridge implements vscode.Disposable {
  readonly #server = new BridgeServer(new EditorModels());

  /** Where these models answer; null for a project that names none, and then nothing listens. */
  async lend(names: readonly string[]): Promise<Bridge | null> {
    if (names.length === 0) return null;
    const address = await this.#server.start();
    const revisions: { [name: string]: string } = {};
    for (const name of names) {
      const model = await findEditorModel(name);
      if (model !== null) revisions[name] = revisionOf(model);
    }
    return { ...address, revisions };
  }

  dispose(): void {
    this.#server.dispose();
  }
}
