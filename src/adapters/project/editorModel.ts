import { EndpointFault } from "../../engine/asking/index.js";
import type { ModelConfiguration } from "../../engine/configuration/index.js";
import { PersonNeeded } from "../../engine/iteration/index.js";
import type { ChatModel, ModelIdentity } from "../../engine/seams/index.js";
import { createOpenAiChatModel } from "../chat/index.js";

/** Where models of the editor answer: on loopback, for as long as the window that lends them is open. */
export interface EditorBridge {
  /** Base address with its `/v1`. */
  readonly url: string;
  readonly token: string;
  /** Family and version of each model that the project names, by that name. */
  readonly revisions: { readonly [name: string]: string };
}

export type EditorModelConfiguration = Extract<ModelConfiguration, { provider: "editor" }>;

/** An editor does not say at which address a model answers, so its own name for the model and its version tell it. */
export function editorIdentity(
  { name, revision }: EditorModelConfiguration,
  bridge: EditorBridge | null,
): ModelIdentity {
  return { provider: "editor", endpoint: "editor", name, revision: revision ?? bridge?.revisions[name] ?? null };
}

/**
 * A model of the editor, asked over its bridge. Its token counts are estimates. Faults with kind `person-needed` where
 * there is no editor, or not any more.
 */
export function createEditorChatModel(
  { name, timeouts }: EditorModelConfiguration,
  identity: ModelIdentity,
  bridge: EditorBridge | null,
): ChatModel {
  if (bridge === null) {
    throw new PersonNeeded(
      "editor",
      `The model ${name} is one of the editor's: it answers only to runs that are started in the editor.`,
      "Open the project in the editor and start or resume the run there, or name a model with another provider.",
    );
  }
  const chat = createOpenAiChatModel({
    baseUrl: bridge.url,
    apiKey: bridge.token,
    identity,
    idleMs: timeouts.idleSeconds * 1000,
    deadlineMs: timeouts.deadlineSeconds * 1000,
    acceptModels: "any",
  });
  return {
    identity,
    complete: async (request, signal, onText) => {
      try {
        const answer = await chat.complete(request, signal, onText);
        return { ...answer, usage: { ...answer.usage, estimated: true } };
      } catch (thrown) {
        throw isGone(thrown) ? gone(name) : thrown;
      }
    },
  };
}

/** Nobody listens on loopback any more, or somebody else does, who does not know the token. */
function isGone(thrown: unknown): boolean {
  return thrown instanceof EndpointFault && (thrown.trouble === "unreachable" || thrown.status === 401);
}

function gone(name: string): PersonNeeded {
  return new PersonNeeded(
    "editor",
    `The editor's models are gone: the window that lent ${name} was closed or reloaded.`,
    "Open the project in the editor and resume the run; answers so far are kept.",
  );
}
