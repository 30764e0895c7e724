import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import { money } from "../numbers.js";
import { plainLine } from "../plainText.js";
import type { TemplateDocuments } from "./templateDocuments.js";
import { trialText, type TrialWords } from "./trialText.js";

export const trialScheme = "preceptor-trial";

/** How many errors a template is tried on. */
const count = 5;

/** Tries templates on a few errors, and shows what came of it as a document. */
export class Trials implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #documents: TemplateDocuments;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #texts = new Map<string, string>();
  readonly #running = new Set<vscode.CancellationTokenSource>();

  constructor(engine: EngineClient, documents: TemplateDocuments) {
    this.#engine = engine;
    this.#documents = documents;
  }

  readonly onDidChange = this.#changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.#texts.get(uri.toString()) ?? vscode.l10n.t("Try the template again to see its samples and their price.")
    );
  }

  async run(source: vscode.Uri): Promise<void> {
    const document = await vscode.workspace.openTextDocument(source);
    const written = this.#documents.written(document);
    const cap = vscode.workspace.getConfiguration("preceptor").get("singleCallBudget", 1);
    const title = vscode.l10n.t("Trying {0} on {1} errors", plainLine(written.file, 80), count);
    const cancelling = new vscode.CancellationTokenSource();
    this.#running.add(cancelling);
    try {
      const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
      const outcome = await vscode.window.withProgress(options, async (_progress, token) => {
        token.onCancellationRequested(() => cancelling.cancel());
        return this.#engine.call("prompts/try", { ...written, count, cap }, { token: cancelling.token });
      });
      const uri = vscode.Uri.from({ scheme: trialScheme, path: `/${written.file}.md` });
      this.#texts.set(uri.toString(), trialText(outcome, words()));
      this.#changed.fire(uri);
      await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
    } finally {
      this.#running.delete(cancelling);
      cancelling.dispose();
    }
  }

  cancel(): void {
    for (const cancelling of this.#running) cancelling.cancel();
  }

  dispose(): void {
    this.cancel();
    this.#changed.dispose();
  }
}

function words(): TrialWords {
  const { t } = vscode.l10n;
  return {
    title: (template, run) => t("{0} on errors of {1}", plainLine(template, 80), plainLine(run, 40)),
    edited: t("This text"),
    previous: t("The template before"),
    asked: t("Asked"),
    parsed: t("Read"),
    kept: t("Kept"),
    parseYield: t("Parse yield"),
    cost: t("Price"),
    price: (cost, currency) =>
      cost === null ? t("unknown") : cost === 0 ? t("paid before, or free") : money(cost, currency),
    error: t("Error"),
    keptOf: (kept, parsed, asked) => t("{0} kept of {1} read, {2} asked", kept, parsed, asked),
    priceOfKept: t("Price of a kept sample"),
    samplesOf: (error) => t("Samples from {0}", plainLine(error, 120)),
    noSamples: t("Nothing could be read from the answer."),
    sampleKept: t("kept"),
    sampleDropped: (gate) => t("dropped by {0}", gate),
    same: t("The text is the template that serves, so there is no other to compare with."),
  };
}
