import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import type { TemplateSymbol } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { plainLine, withoutAddresses } from "../plainText.js";
import { shippedScheme } from "./shippedTemplates.js";
import { rangeOf, type TemplateDocuments } from "./templateDocuments.js";

/** Characters of a value that a hover shows. */
const mostOfValue = 3000;

/** Says what a word is, and a variable's value on the current case. */
export class TemplateHovers implements vscode.HoverProvider {
  readonly #engine: EngineClient;
  readonly #documents: TemplateDocuments;

  constructor(engine: EngineClient, documents: TemplateDocuments) {
    this.#engine = engine;
    this.#documents = documents;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | null> {
    if (!vscode.workspace.isTrusted) return null;
    const params = { ...this.#documents.written(document), ref: this.#documents.case };
    try {
      const found = await this.#engine.call(
        "prompts/hover",
        { ...params, offset: document.offsetAt(position) },
        { token },
      );
      if (found === null) return null;
      const { name, detail, description, value } = found;
      const text = new vscode.MarkdownString();
      text.appendCodeblock(detail === "" ? name : `${name}  ${detail}`, "text");
      // The language's own words; everything else in a hover is somebody's text.
      text.appendMarkdown(description);
      if (value !== null) {
        text.appendMarkdown("\n\n");
        const key = escaped(value.key);
        text.appendMarkdown(value.empty ? vscode.l10n.t("Nothing on {0}.", key) : vscode.l10n.t("On {0}:", key));
        if (!value.empty) text.appendCodeblock(cut(value.text), "text");
      }
      return new vscode.Hover(text, rangeOf(document, found));
    } catch (thrown) {
      if (thrown instanceof RequestFault) return null;
      throw thrown;
    }
  }
}

/** A text of others in the middle of a sentence of ours: nothing of it is Markdown. */
function escaped(text: string): string {
  return withoutAddresses(plainLine(text, 120).replace(/[\\`*_{}[\]<>()#+!|~&]/gu, "\\$&"));
}

function cut(text: string): string {
  return text.length <= mostOfValue ? text : `${text.slice(0, mostOfValue)}…`;
}

const symbolKinds: { readonly [kind in TemplateSymbol["kind"]]: vscode.SymbolKind } = {
  "front-matter": vscode.SymbolKind.Namespace,
  key: vscode.SymbolKind.Property,
  turn: vscode.SymbolKind.Class,
  heading: vscode.SymbolKind.String,
  block: vscode.SymbolKind.Operator,
  variable: vscode.SymbolKind.Variable,
  comment: vscode.SymbolKind.Null,
  code: vscode.SymbolKind.File,
};

/** Front matter, turns, headings and blocks, for the outline and the breadcrumbs. */
export class TemplateSymbols implements vscode.DocumentSymbolProvider {
  readonly #documents: TemplateDocuments;

  constructor(documents: TemplateDocuments) {
    this.#documents = documents;
  }

  async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
    const analysis = await this.#documents.analysis(document);
    const roots: vscode.DocumentSymbol[] = [];
    const open: vscode.DocumentSymbol[] = [];
    for (const symbol of analysis?.symbols ?? []) {
      if (symbol.kind === "comment") continue;
      const made = new vscode.DocumentSymbol(
        nameOf(symbol),
        plainLine(symbol.detail, 80),
        symbolKinds[symbol.kind],
        rangeOf(document, symbol),
        rangeOf(document, { start: symbol.selection[0], end: symbol.selection[1] }),
      );
      open.length = Math.min(open.length, symbol.depth);
      (open.at(-1)?.children ?? roots).push(made);
      open.push(made);
    }
    return roots;
  }
}

function nameOf({ kind, name }: TemplateSymbol): string {
  if (kind === "front-matter") return vscode.l10n.t("Front matter");
  if (kind === "code") return name === "" ? vscode.l10n.t("Code") : vscode.l10n.t("Code: {0}", plainLine(name, 40));
  return plainLine(name, 80) || "…";
}

/** What folds in a template. */
export class TemplateFolds implements vscode.FoldingRangeProvider {
  readonly #documents: TemplateDocuments;
  readonly onDidChangeFoldingRanges: vscode.Event<void>;

  constructor(documents: TemplateDocuments) {
    this.#documents = documents;
    this.onDidChangeFoldingRanges = documents.onDidChange;
  }

  async provideFoldingRanges(document: vscode.TextDocument): Promise<vscode.FoldingRange[]> {
    const analysis = await this.#documents.analysis(document);
    return (analysis?.folds ?? []).map(({ start, end, kind }) => {
      return new vscode.FoldingRange(
        start,
        end,
        kind === "comment" ? vscode.FoldingRangeKind.Comment : vscode.FoldingRangeKind.Region,
      );
    });
  }
}

/** Actions above a template. */
export class TemplateLenses implements vscode.CodeLensProvider {
  readonly #documents: TemplateDocuments;
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(documents: TemplateDocuments) {
    this.#documents = documents;
    this.onDidChangeCodeLenses = documents.onDidChange;
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const analysis = await this.#documents.analysis(document);
    if (analysis === null) return [];
    const { t } = vscode.l10n;
    const lens = (command: string, title: string): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { command, title, arguments: [document.uri] });
    const lenses = [
      lens("preceptor.previewPrompt", t("{0} Preview with Current Case", "$(open-preview)")),
      lens("preceptor.tryPrompt", t("Try on 5 Errors")),
    ];
    const { scheme } = document.uri;
    if (scheme === shippedScheme) return [...lenses, lens("preceptor.ejectPrompt", t("Eject Template"))];
    // A text that is not saved, or an older one beside it in a comparison, is no file that could be taken back.
    if (scheme !== "file") return lenses;
    if (analysis.shipped === null || !analysis.changed) return lenses;
    return [
      ...lenses,
      lens("preceptor.comparePromptWithShipped", t("Compare with Shipped")),
      lens("preceptor.resetPromptToShipped", t("Reset to Shipped")),
    ];
  }
}
