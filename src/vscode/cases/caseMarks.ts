import * as vscode from "vscode";
import type { Span } from "../../protocol/worker/index.js";
import { caseId } from "./caseAddress.js";
import { addressOf, uriOf, type CaseDocuments } from "./caseDocuments.js";
import type { CaseText, Mark, MarkStyle } from "./layout/caseText.js";

const color = (id: string): vscode.ThemeColor => new vscode.ThemeColor(id);

/** How marks look. Each has words, a sign or a line beside its colour. */
const styles: { readonly [style in MarkStyle]: vscode.DecorationRenderOptions } = {
  heading: { isWholeLine: true, fontWeight: "bold", color: color("symbolIcon.classForeground") },
  right: { after: { margin: "0 0 0 0.4em", color: color("testing.iconPassed") } },
  wrong: {
    border: "0 0 1px 0",
    borderStyle: "none none solid none",
    borderColor: color("testing.iconFailed"),
    after: { margin: "0 0 0 0.4em", color: color("testing.iconFailed"), fontWeight: "bold" },
    overviewRulerColor: color("testing.iconFailed"),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
  },
  extracted: {
    border: "1px solid",
    borderColor: color("focusBorder"),
    after: { margin: "0 0 0 2em", color: color("descriptionForeground") },
  },
  gold: { after: { margin: "0 0 0 2em", color: color("testing.iconPassed"), fontStyle: "italic" } },
  chosen: { after: { margin: "0 0 0 2em", color: color("testing.iconFailed"), fontStyle: "italic" } },
  step: { after: { margin: "0 0 0 2em", color: color("descriptionForeground") } },
  note: { fontStyle: "italic", color: color("descriptionForeground") },
  passed: { after: { margin: "0 0 0 1em", color: color("testing.iconPassed") } },
  failed: {
    after: { margin: "0 0 0 1em", color: color("testing.iconFailed") },
    overviewRulerColor: color("testing.iconFailed"),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
  },
};

/**
 * Decorations, problems and hovers of the case documents that are open. One class, because all of them come from the marks
 * of one text and have to change together.
 */
