import { createHash } from "node:crypto";
import path from "node:path";
import * as vscode from "vscode";
import * as z from "zod/mini";
import { caseRef } from "../../protocol/worker/caseRef.js";
import type { CaseDetail, TestsRun } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { exists } from "../files.js";
import { caseId, writeAddress } from "./caseAddress.js";
import { uriOf, type CaseDocuments, type Located } from "./caseDocuments.js";
import { caseWords } from "./caseWords.js";
import { programProblems, verdictOfRun } from "./layout/code.js";
import { passedWords, runTests } from "./runTests.js";

const caseFile = "case.json";
const locatedFile = z.object({ folder: z.string(), ref: caseRef });

/**
 * Copies of programs that a person tries to mend. They live in a folder of the extension's own, outlive the window, and
 * their tests run when they are saved.
 */
export class Scratch implements vscode.Disposable, vscode.CodeLensProvider {
  readonly #folder: vscode.Uri;
  readonly #engine: EngineClient;
  readonly #documents: CaseDocuments;
  readonly #diagnostics = vscode.languages.createDiagnosticCollection("preceptor.scratch");
  readonly #results = new Map<string, string>();
  readonly #lenses = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  constructor(
    storage: vscode.Uri,
    { engine, documents, messages }: { engine: EngineClient; documents: CaseDocuments; messages: Messages },
  ) {
    this.#folder = vscode.Uri.joinPath(storage, "scratch");
    this.#engine = engine;
    this.#documents = documents;
    const guarded = (document: vscode.TextDocument): void => void messages.guard(async () => this.test(document));
    this.#disposables = [
      this.#diagnostics,
      this.#lenses,
      vscode.workspace.onDidSaveTextDocument(guarded),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#diagnostics.delete(uri)),
      vscode.languages.registerCodeLensProvider({ language: "python", scheme: "file" }, this),
    ];
  }

  readonly onDidChangeCodeLenses = this.#lenses.event;

  /** Opens the copy of a case's program; one that exists is gone on with. */
  async open(located: Located): Promise<void> {
    const digest = createHash("sha256").update(caseId(located.folder, located.ref)).digest("hex").slice(0, 16);
    const folder = vscode.Uri.joinPath(this.#folder, digest);
    const name = path.posix.basename(writeAddress({ ...located, part: "program" }).path).replace(".response.", ".fix.");
    const file = vscode.Uri.joinPath(folder, name);
    if (!(await exists(file))) {
      const { text } = await this.#engine.call("case/text", { ...located, part: "program" });
      const { fs } = vscode.workspace;
      await fs.createDirectory(folder);
      await fs.writeFile(vscode.Uri.joinPath(folder, caseFile), new TextEncoder().encode(JSON.stringify(located)));
      await fs.writeFile(file, new TextEncoder().encode(text.endsWith("\n") ? text : `${text}\n`));
    }
    await vscode.window.showTextDocument(file, { preview: false });
  }

  /** Runs the tests of a copy; does nothing for any other document. */
  async test(document: vscode.TextDocument): Promise<void> {
    const located = await this.#caseOf(document.uri);
    if (located === null || !vscode.workspace.isTrusted) return;
    const program = document.getText();
    const run = await runTests(this.#engine, located, program);
    // A document that was changed while its tests ran has other lines now; its next save runs them again.
    if (document.getText() !== program) return;
    await this.#show(document, located, run);
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const located = await this.#caseOf(document.uri);
    if (located === null) return [];
    const { t } = vscode.l10n;
    const lens = (title: string, command: string, words: unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command, arguments: words });
    const result = this.#results.get(document.uri.toString());
    return [
      lens(t("{0} Run Tests", "$(play)"), "workbench.action.files.save", []),
      ...(result === undefined ? [] : [lens(result, "workbench.action.problems.focus", [])]),
      lens(t("Compare with Response"), "vscode.diff", [
        uriOf(located, "program"),
        document.uri,
        t("{0}: response ↔ fix", located.ref.key),
      ]),
      lens(t("Show Case"), "preceptor.openCase", [located]),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #show(document: vscode.TextDocument, located: Located, run: TestsRun): Promise<void> {
    const { special }: CaseDetail = await this.#documents.detail(located);
    if (special.kind !== "code") return;
    const words = caseWords();
    const verdict = verdictOfRun(run);
    const problems = programProblems(document.getText(), special.entryPoint, verdict, words);
    this.#diagnostics.set(
      document.uri,
      problems.map(({ span, message }) => {
        const range = new vscode.Range(document.positionAt(span[0]), document.positionAt(span[1]));
        const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
        diagnostic.source = vscode.l10n.t("Preceptor");
        return diagnostic;
      }),
    );
    this.#results.set(document.uri.toString(), `${run.passed ? "✓" : "✗"} ${passedWords(run)}`);
    this.#lenses.fire();
  }

  /** The case of a copy; null for documents that are none. */
  async #caseOf({ scheme, fsPath }: vscode.Uri): Promise<Located | null> {
    const folder = path.dirname(fsPath);
    if (scheme !== "file" || path.dirname(folder) !== this.#folder.fsPath) return null;
    try {
      const bytes = await vscode.workspace.fs.readFile(vscode.Uri.file(path.join(folder, caseFile)));
      const parsed = locatedFile.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
      return parsed.success ? parsed.data : null;
    } catch {
      // Without its case file a copy is a Python file like any other.
      return null;
    }
  }
}
