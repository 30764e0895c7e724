import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import { exists } from "../files.js";
import { previewScheme, sourceOf, type Previews } from "./preview.js";
import type { PromptNode, PromptsTree } from "./promptsTree.js";
import { shippedScheme, shippedUri } from "./shippedTemplates.js";
import { isTemplate, type TemplateDocuments } from "./templateDocuments.js";
import type { Trials } from "./trials.js";

export interface PromptServices {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly messages: Messages;
  readonly documents: TemplateDocuments;
  readonly previews: Previews;
  readonly trials: Trials;
  readonly tree: PromptsTree;
}

/** Commands about templates: from the tree, from code lenses, and for the template that is open. */
export function registerPromptCommands(context: vscode.ExtensionContext, services: PromptServices): void {
  const { messages, previews, trials } = services;
  const about = (name: string, action: (uri: vscode.Uri) => Promise<void>): void => {
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (argument: unknown) =>
        messages.guard(async () => {
          const uri = templateOf(argument);
          if (uri !== null) return action(uri);
          void vscode.window.showInformationMessage(
            vscode.l10n.t("Open a template first: choose one in the Prompts view."),
          );
        }),
      ),
    );
  };
  about("preceptor.openPrompt", async (uri) => void (await vscode.window.showTextDocument(uri)));
  about("preceptor.previewPrompt", async (uri) => {
    // From the tree, the template itself is not open yet.
    if (!vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri.toString())) {
      await vscode.window.showTextDocument(uri);
    }
    await previews.open(uri);
  });
  about("preceptor.askInstructorOnce", async (uri) => previews.ask(uri));
  about("preceptor.tryPrompt", async (uri) => trials.run(uri));
  about("preceptor.comparePromptWithShipped", async (uri) => compare(services, uri));
  about("preceptor.resetPromptToShipped", async (uri) => reset(services, uri));
  about("preceptor.ejectPrompt", async (uri) => ejectTemplate(services, uri));
  context.subscriptions.push(
    vscode.commands.registerCommand("preceptor.cancelInstructorCall", (argument: unknown) => {
      // The button of a preview names the preview, its code lens the template.
      const source = argument instanceof vscode.Uri ? templateOf(argument) : null;
      previews.cancel(source);
      if (source === null) trials.cancel();
    }),
  );
}

/** The template that a tree item, a code lens or an editor's title names, or the one that is open. */
function templateOf(argument: unknown): vscode.Uri | null {
  if (argument instanceof vscode.Uri) return argument.scheme === previewScheme ? sourceOf(argument) : argument;
  if (isNode(argument)) {
    if (argument.kind === "strategy") return null;
    const { origin, path, fileName } = argument.entry;
    return origin === "shipped" ? shippedUri(fileName) : vscode.Uri.file(path);
  }
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return null;
  if (document.uri.scheme === previewScheme) return sourceOf(document.uri);
  return isTemplate(document) ? document.uri : null;
}

function isNode(argument: unknown): argument is PromptNode {
  return (
    typeof argument === "object" &&
    argument !== null &&
    "kind" in argument &&
    (argument.kind === "strategy" || (argument.kind === "template" && "entry" in argument))
  );
}

async function shippedOf({ documents }: PromptServices, uri: vscode.Uri): Promise<string | null> {
  const document = await vscode.workspace.openTextDocument(uri);
  return (await documents.analysis(document))?.shipped ?? null;
}

function nameOf(uri: vscode.Uri): string {
  return plainLine(uri.path.split("/").at(-1) ?? "", 80);
}

async function compare(services: PromptServices, uri: vscode.Uri): Promise<void> {
  const shipped = await shippedOf(services, uri);
  if (shipped === null) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("No shipped template has the strategy, family and set of {0}.", nameOf(uri)),
    );
    return;
  }
  const title = vscode.l10n.t("{0}: shipped ↔ yours", nameOf(uri));
  await vscode.commands.executeCommand("vscode.diff", shippedUri(shipped), uri, title);
}

/** Takes the project's copy away, so that the shipped template serves again. The editor's Undo brings it back. */
async function reset(services: PromptServices, uri: vscode.Uri): Promise<void> {
  const shipped = await shippedOf(services, uri);
  if (uri.scheme !== "file" || shipped === null) return;
  const remove = vscode.l10n.t("Reset to Shipped");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t("Reset {0} to the shipped template?", nameOf(uri)),
    {
      modal: true,
      detail: vscode.l10n.t(
        "The project's file is deleted and the shipped template {0} serves again. Undo in the Explorer brings the file back.",
        plainLine(shipped, 80),
      ),
    },
    remove,
  );
  if (chosen !== remove) return;
  const edit = new vscode.WorkspaceEdit();
  edit.deleteFile(uri, { ignoreIfNotExists: true });
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Error(vscode.l10n.t("{0} could not be deleted.", nameOf(uri)));
  }
  await vscode.window.showTextDocument(shippedUri(shipped));
  services.tree.refresh();
}

/** Copies a shipped template into the project and opens the copy, or opens the one that is there. */
async function ejectTemplate({ engine, project, tree }: PromptServices, uri: vscode.Uri): Promise<void> {
  const ready = project.ready;
  if (ready === null) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Templates are copied into a project: open a folder with preceptor.json first."),
    );
    return;
  }
  if (uri.scheme !== shippedScheme) {
    await vscode.window.showTextDocument(uri);
    return;
  }
  const fileName = uri.path.slice(1);
  const own = vscode.Uri.joinPath(ready.folder, "prompts", fileName);
  const name = fileName.replace(/\.prompt$/u, "");
  if (!(await exists(own))) await engine.call("prompts/eject", { folder: ready.folder.fsPath, name });
  // In this order: a tree that has the focus while it is read again takes it back from the document.
  await vscode.window.showTextDocument(own);
  tree.refresh();
}
