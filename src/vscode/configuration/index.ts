/** `preceptor.json` in an editor: its problems where they are, what can be run from it, and missing secrets. */
import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { saveProjectFiles } from "../iterations/saveProject.js";
import type { Starter } from "../iterations/startRun.js";
import type { ActiveProject } from "../project/activeProject.js";
import type { Secrets } from "../secrets/secrets.js";
import { ConfigurationLenses } from "./lenses.js";
import { ConfigurationProblems, MissingSecretActions } from "./problems.js";

export interface ConfigurationParts {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly secrets: Secrets;
  readonly messages: Messages;
  readonly starter: Starter;
}

export function registerConfiguration(
  context: vscode.ExtensionContext,
  { engine, project, secrets, messages, starter }: ConfigurationParts,
): void {
  const base: vscode.DocumentSelector = { scheme: "file", pattern: "**/preceptor.json" };
  const both: vscode.DocumentSelector = { scheme: "file", pattern: "**/preceptor{,.local}.json" };
  const problems = new ConfigurationProblems(engine, secrets, messages);
  const lenses = new ConfigurationLenses([
    project.onDidChange,
    vscode.workspace.onDidGrantWorkspaceTrust,
    vscode.window.onDidChangeActiveTextEditor,
  ]);
  context.subscriptions.push(
    problems,
    lenses,
    vscode.languages.registerCodeLensProvider(base, lenses),
    vscode.languages.registerCodeActionsProvider(both, new MissingSecretActions(), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.commands.registerCommand("preceptor.runFromConfiguration", async (file: unknown, task: unknown) =>
      messages.guard(async () => {
        if (!(file instanceof vscode.Uri) || typeof task !== "string") return;
        const folder = vscode.Uri.joinPath(file, "..");
        // What runs reads the files: it must be what the person sees.
        await saveProjectFiles(folder);
        if (project.ready?.folder.toString() !== folder.toString()) await project.choose(folder);
        if (task === "iterate") await vscode.commands.executeCommand("preceptor.runIteration");
        else if (task === "evaluate") await starter.evaluate();
        else await vscode.commands.executeCommand("preceptor.runTask", task);
      }),
    ),
  );
}
