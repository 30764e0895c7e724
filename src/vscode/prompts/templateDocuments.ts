import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import type { Result } from "../../protocol/rpc.js";
import type { CaseRef, WorkerContract } from "../../protocol/worker/index.js";
import type { CurrentCase } from "../cases/currentCase.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { ActiveProject } from "../project/activeProject.js";

export const templateLanguage = "preceptor-prompt";

export type Analysis = Result<WorkerContract, "prompts/analyse">;

/** What the engine is told of a text that is being edited. */
export interface WrittenTemplate {
  readonly folder: string | null;
  readonly file: string;
  readonly text: string;
}

interface Kept {
  readonly version: number;
  readonly analysis: Promise<Analysis | null>;
}

/** Templates that are open, as the engine reads them: read once a version, for all that shows something of them. */
export class TemplateDocuments implements vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #project: ActiveProject;
  readonly #current: CurrentCase;
  readonly #kept = new Map<string, Kept>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [];

  constructor(engine: EngineClient, project: ActiveProject, current: CurrentCase) {
    this.#engine = engine;
    this.#project = project;
    this.#current = current;
    const forget = (): void => this.forget();
    this.#disposables.push(
      this.#changed,
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#kept.delete(uri.toString())),
      vscode.workspace.onDidGrantWorkspaceTrust(forget),
      project.onDidChange(forget),
      current.onDidChange(forget),
    );
  }

  /** Fires when a template means something else though its text did not change: another case, another project. */
  readonly onDidChange = this.#changed.event;

  /** The case on which templates are shown, where it is one of the project that they are read with. */
  get case(): CaseRef | null {
    const { located } = this.#current;
    return located?.folder === this.#project.ready?.folder.fsPath ? (located?.ref ?? null) : null;
  }

  /** Reads every text again: what it means may have changed elsewhere. */
  forget(): void {
    this.#kept.clear();
    this.#changed.fire();
  }

  written(document: vscode.TextDocument): WrittenTemplate {
    return {
      folder: this.#project.ready?.folder.fsPath ?? null,
      file: document.uri.path.split("/").at(-1) ?? "",
      text: document.getText(),
    };
  }

  /** Null in a workspace that is not trusted, and when the engine is gone. */
  async analysis(document: vscode.TextDocument): Promise<Analysis | null> {
    if (!vscode.workspace.isTrusted) return null;
    const key = document.uri.toString();
    const present = this.#kept.get(key);
    if (present?.version === document.version) return present.analysis;
    const analysis = this.#read(document);
    this.#kept.set(key, { version: document.version, analysis });
    return analysis;
  }

  async #read(document: vscode.TextDocument): Promise<Analysis | null> {
    try {
      const { uri } = document;
      const path = uri.scheme === "file" ? { path: uri.fsPath } : {};
      return await this.#engine.call("prompts/analyse", { ...this.written(document), ref: this.case, ...path });
    } catch (thrown) {
      if (!(thrown instanceof RequestFault)) throw thrown;
      // The engine logs why; the text stays editable without its help.
      this.#kept.delete(document.uri.toString());
      return null;
    }
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

export function isTemplate(document: vscode.TextDocument): boolean {
  return document.languageId === templateLanguage;
}

export function rangeOf(
  document: vscode.TextDocument,
  { start, end }: { readonly start: number; readonly end: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
