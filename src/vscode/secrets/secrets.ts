import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import type { EditorBridge } from "../bridge/index.js";
import type { ActiveProject } from "../project/activeProject.js";
import type { HandedOver } from "../runner/launch.js";
import { secretNames } from "./names.js";

/** Names of the secrets that were stored: the store itself does not list them. Names are no secret. */
const namesKey = "preceptor.secretNames";
const projectFiles = ["preceptor.json", "preceptor.local.json"];

type Values = { readonly [name: string]: string };
/** What the engine begins with. */
const nothing = JSON.stringify({ secrets: {}, bridge: null });

/**
 * Values of `${secret:NAME}`. They are in the editor's secret storage, and in the memory of the engine and of the runner,
 * which get those that their project names; nowhere else.
 */
export class Secrets implements vscode.Disposable {
  readonly #storage: vscode.SecretStorage;
  readonly #memory: vscode.Memento;
  readonly #engine: EngineClient;
  readonly #project: ActiveProject;
  readonly #bridge: EditorBridge;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];
  /** What the engine has, as JSON: handing the same again would make it read everything again. */
  #handed = nothing;

  constructor(
    { secrets, globalState }: vscode.ExtensionContext,
    {
      engine,
      project,
      bridge,
      messages,
    }: { engine: EngineClient; project: ActiveProject; bridge: EditorBridge; messages: Messages },
  ) {
    const hand = (): void => void messages.guard(async () => this.#hand());
    this.#storage = secrets;
    this.#memory = globalState;
    this.#engine = engine;
    this.#project = project;
    this.#bridge = bridge;
    this.#disposables = [
      this.#changed,
      engine.onDidStart(() => {
        this.#handed = nothing;
        // The very first request may come before it; a second one reads the project again with its keys.
        hand();
      }),
      project.onDidChange(hand),
      secrets.onDidChange(() => {
        hand();
        this.#changed.fire();
      }),
    ];
  }

  /** Fires when a secret was stored or removed, in this window or another. */
  readonly onDidChange = this.#changed.event;

  get stored(): readonly string[] {
    return this.#memory.get<readonly string[]>(namesKey, []);
  }

  async set(name: string, value: string): Promise<void> {
    await this.#storage.store(keyOf(name), value);
    await this.#memory.update(namesKey, [...new Set([...this.stored, name])].sort());
    // Whoever waits for it may go on with it at once.
    await this.#hand();
    this.#changed.fire();
  }

  async remove(name: string): Promise<void> {
    await this.#storage.delete(keyOf(name));
    await this.#memory.update(
      namesKey,
      this.stored.filter((each) => each !== name),
    );
    this.#changed.fire();
  }

  /** Whether a value is there, in the store or in the variable that the command line reads. */
  async has(name: string): Promise<boolean> {
    const variable = process.env[`PRECEPTOR_SECRET_${name}`];
    return (variable !== undefined && variable !== "") || (await this.#storage.get(keyOf(name))) !== undefined;
  }

  /** Names that a project's files refer to. */
  async namesIn(folder: vscode.Uri): Promise<string[]> {
    const texts = await Promise.all(projectFiles.map(async (name) => textOf(vscode.Uri.joinPath(folder, name))));
    return secretNames(...texts);
  }

  /** What a runner of this project is told: its keys, and where the editor's models answer if it names one. */
  async handOver(folder: vscode.Uri): Promise<HandedOver> {
    const lend = async (): Promise<HandedOver["bridge"] | null> =>
      this.#bridge.lend(await this.#editorModelsOf(folder));
    const [secrets, bridge] = await Promise.all([this.#of(folder), lend()]);
    return bridge === null || bridge === undefined ? { secrets } : { secrets, bridge };
  }

  /** Models of the editor that a project names, also one that is not shown; none for one that cannot be read. */
  async #editorModelsOf(folder: vscode.Uri): Promise<readonly string[]> {
    const { state } = this.#project;
    const shown = state.state === "ready" || state.state === "broken" ? state : null;
    if (shown?.folder.toString() === folder.toString()) {
      return shown.state === "ready" ? shown.project.editorModels : [];
    }
    const opened = await this.#engine.call("project/open", { folder: folder.fsPath });
    return opened.state === "ready" ? opened.project.editorModels : [];
  }

  /** The stored values that a project names. */
  async #of(folder: vscode.Uri): Promise<Values> {
    const found: { [name: string]: string } = {};
    for (const name of await this.namesIn(folder)) {
      const value = await this.#storage.get(keyOf(name));
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #hand(): Promise<void> {
    const { state } = this.#project;
    if (state.state !== "ready" && state.state !== "broken") return;
    const { secrets, bridge = null } = await this.handOver(state.folder);
    const text = JSON.stringify({ secrets, bridge });
    if (text === this.#handed) return;
    this.#handed = text;
    await this.#engine.call("project/hand", {
      secrets: { ...secrets },
      bridge: bridge === null ? null : { ...bridge, revisions: { ...bridge.revisions } },
    });
    // Its models have their revisions only now.
    if (bridge !== null) await this.#project.refresh();
  }
}

function keyOf(name: string): string {
  return `preceptor.secret.${name}`;
}

async function textOf(file: vscode.Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    // The overlay is optional, and a project file that cannot be read is told by the engine.
    return "";
  }
}
