import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import type { Starter } from "../iterations/startRun.js";
import { views } from "../manifest.js";
import type { Messages } from "../messages.js";
import type { ActiveProject } from "../project/activeProject.js";
import { requireTrust } from "../runner/trust.js";

export interface DemoParts {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly starter: Starter;
  readonly messages: Messages;
}

/** Try the Demo: a project with built-in models, its two iterations started, and the view that shows them. */
export function registerDemo(
  context: vscode.ExtensionContext,
  { engine, project, starter, messages }: DemoParts,
): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("preceptor.tryDemo", async () =>
      messages.guard(async () => {
        requireTrust();
        await vscode.commands.executeCommand(`${views.iterations}.focus`);
        const folder = await vscode.window.withProgress({ location: { viewId: views.iterations } }, async () => {
          const { folder: made } = await engine.call("demo/prepare", { folder: demoPlace(context).fsPath });
          await project.choose(vscode.Uri.file(made));
          return vscode.Uri.file(made);
        });
        // Built-in models cost nothing and reach no network, so there is nothing to ask. Who tries twice means the same run.
        await starter.launch(folder, null, { alone: true });
      }),
    ),
  );
}

/** In the first folder of the workspace, where its files can be looked at; without one in the extension's own storage. */
function demoPlace({ globalStorageUri }: vscode.ExtensionContext): vscode.Uri {
  const first = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file");
  return first === undefined
    ? vscode.Uri.joinPath(globalStorageUri, "demo")
    : vscode.Uri.joinPath(first.uri, "preceptor-demo");
}
