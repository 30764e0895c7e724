/** Set Secret…, Remove Secret…: keys of endpoints, in the editor's secret storage. */
import * as vscode from "vscode";
import type { EditorBridge } from "../bridge/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import { requireTrust } from "../runner/trust.js";
import { ask, chooseOne, separator } from "../steps.js";
import { isSecretName } from "./names.js";
import { Secrets } from "./secrets.js";

export interface SecretParts {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly bridge: EditorBridge;
  readonly messages: Messages;
}

interface NameRow extends vscode.QuickPickItem {
  /** Null asks for a new name. */
  readonly name: string | null;
}

export function registerSecrets(
  context: vscode.ExtensionContext,
  { engine, project, bridge, messages }: SecretParts,
): Secrets {
  const secrets = new Secrets(context, { engine, project, bridge, messages });
  const named = async (): Promise<readonly string[]> => {
    const { state } = project;
    return state.state === "ready" || state.state === "broken" ? secrets.namesIn(state.folder) : [];
  };
  context.subscriptions.push(
    secrets,
    vscode.commands.registerCommand("preceptor.setSecret", async (given?: unknown) =>
      messages.guard(async () => {
        requireTrust();
        const name =
          typeof given === "string" && isSecretName(given) ? given : await chooseName(await named(), secrets);
        return enterSecret(name, secrets);
      }),
    ),
    vscode.commands.registerCommand("preceptor.removeSecret", async () =>
      messages.guard(async () => {
        requireTrust();
        await removeSecret(secrets);
      }),
    ),
  );
  return secrets;
}

async function chooseName(named: readonly string[], secrets: Secrets): Promise<string> {
  const { t } = vscode.l10n;
  const rows = await Promise.all(
    named.map(async (name): Promise<NameRow> => ({
      label: plainLine(name, 80),
      description: (await secrets.has(name)) ? t("is set; a new value replaces it") : t("is missing"),
      name,
    })),
  );
  const other: NameRow = { label: t("{0} Other Name...", "$(add)"), name: null };
  const chosen =
    rows.length === 0
      ? other
      : await chooseOne({
          title: t("Set Secret"),
          step: 1,
          steps: 2,
          back: false,
          placeholder: t("A secret that preceptor.json names"),
          items: [...rows, separator<NameRow>(""), other],
        });
  if (chosen !== "back" && chosen.name !== null) return chosen.name;
  const answer = await ask({
    title: t("Set Secret"),
    step: 1,
    steps: 2,
    back: false,
    prompt: t("Its name, as preceptor.json has it between the braces after secret:"),
    placeholder: "OPENAI_API_KEY",
    problem: (text) =>
      isSecretName(text.trim()) ? undefined : t("Letters, digits, _ . and -, and no digit at the beginning"),
  });
  return answer === "back" ? "" : answer.text;
}

/** Whether a value was stored. */
async function enterSecret(name: string, secrets: Secrets): Promise<boolean> {
  if (name === "") return false;
  const { t } = vscode.l10n;
  const value = await vscode.window.showInputBox({
    title: t("Set Secret {0}", name),
    prompt: t("Kept in the editor's secret storage, and handed to runs in memory only."),
    placeHolder: t("The key"),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^[\x21-\x7e]+$/u.test(text.trim()) ? undefined : t("A key has no spaces and only plain characters."),
  });
  if (value !== undefined) await secrets.set(name, value.trim());
  return value !== undefined;
}

async function removeSecret(secrets: Secrets): Promise<void> {
  const { t } = vscode.l10n;
  const items = secrets.stored.map((name) => ({ label: plainLine(name, 80), name }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(t("No secret is stored."));
    return;
  }
  const chosen = await chooseOne({
    title: t("Remove Secret"),
    step: 1,
    steps: 1,
    back: false,
    placeholder: t("Its value is deleted from the editor's secret storage"),
    items,
  });
  if (chosen === "back") return;
  const remove = t("Remove");
  const answer = await vscode.window.showWarningMessage(
    t("Remove the secret {0}? Runs that need it stop until it is set again.", chosen.label),
    { modal: true },
    remove,
  );
  if (answer === remove) await secrets.remove(chosen.name);
}
