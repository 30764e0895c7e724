import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { bridgeFolder, EditorServer, type ServerOptions } from "./server.js";
import { EditorWindow } from "./window.js";

/** Files of a workspace by their paths relative to its folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A server and the browser that shows it. */
export class Editor {
  readonly server: EditorServer;
  readonly context: BrowserContext;
  #windows: EditorWindow[] = [];

  constructor(server: EditorServer, context: BrowserContext) {
    this.server = server;
    this.context = context;
  }

  /** Opens a window on a folder that exists, or on a new one with these files. */
  async open(workspace: string | Files = {}): Promise<EditorWindow> {
    const folder = typeof workspace === "string" ? realpathSync(workspace) : this.#makeWorkspace(workspace);
    return await this.#show(await this.context.newPage(), folder);
  }

  /**
   * Opens a window whose extension host runs the `run` function of a CommonJS file and ends: VS Code's own way to run tests.
   * Resolves with the exit code; modal dialogs are answered by the editor itself in such a window.
   */
  async runSuites(runner: string): Promise<{ window: EditorWindow; code: number }> {
    const page = await this.context.newPage();
    const exit = new Promise<number>((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error("The suites in the extension host did not end in 5 minutes.")),
        300_000,
      );
      void page.exposeFunction("codeAutomationExit", (code: number) => {
        clearTimeout(limit);
        resolve(code);
      });
      void page.exposeFunction("codeAutomationLog", () => undefined);
    });
    const address = { $mid: 1, scheme: "vscode-remote", authority: `127.0.0.1:${this.server.port}` };
    // The editor wants an extension under development; the bridge is one, and the product stays what was installed.
    const options = {
      extensions: [{ ...address, path: bridgeFolder }],
      extensionTestsPath: { ...address, path: runner },
    };
    await page.addInitScript(`{
      const read = Element.prototype.getAttribute;
      Element.prototype.getAttribute = function (name) {
        const value = read.call(this, name);
        if (this.id !== "vscode-workbench-web-configuration" || name !== "data-settings") return value;
        return JSON.stringify({ ...JSON.parse(value), developmentOptions: ${JSON.stringify(options)} });
      };
    }`);
    const window = await this.#show(page, this.#makeWorkspace({}));
    return { window, code: await exit };
  }

  get windows(): readonly EditorWindow[] {
    return this.#windows;
  }

  async close(): Promise<void> {
    try {
      await this.context.close();
    } finally {
      await this.server.close();
    }
  }

  async #show(page: Page, folder: string): Promise<EditorWindow> {
    const window = await EditorWindow.open(this.server, page, folder);
    this.#windows.push(window);
    page.on("close", () => {
      this.#windows = this.#windows.filter((other) => other !== window);
    });
    return window;
  }

  #makeWorkspace(files: Files): string {
    const folder = path.join(mkdtempSync(path.join(realpathSync(this.server.root), "w")), "project");
    mkdirSync(folder);
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return folder;
  }
}

/** Starts an editor of one's own. Whoever starts it closes it; `setup.ts` ends what a failure left. */
export async function startEditor(options: ServerOptions = {}): Promise<Editor> {
  const server = await EditorServer.start(options);
  try {
    // The profile outlives a page, so that secrets and the state of views survive a reload as they do for people.
    const context = await chromium.launchPersistentContext(path.join(server.root, "browser"), {
      executablePath: process.env["PRECEPTOR_CHROMIUM"] ?? "/usr/bin/chromium",
      headless: true,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
      env: { ...process.env, HOME: server.root },
      viewport: { width: 1280, height: 800 },
      permissions: ["clipboard-read", "clipboard-write"],
      acceptDownloads: true,
    });
    return new Editor(server, context);
  } catch (error) {
    await server.close();
    throw error;
  }
}
