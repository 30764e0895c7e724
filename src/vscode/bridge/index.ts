/** The editor's own language models, lent to runs over loopback for as long as this window is open. */
import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import { plainLine } from "../plainText.js";
import type { HandedOver } from "../runner/launch.js";
import { admitModels, type Hindrance } from "./admission.js";
import { EditorModels, findEditorModel, modelsFor, revisionOf } from "./editorModels.js";
import { BridgeServer } from "./server.js";

type Bridge = NonNullable<HandedOver["bridge"]>;

export class EditorBridge implements vscode.Disposable {
  readonly #server = new BridgeServer(new EditorModels());
  readonly #access: vscode.LanguageModelAccessInformation;

  constructor({ languageModelAccessInformation }: vscode.ExtensionContext) {
    this.#access = languageModelAccessInformation;
  }

  /**
   * Makes sure that these models can be asked, and lets the editor ask the person about them. To be called within an action
   * of the person. Faults say what is missing, before anything was paid for.
   */
  async admit(names: readonly string[]): Promise<void> {
    const hindrance = await admitModels([...new Set(names)], modelsFor(this.#access));
    if (hindrance !== null) throw hindered(hindrance);
  }

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

function hindered(hindrance: Hindrance): RequestFault {
  const { t } = vscode.l10n;
  const name = plainLine(hindrance.name, 80);
  if (hindrance.why === "refused") {
    return new RequestFault({
      kind: "person-needed",
      message: t("The editor does not let Preceptor ask {0}.", name),
      remedy: t("Allow it under Manage Language Model Access in the menu of the account, then start again."),
    });
  }
  const offered = hindrance.offered.map((each) => plainLine(each, 80)).join(", ");
  return new RequestFault({
    kind: "person-needed",
    message: t("The editor has no model {0}.", name),
    allowed: offered === "" ? t("none is offered at the moment") : offered,
    remedy: t("Sign in to or enable the extension that offers it, or name another model in preceptor.json."),
  });
}
