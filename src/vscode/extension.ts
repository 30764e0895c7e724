/** Composition root of the extension: each feature registers itself with the two or three things that it needs. */
import * as vscode from "vscode";
import { CurrentCase } from "./cases/currentCase.js";
import { registerContrast } from "./contrast/contrastPanel.js";
import { registerCases } from "./cases/index.js";
import { EngineClient } from "./engine/engineClient.js";
import { Messages } from "./messages.js";
import { ActiveProject } from "./project/activeProject.js";
import { registerProjectCommands } from "./project/commands.js";

export function activate(context: vscode.ExtensionContext): void {
  const started = performance.now();
  const log = vscode.window.createOutputChannel("Preceptor", { log: true });
  const engine = new EngineClient(vscode.Uri.joinPath(context.extensionUri, "dist", "engineWorker.js"), log);
  const project = new ActiveProject(engine, context.workspaceState);
  const messages = new Messages(log);
  const current = new CurrentCase();
  context.subscriptions.push(log, engine, project, current);
  registerProjectCommands(context, { project, messages, log });
  registerContrast(context, { engine, project, current, messages, log });
  registerCases(context, { engine, project, current, messages });
  void messages.guard(async () => project.refresh());
  log.info(`Activated in ${(performance.now() - started).toFixed(1)} ms.`);
}
