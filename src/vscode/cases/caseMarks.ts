import * as vscode from "vscode";
import { withoutAddresses } from "../plainText.js";
import { caseId, caseScheme } from "./caseAddress.js";
import { addressOf, uriOf, type CaseDocuments } from "./caseDocuments.js";
import type { CaseText, Mark, MarkStyle, Problem } from "./layout/caseText.js";
import { rangeIn, rangeOf } from "./ranges.js";

const color = (id: string): vscode.ThemeColor => new vscode.ThemeColor(id);

const severities: { readonly [severity in Problem["severity"]]: vscode.DiagnosticSeverity } = {
  error: vscode.DiagnosticSeverity.Error,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** How marks look. Each has words, a sign or a line beside its colour. */
const styles: { readonly [style in MarkStyle]: vscode.DecorationRenderOptions } = {
  verdictRight: { fontWeight: "bold", color: color("testing.iconPassed") },
  verdictWrong: { fontWeight: "bold", color: color("testing.iconFailed") },
  heading: { fontWeight: "bold", color: color("symbolIcon.classForeground") },
  right: { after: { margin: "0 0 0 0.4em", color: color("testing.iconPassed") } },
  wrong: {
    border: "0 0 1px 0",
    borderStyle: "none none solid none",
    borderColor: color("testing.iconFailed"),
    after: { margin: "0 0 0 0.4em", color: color("testing.iconFailed"), fontWeight: "bold" },
    overviewRulerColor: color("testing.iconFailed"),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
  },
  extracted: { border: "1px solid", borderColor: color("focusBorder") },
  gold: { color: color("testing.iconPassed") },
  chosen: { color: color("testing.iconFailed") },
  step: {},
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
export class CaseMarks implements vscode.Disposable, vscode.HoverProvider, vscode.InlayHintsProvider {
  readonly #documents: CaseDocuments;
  readonly #types: { readonly [style in MarkStyle]: vscode.TextEditorDecorationType };
  readonly #partner = vscode.window.createTextEditorDecorationType({
    backgroundColor: color("editor.wordHighlightBackground"),
    border: "1px dashed",
    borderColor: color("focusBorder"),
  });
  readonly #diagnostics = vscode.languages.createDiagnosticCollection("preceptor.cases");
  readonly #hints = new vscode.EventEmitter<void>();
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
      verdictRight: type("verdictRight"),
      verdictWrong: type("verdictWrong"),
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
      this.#hints,
      this.#diagnostics,
      vscode.window.onDidChangeVisibleTextEditors((editors) =>
        editors.forEach((editor) => void this.#show(editor.document)),
      ),
      vscode.workspace.onDidOpenTextDocument((document) => void this.#show(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => void this.#show(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)),
      // The editor keeps a document for a while after its tab; problems of what nobody sees are noise.
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) if (input instanceof vscode.TabInputText) this.#forgetUnlessOpen(input.uri);
      }),
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
    const contents = marks.map(({ hover = "" }) => {
      const text = new vscode.MarkdownString().appendText(hover);
      text.value = withoutAddresses(text.value);
      return text;
    });
    return new vscode.Hover(contents, rangeOf(document, first.span));
  }

  readonly onDidChangeInlayHints = this.#hints.event;

  /** Words at the ends of lines. Unlike decorations the editor wraps lines with them, and reads them out. */
  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
    return (this.#texts.get(document.uri.toString())?.marks ?? []).flatMap(({ span, atLineEnd }) => {
      if (atLineEnd === undefined) return [];
      const { end } = document.lineAt(document.positionAt(span[1]).line).range;
      if (!range.contains(end)) return [];
      const hint = new vscode.InlayHint(end, atLineEnd);
      hint.paddingLeft = true;
      return [hint];
    });
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
    this.#hints.fire();
    this.#diagnostics.set(document.uri, await this.#problems(document, text));
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document === document) this.#decorate(editor, text);
    }
  }

  #forgetUnlessOpen(uri: vscode.Uri): void {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const open = tabs.some(
      ({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString(),
    );
    if (!open && uri.scheme === caseScheme) this.#forget(uri);
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
        own.map((mark) => decorationOf(document, mark)),
      );
    }
  }

  async #problems(document: vscode.TextDocument, { marks }: CaseText): Promise<vscode.Diagnostic[]> {
    const address = addressOf(document.uri);
    const diagnostics: vscode.Diagnostic[] = [];
    for (const { span, problem } of marks) {
      if (problem === undefined || address === null) continue;
      const diagnostic = new vscode.Diagnostic(rangeOf(document, span), problem.message, severities[problem.severity]);
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

function decorationOf(document: vscode.TextDocument, { span, after }: Mark): vscode.DecorationOptions {
  const range = rangeOf(document, span);
  return after === undefined ? { range } : { range, renderOptions: { after: { contentText: after } } };
}
