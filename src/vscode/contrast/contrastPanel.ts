import * as vscode from "vscode";
import type { ContrastHost, ContrastPage, ContrastState } from "../../protocol/panels/contrast.js";
import type { Handlers, Peer } from "../../protocol/rpc.js";
import type { CaseRef } from "../../protocol/worker/caseRef.js";
import type { Located } from "../cases/caseDocuments.js";
import type { CurrentCase } from "../cases/currentCase.js";
import { CaseLocator } from "../cases/located.js";
import type { EngineClient } from "../engine/engineClient.js";
import { faultOf, type Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import { openPage, pageOptions, viewTypeOf } from "../webview/pagePanel.js";
import { contrastWords } from "./words.js";

export interface ContrastServices {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly current: CurrentCase;
  readonly messages: Messages;
  readonly log: vscode.LogOutputChannel;
}

/** The contrast set of one error beside the editor: one panel, which shows the error that was asked for last. */
export function registerContrast(context: vscode.ExtensionContext, services: ContrastServices): void {
  const panel = new ContrastPanel(context.extensionUri, services);
  const { messages, current, project, engine, log } = services;
  const locator = new CaseLocator(project, current);
  const prepare = async (located: Located): Promise<void> => {
    try {
      await engine.call("contrast/prepare", located);
    } catch (thrown) {
      // The panel tells what is wrong when it is opened.
      log.debug(faultOf(thrown).message);
    }
  };
  context.subscriptions.push(
    // The contrast set is one key away: what it needs is read while the error is looked at.
    current.onDidChange((located) => (located === null ? undefined : prepare(located))),
    vscode.commands.registerCommand("preceptor.showContrastSet", async (argument: unknown) =>
      messages.guard(async () => panel.show(locator.of(argument))),
    ),
    vscode.commands.registerCommand("preceptor.showMoreNeighbours", () => panel.step(1)),
    vscode.commands.registerCommand("preceptor.showFewerNeighbours", () => panel.step(-1)),
    // The configuration says how many neighbours, of which strategy, at what price.
    project.onDidChange(() => panel.refresh()),
    vscode.window.registerWebviewPanelSerializer(viewTypeOf("contrast"), {
      deserializeWebviewPanel: async (restored, state: unknown) => panel.restore(restored, state),
    }),
  );
}

/** Schemas are made when a panel is first shown: activation does not wait for them. */
const contracts = async () => ({
  ...(await import("../../protocol/panels/contrast.js")),
  wire: await import("../../protocol/rpc.js"),
});
type Contracts = Awaited<ReturnType<typeof contracts>>;

class ContrastPanel {
  readonly #extensionUri: vscode.Uri;
  readonly #services: ContrastServices;
  #open: { readonly panel: vscode.WebviewPanel; readonly peer: Peer<ContrastPage, ContrastHost> } | null = null;
  #state: ContrastState | null = null;
  #watched: { readonly folder: string; readonly watcher: vscode.FileSystemWatcher } | null = null;

  constructor(extensionUri: vscode.Uri, services: ContrastServices) {
    this.#extensionUri = extensionUri;
    this.#services = services;
  }

  async show(located: Located | null): Promise<void> {
    if (located === null) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t("Open a wrong answer first: choose a case in the Benchmarks view."),
      );
      return;
    }
    const { folder, ref } = located;
    const loaded = await contracts();
    this.#state = { folder, ref, k: null, sameGroup: null };
    if (this.#open === null) {
      this.#attach(
        loaded,
        vscode.window.createWebviewPanel(
          viewTypeOf("contrast"),
          titleOf(ref),
          { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false },
          pageOptions(this.#extensionUri),
        ),
      );
    } else {
      this.#watch(folder);
      this.#open.panel.title = titleOf(ref);
      this.#open.panel.reveal(undefined, false);
      this.#open.peer.say("changed", { another: true });
    }
  }

  /** Lets the page ask again: something that the set or its message is made of was changed. */
  refresh(): void {
    this.#open?.peer.say("changed", { another: false });
  }

  /** Shows so many neighbours more or fewer. */
  step(by: number): void {
    this.#open?.peer.say("step", { by });
  }

  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const loaded = await contracts();
    const parsed = loaded.contrastState.safeParse(state);
    if (!parsed.success || this.#open !== null) {
      // A panel without its state cannot say what it showed, and there is one panel only.
      panel.dispose();
      return;
    }
    this.#state = parsed.data;
    panel.title = titleOf(parsed.data.ref);
    this.#attach(loaded, panel);
  }

  #attach({ wire, contrastHost, contrastPage }: Contracts, panel: vscode.WebviewPanel): void {
    const { log } = this.#services;
    const peer = openPage(
      panel,
      { wire, page: "contrast", remote: contrastPage, own: contrastHost },
      { extensionUri: this.#extensionUri, handlers: this.#handlers(), describe: faultOf, log },
    );
    this.#open = { panel, peer };
    this.#watch(this.#shown().folder);
    panel.onDidDispose(() => {
      this.#watched?.watcher.dispose();
      this.#watched = null;
      this.#open = null;
    });
  }

  /** Templates are edited beside the panel, and decisions are also made elsewhere: in a case, by `git`, in another window. */
  #watch(folder: string): void {
    if (this.#watched?.folder === folder) return;
    this.#watched?.watcher.dispose();
    const watcher = vscode.workspace.createFileSystemWatcher(
      // Of a folder that is new, its first file may not be told.
      new vscode.RelativePattern(vscode.Uri.file(folder), "{prompts,prompts/*.prompt,decisions,decisions/*.jsonl}"),
    );
    const changed = (): void => this.refresh();
    watcher.onDidCreate(changed);
    watcher.onDidChange(changed);
    watcher.onDidDelete(changed);
    this.#watched = { folder, watcher };
  }

  #handlers(): Handlers<ContrastHost> {
    const { engine } = this.#services;
    return {
      strings: async () => contrastWords(),
      view: async (wanted, { signal }) => {
        const before = this.#shown();
        const state = {
          ...before,
          k: wanted.k === "as-before" ? before.k : wanted.k,
          sameGroup: wanted.sameGroup === "as-before" ? before.sameGroup : wanted.sameGroup,
        };
        // At once: while the engine works, another error may be shown, whose state is not to be undone.
        this.#state = state;
        const view = await engine.call("contrast/view", state, { signal });
        return { view, state };
      },
      message: async (_, { signal }) => engine.call("contrast/message", this.#shown(), { signal }),
      decide: async ({ error, decisions }) =>
        engine.call("contrast/decide", { folder: this.#shown().folder, error, decisions }),
      openCase: async ({ key }) => {
        const { folder, ref } = this.#shown();
        await vscode.commands.executeCommand("preceptor.openCase", { folder, ref: { ...ref, key } });
        return {};
      },
      copyMessage: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
        return {};
      },
    };
  }

  #shown(): ContrastState {
    if (this.#state === null) throw new Error("The panel shows no case.");
    return this.#state;
  }
}

function titleOf({ key }: CaseRef): string {
  return vscode.l10n.t("Contrast set of {0}", plainLine(key, 60));
}
