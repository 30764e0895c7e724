import * as vscode from "vscode";
import type { FaultView } from "../../protocol/fault.js";
import { RequestFault } from "../../protocol/requestFault.js";
import type { ProjectSummary } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { setContext } from "../manifest.js";
import { exists } from "../files.js";
import { plainLine } from "../plainText.js";
import { requireTrust } from "../runner/trust.js";

/** The project that the views show, or why there is none. */
export type ProjectState =
  | { readonly state: "untrusted" | "virtual" | "none" | "loading" }
  | { readonly state: "broken"; readonly folder: vscode.Uri; readonly fault: FaultView }
  | { readonly state: "ready"; readonly folder: vscode.Uri; readonly project: ProjectSummary };

const chosenKey = "preceptor.projectFolder";

/**
 * The one project that this window shows: a folder with `preceptor.json`, the one that was chosen last, else the first
 * that is found. It is read again when its configuration changes; while that is broken, views keep what they show.
 */
export class ActiveProject implements vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<ProjectState>();
  readonly #disposables: vscode.Disposable[] = [];
  #state: ProjectState = { state: "loading" };
  #lastReady: Extract<ProjectState, { state: "ready" }> | null = null;
  #refreshing: Promise<void> | null = null;
  #again = false;
  #several = false;

  constructor(engine: EngineClient, memory: vscode.Memento) {
    this.#engine = engine;
    this.#memory = memory;
    const watcher = vscode.workspace.createFileSystemWatcher("**/preceptor{,.local}.json");
    const refresh = (): void => void this.refresh();
    this.#disposables.push(
      this.#changed,
      watcher,
      watcher.onDidCreate(refresh),
      watcher.onDidChange(refresh),
      watcher.onDidDelete(refresh),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
      vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    );
  }

  readonly onDidChange = this.#changed.event;

  get state(): ProjectState {
    return this.#state;
  }

  /** The project when there is one that can be read. */
  get ready(): Extract<ProjectState, { state: "ready" }> | null {
    return this.#state.state === "ready" ? this.#state : null;
  }

  /** Folder of the project, for what cannot do without one. Faults say why there is none. */
  async requireFolder(): Promise<vscode.Uri> {
    // Right after activation the project may still be on its way.
    if (this.#state.state === "loading") await this.refresh();
    const state = this.#state;
    if (state.state === "ready") return state.folder;
    if (state.state === "broken") throw new RequestFault(state.fault);
    requireTrust();
    throw new RequestFault({
      kind: "usage",
      message: vscode.l10n.t("There is no project here."),
      remedy: vscode.l10n.t("Open a folder with preceptor.json, or try the demo."),
    });
  }

  /** What views show: the project, and while its configuration cannot be read, as it was when it could be. */
  get shown(): Extract<ProjectState, { state: "ready" }> | null {
    const { state, ready } = this;
    if (ready !== null || state.state !== "broken") return ready;
    return this.#lastReady?.folder.toString() === state.folder.toString() ? this.#lastReady : null;
  }

  /** The name of the shown project, where this window has several and a person has to know which one it is; else empty. */
  get nameAmongSeveral(): string {
    const { state } = this;
    if (!this.#several || (state.state !== "ready" && state.state !== "broken")) return "";
    return plainLine(state.folder.path.split("/").at(-1) ?? "", 60);
  }

  /** Shows this folder from now on. */
  async choose(folder: vscode.Uri): Promise<void> {
    await this.#memory.update(chosenKey, folder.toString());
    await this.refresh();
  }

  /** Folders with a `preceptor.json` in this workspace, and the chosen one. */
  async candidates(): Promise<vscode.Uri[]> {
    const found = await vscode.workspace.findFiles("**/preceptor.json", "**/{node_modules,.preceptor,.git}/**", 50);
    const folders = found.map((file) => vscode.Uri.joinPath(file, ".."));
    const chosen = this.#memory.get<string>(chosenKey);
    const all = chosen === undefined ? folders : [vscode.Uri.parse(chosen), ...folders];
    const unique = new Map(all.filter(({ scheme }) => scheme === "file").map((uri) => [uri.fsPath, uri]));
    return [...unique.values()];
  }

  /** Reads the project again. Calls during a reading lead to one more reading. */
  async refresh(): Promise<void> {
    if (this.#refreshing !== null) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#refresh();
    try {
      await this.#refreshing;
    } finally {
      this.#refreshing = null;
    }
    if (this.#again) {
      this.#again = false;
      await this.refresh();
    }
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #refresh(): Promise<void> {
    const next = await this.#read();
    this.#state = next;
    if (next.state === "ready") this.#lastReady = next;
    await setContext("preceptor.projectState", next.state);
    await setContext("preceptor.hasRuns", (this.shown?.project.runs ?? []).length > 0);
    this.#changed.fire(next);
  }

  async #read(): Promise<ProjectState> {
    if (!vscode.workspace.isTrusted) return { state: "untrusted" };
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length > 0 && folders.every(({ uri }) => uri.scheme !== "file")) return { state: "virtual" };
    const [folder, ...others] = await this.#existing();
    this.#several = others.length > 0;
    if (folder === undefined) return { state: "none" };
    try {
      const answer = await this.#engine.call("project/open", { folder: folder.fsPath });
      if (answer.state === "ready") return { state: "ready", folder, project: answer.project };
      return { state: "broken", folder, fault: answer.fault };
    } catch (thrown) {
      if (!(thrown instanceof RequestFault)) throw thrown;
      return { state: "broken", folder, fault: thrown.fault };
    }
  }

  /** The candidates that are there: the chosen one may have been deleted. */
  async #existing(): Promise<vscode.Uri[]> {
    const there: vscode.Uri[] = [];
    for (const folder of await this.candidates()) {
      if (await exists(vscode.Uri.joinPath(folder, "preceptor.json"))) there.push(folder);
    }
    return there;
  }
}
