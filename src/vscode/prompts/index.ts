/** Prompt templates: a language of their own, the Prompts view, the preview on a real case, and what to do with them. */
import * as vscode from "vscode";
import type { CurrentCase } from "../cases/currentCase.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import type { ActiveProject } from "../project/activeProject.js";
import { registerPromptCommands } from "./commands.js";
import { completionTriggers, TemplateCompletions } from "./completion.js";
import { TemplateDiagnostics } from "./diagnostics.js";
import { TemplateFolds, TemplateHovers, TemplateLenses, TemplateSymbols } from "./language.js";
import { restorePreviews } from "./openPreviews.js";
import { Previews, previewScheme } from "./preview.js";
import { createPromptsView, PromptsTree } from "./promptsTree.js";
import { ShippedTemplates, shippedScheme } from "./shippedTemplates.js";
import { TemplateDocuments, templateLanguage } from "./templateDocuments.js";
import { Trials, trialScheme } from "./trials.js";

export function registerPrompts(
  context: vscode.ExtensionContext,
  {
    engine,
    project,
    current,
    messages,
  }: { engine: EngineClient; project: ActiveProject; current: CurrentCase; messages: Messages },
): void {
  const documents = new TemplateDocuments(engine, project, current);
  const previews = new Previews(engine, documents, messages);
  const trials = new Trials(engine, documents);
  const tree = new PromptsTree(engine, project, messages);
  const selector = { language: templateLanguage };
  const { languages, workspace } = vscode;
  context.subscriptions.push(
    documents,
    previews,
    trials,
    tree,
    tree.onDidChangeFiles(() => documents.forget()),
    createPromptsView(tree),
    new TemplateDiagnostics(documents),
    workspace.registerTextDocumentContentProvider(shippedScheme, new ShippedTemplates(engine)),
    workspace.registerTextDocumentContentProvider(previewScheme, previews),
    workspace.registerTextDocumentContentProvider(trialScheme, trials),
    languages.registerCompletionItemProvider(
      selector,
      new TemplateCompletions(engine, documents),
      ...completionTriggers,
    ),
    languages.registerHoverProvider(selector, new TemplateHovers(engine, documents)),
    languages.registerDocumentSymbolProvider(selector, new TemplateSymbols(documents)),
    languages.registerFoldingRangeProvider(selector, new TemplateFolds(documents)),
    languages.registerCodeLensProvider(selector, new TemplateLenses(documents)),
    languages.registerCodeLensProvider({ scheme: previewScheme }, previews),
  );
  previews.revive();
  context.subscriptions.push(restorePreviews(context.workspaceState, previews, messages));
  registerPromptCommands(context, { engine, project, messages, documents, previews, trials, tree });
}
