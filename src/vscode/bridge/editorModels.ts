import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import { plainLine } from "../plainText.js";
import type { LentModels } from "./admission.js";
import { BridgeFault, type BridgeModels, type BridgeRequest, type BridgeUsage } from "./server.js";

/** The model of the editor that a project names: by its id, else by its family. */
export async function findEditorModel(name: string): Promise<vscode.LanguageModelChat | null> {
  const models = await vscode.lm.selectChatModels();
  return models.find(({ id }) => id === name) ?? models.find(({ family }) => family === name) ?? null;
}

/** What fixes a model as far as the editor tells. */
export function revisionOf({ family, version }: vscode.LanguageModelChat): string {
  return `${family}/${version}`;
}

/** The editor's models with what this person has decided about them. */
export function modelsFor(access: vscode.LanguageModelAccessInformation): LentModels<vscode.LanguageModelChat> {
  return {
    names: async () => new EditorModels().names(),
    find: findEditorModel,
    maySend: (model) => access.canSendRequest(model),
    tryOnce: async (model) => {
      const cancellation = new vscode.CancellationTokenSource();
      try {
        const question = vscode.LanguageModelChatMessage.User("Say OK.");
        const options = optionsOf({ model: model.id, messages: [], max_tokens: 1 });
        await model.sendRequest([question], options, cancellation.token);
      } catch (thrown) {
        throw refusalOf(thrown, model.id);
      } finally {
        // Nobody reads the answer: it was asked for the person's consent.
        cancellation.cancel();
        cancellation.dispose();
      }
    },
  };
}

/** A refusal at the first question, in the words that a person is shown. */
function refusalOf(thrown: unknown, name: string): unknown {
  if (!(thrown instanceof vscode.LanguageModelError)) return thrown;
  return new RequestFault({
    kind: "person-needed",
    message: vscode.l10n.t("The editor does not let Preceptor ask {0}.", plainLine(name, 80)),
    found: plainLine(thrown.message, 300),
    remedy: vscode.l10n.t("Allow it under Manage Language Model Access in the menu of the account, then start again."),
  });
}

/** The editor's own language models behind the bridge. */
export class EditorModels implements BridgeModels {
  async names(): Promise<readonly string[]> {
    return (await vscode.lm.selectChatModels()).map(({ id }) => id);
  }

  async ask(request: BridgeRequest, signal: AbortSignal, onText: (piece: string) => void): Promise<BridgeUsage> {
    const model = await findEditorModel(request.model);
    if (model === null) {
      throw new BridgeFault(404, "model_not_found", `The editor has no model ${request.model}.`);
    }
    const cancellation = new vscode.CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const messages = request.messages.map(messageOf);
      const response = await model.sendRequest(messages, optionsOf(request), cancellation.token);
      let text = "";
      for await (const piece of response.text) {
        text += piece;
        onText(piece);
      }
      const counts = await Promise.all(messages.map(async (message) => model.countTokens(message)));
      return {
        promptTokens: counts.reduce((sum, count) => sum + count, 0),
        completionTokens: await model.countTokens(text),
      };
    } catch (thrown) {
      throw faultOf(thrown);
    } finally {
      signal.removeEventListener("abort", cancel);
      cancellation.dispose();
    }
  }
}

/** The editor knows no system role, so such a message is the first thing that the person says. */
function messageOf({ role, content }: BridgeRequest["messages"][number]): vscode.LanguageModelChatMessage {
  return role === "assistant"
    ? vscode.LanguageModelChatMessage.Assistant(content)
    : vscode.LanguageModelChatMessage.User(content);
}

function optionsOf({
  temperature,
  top_p: topP,
  max_tokens: older,
  max_completion_tokens: most,
}: BridgeRequest): vscode.LanguageModelChatRequestOptions {
  const wanted = { temperature, top_p: topP, max_tokens: most ?? older };
  return {
    justification: vscode.l10n.t("Preceptor asks it about the errors of the model that is taught."),
    modelOptions: Object.fromEntries(
      Object.entries(wanted).filter(([, value]) => value !== null && value !== undefined),
    ),
  };
}

function faultOf(thrown: unknown): unknown {
  if (!(thrown instanceof vscode.LanguageModelError)) return thrown;
  const { code, message } = thrown;
  if (code === vscode.LanguageModelError.NotFound.name) return new BridgeFault(404, "model_not_found", message);
  if (code === vscode.LanguageModelError.NoPermissions.name) return new BridgeFault(403, "no_permission", message);
  if (code === vscode.LanguageModelError.Blocked.name) return new BridgeFault(429, "insufficient_quota", message);
  return thrown;
}
