import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import type * as vscode from "vscode";
import { until } from "./processes.js";
import type { Changes, EditorServer } from "./server.js";

type VsCode = typeof vscode;

interface Bridge {
  readonly pid: number;
  readonly port: number;
}

/** A window's extension host: it comes and goes with the window, and runs what a test wants to know or do in it. */
export class WindowHost {
  readonly page: Page;
  readonly folder: string;
  readonly #server: EditorServer;
  #bridge: Bridge | undefined;
  /** Bridges of extension hosts that are not those of this window, or not any more. */
  #others: ReadonlySet<string> = new Set();

  protected constructor(server: EditorServer, page: Page, folder: string) {
    this.#server = server;
    this.page = page;
    this.folder = folder;
  }

  /**
   * Reloads the window by the editor's own command, which writes down what is open first; a reload of the page may come
   * before that. The extension host ends and a new one starts.
   */
  async reload(): Promise<void> {
    await this.connect(() => this.begin("workbench.action.reloadWindow"));
  }

  /** Kills the extension host without a word, as a crash would. */
  killExtensionHost(): void {
    this.#others = new Set(readdirSync(this.#bridges));
    process.kill(this.#connection().pid, "SIGKILL");
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  protected async connect(navigate: () => Promise<unknown>): Promise<void> {
    this.#others = new Set(readdirSync(this.#bridges));
    await navigate();
    this.#bridge = undefined;
    await this.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
    await this.awaitExtensionHost();
  }

  /** Waits for an extension host that was not there before, for instance after it was killed and restarted. */
  async awaitExtensionHost(): Promise<void> {
    const folder = this.folder;
    this.#bridge = await until(
      "the extension host",
      () => {
        for (const name of readdirSync(this.#bridges)) {
          if (this.#others.has(name) || !name.endsWith(".json")) continue;
          const found = JSON.parse(readFileSync(path.join(this.#bridges, name), "utf8")) as Bridge & {
            workspace: string;
          };
          if (found.workspace === folder) return found;
        }
        return undefined;
      },
      { timeout: 60_000 },
    );
  }

  get #bridges(): string {
    return path.join(this.#server.root, "bridge");
  }

  #connection(): Bridge {
    if (this.#bridge === undefined) throw new Error("This window has no extension host at the moment.");
    return this.#bridge;
  }

  /**
   * Runs a function in the extension host and returns its result, both as JSON. The function is sent as text, so it sees
   * `vscode`, its argument and `require`, and nothing around it.
   */
  async host<R, A = undefined>(
    body: (vscode: VsCode, argument: A, require: NodeJS.Require) => R | PromiseLike<R>,
    argument?: A,
    { timeout = 30_000 }: { timeout?: number } = {},
  ): Promise<R> {
    const response = await fetch(`http://127.0.0.1:${this.#connection().port}/`, {
      method: "POST",
      headers: { "x-token": this.#server.token },
      body: JSON.stringify({ body: `return (${body.toString()})(vscode, argument, require);`, argument }),
      signal: AbortSignal.timeout(timeout),
    });
    const answer = (await response.json()) as { value: R; fault?: string };
    if (answer.fault !== undefined) throw new Error(`In the extension host: ${answer.fault}`);
    return answer.value;
  }

  /** Runs a command by its id and waits until it is done. What it returns has to be JSON. */
  async run<R = unknown>(command: string, ...words: readonly unknown[]): Promise<R> {
    return (await this.host(
      async (vscode, [id, given]) => {
        const result: unknown = await vscode.commands.executeCommand(id, ...given);
        try {
          JSON.stringify(result);
          return result;
        } catch {
          // Results of the editor's own commands may be circular, and nobody asked for them.
          return null;
        }
      },
      [command, words] as [string, readonly unknown[]],
    )) as R;
  }

  /** Runs a command and does not wait for its end: for those that ask something. */
  async begin(command: string, ...words: readonly unknown[]): Promise<void> {
    await this.host(
      (vscode, [id, given]) => {
        void vscode.commands.executeCommand(id, ...given);
      },
      [command, words] as [string, readonly unknown[]],
    );
  }

  /** Whether an open document's name ends like this. */
  async hasDocument(ending: string): Promise<boolean> {
    return await this.host(
      (vscode, end) => vscode.workspace.textDocuments.some((document) => document.uri.path.endsWith(end)),
      ending,
    );
  }

  /** The text of an open document whose name ends like this. */
  async documentText(ending: string): Promise<string> {
    const text = await this.host((vscode, end) => {
      const found = vscode.workspace.textDocuments.find((document) => document.uri.path.endsWith(end));
      return found?.getText() ?? null;
    }, ending);
    if (text === null) throw new Error(`No open document's name ends with ${ending}.`);
    return text;
  }

  /** What this file changed in the editor that all share. */
  get changes(): Changes {
    return this.#server.changes;
  }

  /** Sets a setting of the user, or takes it away by null; it is put back after the file. */
  async setting(name: string, value: unknown): Promise<void> {
    const before = await this.host(
      async (vscode, [key, given]) => {
        const configuration = vscode.workspace.getConfiguration();
        const found = configuration.inspect<unknown>(key)?.globalValue ?? null;
        await configuration.update(key, given ?? undefined, vscode.ConfigurationTarget.Global);
        return found;
      },
      [name, value] as [string, unknown],
    );
    if (!this.changes.settings.has(name)) this.changes.settings.set(name, before);
  }
}
