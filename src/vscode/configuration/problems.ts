import * as vscode from "vscode";
import type { FaultView } from "../../protocol/fault.js";
import type { EngineClient } from "../engine/engineClient.js";
import { describeFault, type Messages } from "../messages.js";
import { secretPlaces } from "../secrets/names.js";
import type { Secrets } from "../secrets/secrets.js";

const baseName = "preceptor.json";
const overlayName = "preceptor.local.json";
/** How long the check waits for the next key, in milliseconds. */
const typingPause = 250;
const missingSecret = "missing-secret";

/** Problems of the project files that are open, as the engine finds them: the same as those of the command line. */
export class ConfigurationProblems implements vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #secrets: Secrets;
  readonly #collection = vscode.languages.createDiagnosticCollection("preceptor");
  readonly #disposables: vscode.Disposable[];
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #check: (folder: vscode.Uri) => void;

  constructor(engine: EngineClient, secrets: Secrets, messages: Messages) {
    this.#engine = engine;
    this.#secrets = secrets;
    this.#check = (folder) => void messages.guard(async () => this.#checkFolder(folder));
    const checkAll = (): void => {
      for (const folder of openFolders()) this.#check(folder);
    };
    this.#disposables = [
      this.#collection,
      vscode.workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#soon(document, typingPause)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)),
      vscode.workspace.onDidGrantWorkspaceTrust(checkAll),
      secrets.onDidChange(checkAll),
    ];
    checkAll();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #soon(document: vscode.TextDocument, pause: number): void {
    if (!isProjectFile(document)) return;
    const folder = folderOf(document);
    const key = folder.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        this.#check(folder);
      }, pause),
    );
  }

  async #checkFolder(folder: vscode.Uri): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const [base, overlay] = await Promise.all([textOf(folder, baseName), textOf(folder, overlayName)]);
    // An overlay without its project is nobody's configuration.
    if (base === null) return;
    const { faults } = await this.#engine.call("configuration/check", { base, overlay });
    for (const document of vscode.workspace.textDocuments) {
      if (!isProjectFile(document) || folderOf(document).toString() !== folder.toString()) continue;
      const own = faults
        .filter(({ file }) => file === document.uri.fsPath)
        .map((fault) => diagnosticOf(fault, document));
      this.#collection.set(document.uri, [...own, ...(await this.#missingSecrets(document))]);
    }
  }

  async #missingSecrets(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
    const found: vscode.Diagnostic[] = [];
    for (const { name, start, end } of secretPlaces(document.getText())) {
      if (await this.#secrets.has(name)) continue;
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      const message = vscode.l10n.t("The secret {0} is not set.", name);
      const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
      diagnostic.source = "Preceptor";
      diagnostic.code = missingSecret;
      found.push(diagnostic);
    }
    return found;
  }
}

/** Set Secret… beside a secret that is not set. */
export class MissingSecretActions implements vscode.CodeActionProvider {
  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics
      .filter(({ code, source }) => code === missingSecret && source === "Preceptor")
      .flatMap((diagnostic) => {
        const [place] = secretPlaces(document.getText(diagnostic.range));
        if (place === undefined) return [];
        const title = vscode.l10n.t("Set Secret {0}...", place.name);
        const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        action.diagnostics = [diagnostic];
        action.isPreferred = true;
        action.command = { command: "preceptor.setSecret", title, arguments: [place.name] };
        return [action];
      });
  }
}

function diagnosticOf(fault: FaultView, document: vscode.TextDocument): vscode.Diagnostic {
  const { file: _file, line: _line, ...rest } = fault;
  const diagnostic = new vscode.Diagnostic(
    rangeOf(fault, document),
    describeFault(rest),
    vscode.DiagnosticSeverity.Error,
  );
  diagnostic.source = "Preceptor";
  return diagnostic;
}

/** The value that was found when its line has it, else the field's name, else the whole line. */
function rangeOf({ line = 1, field, found }: FaultView, document: vscode.TextDocument): vscode.Range {
  const at = document.lineAt(Math.min(Math.max(0, line - 1), document.lineCount - 1));
  const name = field?.split(".").at(-1);
  for (const words of [found, name === undefined ? undefined : JSON.stringify(name)]) {
    if (words === undefined || words === "") continue;
    const start = at.text.lastIndexOf(words);
    if (start !== -1) return new vscode.Range(at.lineNumber, start, at.lineNumber, start + words.length);
  }
  return new vscode.Range(at.lineNumber, at.firstNonWhitespaceCharacterIndex, at.lineNumber, at.text.trimEnd().length);
}

function isProjectFile({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === "file" && [baseName, overlayName].includes(uri.path.split("/").at(-1) ?? "");
}

function folderOf({ uri }: vscode.TextDocument): vscode.Uri {
  return vscode.Uri.joinPath(uri, "..");
}

function openFolders(): vscode.Uri[] {
  const folders = vscode.workspace.textDocuments.filter(isProjectFile).map(folderOf);
  return [...new Map(folders.map((folder) => [folder.toString(), folder])).values()];
}

/** The text of a file as the editor has it, else as it is on the disk; null where there is none. */
async function textOf(folder: vscode.Uri, name: string): Promise<{ file: string; text: string } | null> {
  const uri = vscode.Uri.joinPath(folder, name);
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open !== undefined) return { file: uri.fsPath, text: open.getText() };
  try {
    return { file: uri.fsPath, text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)) };
  } catch {
    // The overlay is optional, and a project may have been deleted under its open editor.
    return null;
  }
}
