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
        throw thrown instanceof EndpointFault ? (refusal(thrown, name) ?? thrown) : thrown;
      }
    },
  };
}

/**
 * What a person must do about an answer of the bridge; null for what is no refusal. What is true of servers with keys,
 * as that another key may help, is wrong here.
 */
function refusal({ status, trouble, details }: EndpointFault, name: string): PersonNeeded | null {
  const why = details.found === undefined ? "" : ` (${details.found})`;
  const resume = "then resume the run; answers so far are kept.";
  // Nobody listens on loopback any more, or somebody else does, who does not know the token.
  if (trouble === "unreachable" || status === 401) {
    return new PersonNeeded(
      "editor",
      `The editor's models are gone: the window that lent ${name} was closed or reloaded.`,
      "Open the project in the editor and resume the run; answers so far are kept.",
    );
  }
  if (status === 403) {
    return new PersonNeeded(
      "editor",
      `The editor does not let Preceptor ask ${name}${why}.`,
      `Allow it in the editor, under Manage Language Model Access in the menu of the account, ${resume}`,
    );
  }
  if (status === 404) {
    return new PersonNeeded(
      "editor",
      `The editor has no model ${name} any more${why}.`,
      `Sign in to or enable the extension that offers it, or name another model in preceptor.json, ${resume}`,
    );
  }
  if (status === 429) {
    return new PersonNeeded(
      "editor",
      `The plan behind ${name} allows no more questions for now${why}.`,
      `Wait until it does, or name another model in preceptor.json, ${resume}`,
    );
  }
  return null;
}
