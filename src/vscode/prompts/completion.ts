import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import type { TemplateCompletion } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { rangeOf, type TemplateDocuments } from "./templateDocuments.js";

/** What begins or goes on inside of a tag, a key or a role line. */
export const completionTriggers = ["{", "%", "|", ".", " ", ":", "-"] as const;

const kinds: { readonly [kind in TemplateCompletion["kind"]]: vscode.CompletionItemKind } = {
  key: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.EnumMember,
  role: vscode.CompletionItemKind.Keyword,
  variable: vscode.CompletionItemKind.Variable,
  local: vscode.CompletionItemKind.Variable,
  filter: vscode.CompletionItemKind.Function,
  test: vscode.CompletionItemKind.Function,
  property: vscode.CompletionItemKind.Field,
  statement: vscode.CompletionItemKind.Keyword,
  snippet: vscode.CompletionItemKind.Snippet,
};

/** Offers what a template of this strategy and family really has at a place. */
export class TemplateCompletions implements vscode.CompletionItemProvider {
  readonly #engine: EngineClient;
  readonly #documents: TemplateDocuments;

  constructor(engine: EngineClient, documents: TemplateDocuments) {
    this.#engine = engine;
    this.#documents = documents;
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    { triggerKind }: vscode.CompletionContext,
  ): Promise<vscode.CompletionItem[]> {
    if (!vscode.workspace.isTrusted) return [];
    try {
      const offset = document.offsetAt(position);
      const written = this.#documents.written(document);
      const { context, items, ...place } = await this.#engine.call(
        "prompts/complete",
        { ...written, offset },
        { token },
      );
      // In prose, tags are offered to whoever asks for them, not at every blank.
      if (context === "text" && triggerKind !== vscode.CompletionTriggerKind.Invoke) return [];
      const range = rangeOf(document, place);
      const pad = inTag.has(context) ? padding(document, range) : { before: "", after: "" };
      return items.map((item, index) => itemOf(item, index, range, pad));
    } catch (thrown) {
      if (thrown instanceof RequestFault) return [];
      throw thrown;
    }
  }
}

const inTag = new Set(["expression", "statement", "filter", "test", "name"]);

interface Padding {
  readonly before: string;
  readonly after: string;
}

/** Blanks where a name would touch the braces of its tag. */
function padding(document: vscode.TextDocument, { start, end }: vscode.Range): Padding {
  const line = document.lineAt(start.line).text;
  return {
    before: /(?:\{\{|\{%|\|)$/u.test(line.slice(0, start.character)) ? " " : "",
    after: end.line === start.line && /^(?:\}\}|%\})/u.test(line.slice(end.character)) ? " " : "",
  };
}

function itemOf(
  { kind, label, detail, description, insert, snippet }: TemplateCompletion,
  index: number,
  range: vscode.Range,
  { before, after }: Padding,
): vscode.CompletionItem {
  const item = new vscode.CompletionItem(detail === "" ? label : { label, description: detail }, kinds[kind]);
  const text = `${before}${insert}${insert.endsWith(" ") ? "" : after}`;
  item.insertText = snippet ? new vscode.SnippetString(text) : text;
  item.range = range;
  item.filterText = label;
  item.documentation = description;
  item.sortText = String(index).padStart(3, "0");
  return item;
}