export class CaseMarks implements vscode.Disposable, vscode.HoverProvider {
  readonly #documents: CaseDocuments;
  readonly #types: { readonly [style in MarkStyle]: vscode.TextEditorDecorationType };
  readonly #partner = vscode.window.createTextEditorDecorationType({
    backgroundColor: color("editor.wordHighlightBackground"),
    border: "1px dashed",
    borderColor: color("focusBorder"),
  });
  readonly #diagnostics = vscode.languages.createDiagnosticCollection("preceptor.cases");
  readonly #texts = new Map<string, CaseText>();
  readonly #disposables: vscode.Disposable[] = [];

  constructor(documents: CaseDocuments) {
    this.#documents = documents;
    const type = (style: MarkStyle): vscode.TextEditorDecorationType =>
      vscode.window.createTextEditorDecorationType({
        ...styles[style],
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      });
    this.#types = {
      heading: type("heading"),
      right: type("right"),
      wrong: type("wrong"),
      extracted: type("extracted"),
      gold: type("gold"),
      chosen: type("chosen"),
      step: type("step"),
      note: type("note"),
      passed: type("passed"),
      failed: type("failed"),
    };
    this.#disposables.push(
      ...Object.values(this.#types),
      this.#partner,
      this.#diagnostics,
      vscode.window.onDidChangeVisibleTextEditors((editors) =>
        editors.forEach((editor) => void this.#show(editor.document)),
      ),
      vscode.workspace.onDidOpenTextDocument((document) => void this.#show(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => void this.#show(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#showPartner(textEditor)),
      documents.onDidChange(({ folder, ref }) => {
        const id = caseId(folder, ref);
        for (const document of vscode.workspace.textDocuments) {
          const address = addressOf(document.uri);
          if (address !== null && caseId(address.folder, address.ref) === id) void this.#show(document);
        }
      }),
    );
    for (const document of vscode.workspace.textDocuments) void this.#show(document);
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | null {
    const offset = document.offsetAt(position);
    const marks = (this.#texts.get(document.uri.toString())?.marks ?? []).filter(
      ({ span, hover }) => hover !== undefined && span[0] <= offset && offset <= span[1],
    );
    const [first] = marks;
    if (first === undefined) return null;
    // `appendText` escapes: what the model wrote stays text.
    const contents = marks.map(({ hover = "" }) => new vscode.MarkdownString().appendText(hover));
    return new vscode.Hover(contents, rangeOf(document, first.span));
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #show(document: vscode.TextDocument): Promise<void> {
    const address = addressOf(document.uri);
    if (address === null || document.isClosed) return;
    const text = await this.#documents.text(address);
    // The editor may still have an older text, and then it will change, or be closed in the meantime.
    if (document.isClosed || document.getText() !== text.text) return;
    this.#texts.set(document.uri.toString(), text);
    this.#diagnostics.set(document.uri, await this.#problems(document, text));
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document === document) this.#decorate(editor, text);
    }
  }

  #forget(uri: vscode.Uri): void {
    this.#texts.delete(uri.toString());
    this.#diagnostics.delete(uri);
  }

  #decorate(editor: vscode.TextEditor, { marks }: CaseText): void {
    const { document } = editor;
    for (const [style, type] of Object.entries(this.#types)) {
      const own = marks.filter((mark) => mark.style === style);
      editor.setDecorations(
        type,
        own.flatMap((mark) => decorationsOf(document, mark)),
      );
    }
  }

  async #problems(document: vscode.TextDocument, { marks }: CaseText): Promise<vscode.Diagnostic[]> {
    const address = addressOf(document.uri);
    const diagnostics: vscode.Diagnostic[] = [];
    for (const { span, problem } of marks) {
      if (problem === undefined || address === null) continue;
      const severity =
        problem.severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Information;
      const diagnostic = new vscode.Diagnostic(rangeOf(document, span), problem.message, severity);
      diagnostic.source = vscode.l10n.t("Preceptor");
      const { related } = problem;
      if (related !== null) {
        const uri = uriOf(address, related.part);
        const { text } = await this.#documents.text({ ...address, part: related.part });
        const location = new vscode.Location(uri, rangeIn(text, related.span));
        diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(location, related.message)];
      }
      diagnostics.push(diagnostic);
    }
    return diagnostics;
  }

  /** Marks the step in the document beside that has the numbers of the step under the cursor. */
  #showPartner(editor: vscode.TextEditor): void {
    const address = addressOf(editor.document.uri);
    if (address === null) return;
    const offset = editor.document.offsetAt(editor.selection.active);
    const here = this.#texts.get(editor.document.uri.toString())?.marks ?? [];
    const step = here.find(
      ({ step: number, span }) => number !== undefined && span[0] <= offset && offset <= span[1],
    )?.step;
    for (const other of vscode.window.visibleTextEditors) {
      const beside = addressOf(other.document.uri);
      if (other === editor || beside === null) continue;
      const same = caseId(beside.folder, beside.ref) === caseId(address.folder, address.ref);
      const marks = this.#texts.get(other.document.uri.toString())?.marks ?? [];
      const partners = same && step !== undefined ? marks.filter((mark) => mark.step === step) : [];
      other.setDecorations(
        this.#partner,
        partners.map(({ span }) => rangeOf(other.document, span)),
      );
    }
  }
}

function decorationsOf(document: vscode.TextDocument, { span, after, atLineEnd }: Mark): vscode.DecorationOptions[] {
  const range = rangeOf(document, span);
  if (after === undefined) return [{ range }];
  const renderOptions = { after: { contentText: after } };
  if (atLineEnd !== true) return [{ range, renderOptions }];
  // Words at the end of a line must not move the mark itself there.
  const end = document.lineAt(range.end.line).range.end;
  return [{ range }, { range: new vscode.Range(end, end), renderOptions }];
}

function rangeOf(document: vscode.TextDocument, [start, end]: Span): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/** The same for a text that no document holds yet. */
function rangeIn(text: string, [start, end]: Span): vscode.Range {
  const place = (offset: number): vscode.Position => {
    const before = text.slice(0, offset).split("\n");
    return new vscode.Position(before.length - 1, before.at(-1)?.length ?? 0);
  };
  return new vscode.Range(place(start), place(end));
}
