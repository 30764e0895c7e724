import * as vscode from "vscode";
import type { InstructorReply, PromptPreview } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { setContext } from "../manifest.js";
import { faultOf, faultSentence, type Messages } from "../messages.js";
import { previewText } from "./previewText.js";
import { previewWords } from "./previewWords.js";
import type { TemplateDocuments } from "./templateDocuments.js";

export const previewScheme = "preceptor-preview";

/**
 * The address of the preview of a template. Its source is kept in the query, so that it survives a reload; the ending of
 * its name tells the editor its language.
 */
export function previewUri(source: vscode.Uri): vscode.Uri {
  const name = source.path.split("/").at(-1) ?? "";
  return vscode.Uri.from({ scheme: previewScheme, path: `/${name}.messages`, query: source.toString() });
}

export function sourceOf(preview: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(preview.query, true);
}

interface Shown {
  readonly uri: vscode.Uri;
  readonly source: vscode.Uri;
  preview: PromptPreview | null;
  reply: { readonly reply: InstructorReply; readonly about: string } | null;
  asking: vscode.CancellationTokenSource | null;
  headings: readonly number[];
  /** True while the engine works on it; `again` when the text changed meanwhile. */
  busy: boolean;
  again: boolean;
}

/** What the instructor would receive of a template, beside it, as it is typed. */
export class Previews implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #documents: TemplateDocuments;
  readonly #messages: Messages;
  readonly #shown = new Map<string, Shown>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #lensesChanged = new vscode.EventEmitter<void>();
  readonly #heading = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    fontWeight: "bold",
    backgroundColor: new vscode.ThemeColor("textBlockQuote.background"),
  });
  readonly #disposables: vscode.Disposable[];

  constructor(engine: EngineClient, documents: TemplateDocuments, messages: Messages) {
    this.#engine = engine;
    this.#documents = documents;
    this.#messages = messages;
    this.#disposables = [
      this.#changed,
      this.#lensesChanged,
      this.#heading,
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const shown = this.#shown.get(previewUri(document.uri).toString());
        if (shown !== undefined) void this.#update(shown);
        if (document.uri.scheme === previewScheme) this.#decorate();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#close(uri)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#decorate()),
      documents.onDidChange(() => this.#shown.forEach((shown) => void this.#update(shown))),
    ];
  }

  /** Shows the previews that were open before this extension host began: the editor asks for none of them again. */
  revive(): void {
    for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === previewScheme) this.#changed.fire(uri);
  }

  readonly onDidChange = this.#changed.event;
  readonly onDidChangeCodeLenses = this.#lensesChanged.event;

  /** Opens the preview beside the template, which keeps the focus, or shows it where it is open. */
  async open(source: vscode.Uri): Promise<void> {
    const uri = previewUri(source);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, {
      viewColumn: columnOf(uri) ?? vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: false,
    });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    if (!vscode.workspace.isTrusted) return vscode.l10n.t("Templates are shown once you trust this workspace.");
    const shown = this.#shownOf(uri);
    try {
      if (shown.preview === null) {
        shown.preview = await this.#read(shown);
        this.#lensesChanged.fire();
      }
    } catch (thrown) {
      return `▎ ${faultSentence(faultOf(thrown))}\n`;
    }
    const template = uri.path.slice(1).replace(/\.prompt\.messages$/u, "");
    const reply = shown.reply?.reply ?? null;
    const stale = shown.reply !== null && shown.reply.about !== (await this.#about(shown));
    const state = { template, preview: shown.preview, reply, stale, asking: shown.asking !== null };
    const { text, headings } = previewText(state, previewWords());
    shown.headings = headings;
    return text;
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const shown = this.#shown.get(document.uri.toString());
    if (shown?.preview?.state !== "ready") return [];
    const { t } = vscode.l10n;
    const lens = (command: string, title: string): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { command, title, arguments: [shown.source] });
    return [
      shown.asking === null
        ? lens("preceptor.askInstructorOnce", t("{0} Ask Instructor Once", "$(comment-discussion)"))
        : lens("preceptor.cancelInstructorCall", t("{0} Cancel Instructor Call", "$(stop-circle)")),
    ];
  }

  /** Makes one real call about what the preview shows; its samples appear below. */
  async ask(source: vscode.Uri): Promise<void> {
    await this.open(source);
    const shown = this.#shownOf(previewUri(source));
    if (shown.asking !== null) return;
    const asking = new vscode.CancellationTokenSource();
    shown.asking = asking;
    shown.reply = null;
    await this.#refresh(shown);
    try {
      const document = await vscode.workspace.openTextDocument(source);
      const about = await this.#about(shown);
      const cap = vscode.workspace.getConfiguration("preceptor").get("singleCallBudget", 1);
      const params = { ...this.#documents.written(document), ref: this.#documents.case, cap };
      shown.reply = { reply: await this.#engine.call("prompts/ask", params, { token: asking.token }), about };
    } catch (thrown) {
      void this.#messages.fault(thrown);
    } finally {
      shown.asking = null;
      asking.dispose();
      await this.#refresh(shown);
    }
  }

  cancel(source: vscode.Uri | null): void {
    for (const shown of this.#shown.values()) {
      if (source === null || shown.source.toString() === source.toString()) shown.asking?.cancel();
    }
  }

  dispose(): void {
    this.cancel(null);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #shownOf(uri: vscode.Uri): Shown {
    const key = uri.toString();
    const known = this.#shown.get(key);
    if (known !== undefined) return known;
    const shown: Shown = {
      uri,
      source: sourceOf(uri),
      preview: null,
      reply: null,
      asking: null,
      headings: [],
      busy: false,
      again: false,
    };
    this.#shown.set(key, shown);
    return shown;
  }

  /** What a call is about: an answer belongs to this text and this case. */
  async #about({ source }: Shown): Promise<string> {
    const document = await vscode.workspace.openTextDocument(source);
    return JSON.stringify([this.#documents.case, document.getText()]);
  }

  async #read({ source }: Shown): Promise<PromptPreview> {
    const document = await vscode.workspace.openTextDocument(source);
    return this.#engine.call("prompts/preview", { ...this.#documents.written(document), ref: this.#documents.case });
  }

  /** Reads anew; of the texts that are typed meanwhile only the last one is read. */
  async #update(shown: Shown): Promise<void> {
    if (shown.busy) {
      shown.again = true;
      return;
    }
    shown.busy = true;
    try {
      do {
        shown.again = false;
        shown.preview = await this.#read(shown);
      } while (shown.again);
      if (shown.reply !== null && shown.reply.about !== (await this.#about(shown))) shown.reply = null;
    } catch (thrown) {
      // The document says it; a notification at each keystroke would be in the way.
      shown.preview = null;
      if (faultOf(thrown).kind === "cancelled") return;
    } finally {
      shown.busy = false;
    }
    await this.#refresh(shown);
  }

  async #refresh({ uri }: Shown): Promise<void> {
    this.#changed.fire(uri);
    this.#lensesChanged.fire();
    await setContext(
      "preceptor.askingInstructor",
      [...this.#shown.values()].some(({ asking }) => asking !== null),
    );
  }

  #close(uri: vscode.Uri): void {
    const key = uri.toString();
    this.#shown.get(key)?.asking?.cancel();
    this.#shown.delete(key);
  }

  #decorate(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const shown = this.#shown.get(editor.document.uri.toString());
      if (shown === undefined) continue;
      editor.setDecorations(
        this.#heading,
        shown.headings.map((line) => new vscode.Range(line, 0, line, 0)),
      );
    }
  }
}

/** The column in which a document is open; null when it is not. */
function columnOf(uri: vscode.Uri): vscode.ViewColumn | null {
  const found = vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString()),
  );
  return found?.viewColumn ?? null;
}
