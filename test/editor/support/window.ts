import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { ConsoleMessage, Frame, Locator, Page } from "playwright-core";
import type * as vscode from "vscode";
import { pause, until } from "./processes.js";
import { outputFolder, root } from "./run.js";
import type { Changes, EditorServer } from "./server.js";

export type VsCode = typeof vscode;

/** Our extension in messages, stacks and addresses; VS Code itself writes errors into the console of a healthy window. */
const ours = /preceptor\.preceptor/;
const noise = /not a web extension/;

export const themes = {
  dark: "Dark Modern",
  light: "Light Modern",
  highContrast: "Default High Contrast",
  highContrastLight: "Default High Contrast Light",
} as const;
const themeClasses = { dark: "vs-dark", light: "vs", highContrast: "hc-black", highContrastLight: "hc-light" };
const themeKinds = {
  dark: "vscode-dark",
  light: "vscode-light",
  highContrast: "vscode-high-contrast",
  highContrastLight: "vscode-high-contrast-light",
};

/** What is read of an element in the page; the page's own types are not part of this program. */
interface Row {
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { readonly top: number };
}

interface Bridge {
  readonly pid: number;
  readonly port: number;
}

/** One window of the editor: its page, and a way into its extension host. */
export class EditorWindow {
  readonly page: Page;
  readonly folder: string;
  readonly #server: EditorServer;
  #bridge: Bridge | undefined;
  /** Bridges of extension hosts that are not those of this window, or not any more. */
  #others: ReadonlySet<string> = new Set();
  readonly #console: { readonly type: string; readonly text: string; readonly place: string }[] = [];

  private constructor(server: EditorServer, page: Page, folder: string) {
    this.#server = server;
    this.page = page;
    this.folder = folder;
    page.on("console", (message: ConsoleMessage) => {
      const { url, lineNumber } = message.location();
      this.#console.push({ type: message.type(), text: message.text(), place: `${url}:${lineNumber}` });
    });
    page.on("pageerror", (error) => {
      this.#console.push({ type: "error", text: error.stack ?? error.message, place: "uncaught" });
    });
  }

  /** Opens a folder in a new page and waits until its extension host answers. */
  static async open(server: EditorServer, page: Page, folder: string): Promise<EditorWindow> {
    const window = new EditorWindow(server, page, folder);
    await window.#connect(() => page.goto(`${server.url}?folder=${encodeURIComponent(folder)}`));
    return window;
  }

  /**
   * Reloads the window by the editor's own command, which writes down what is open first; a reload of the page may come
   * before that. The extension host ends and a new one starts.
   */
  async reload(): Promise<void> {
    await this.#connect(() => this.begin("workbench.action.reloadWindow"));
  }

  /** Kills the extension host without a word, as a crash would. */
  killExtensionHost(): void {
    this.#others = new Set(readdirSync(this.#bridges));
    process.kill(this.#connection().pid, "SIGKILL");
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  async #connect(navigate: () => Promise<unknown>): Promise<void> {
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

  // ——— the extension host

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

  // ——— palette and quick picks

  /** Runs a command by its title, as a person does. `title` is the row's text: "Preceptor: Try the Demo". */
  async palette(title: string): Promise<void> {
    const input = this.quickInput.locator("input").first();
    for (let tries = 1; ; tries += 1) {
      await this.page.keyboard.press("Escape");
      await this.page.keyboard.press("F1");
      try {
        await input.fill(`>${title}`, { timeout: 4000 });
        await this.quickRow(title).click({ timeout: 4000 });
        return;
      } catch (error) {
        // A document that opens at this moment takes the focus, which closes the palette, and one that was open before the
        // extension was ready lacks its commands; a person opens it again.
        if (tries === 4) throw error;
      }
    }
  }

  /** Whether the palette offers a command of this title now. */
  async paletteOffers(title: string): Promise<boolean> {
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("F1");
    const input = this.quickInput.locator("input").first();
    await input.fill(`>${title}`);
    const row = this.quickRow(title);
    const none = this.quickInput.getByText("No matching commands");
    const similar = this.quickInput.locator(".monaco-list-row").first();
    await row.or(none).or(similar).first().waitFor();
    const offered = (await row.count()) > 0;
    await this.page.keyboard.press("Escape");
    return offered;
  }

  get quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible");
  }

  /** A row of the open quick pick by the text of its label. */
  quickRow(label: string): Locator {
    const exactly = new RegExp(`^\\s*${escapePattern(label)}\\s*$`);
    return this.quickInput
      .locator(".monaco-list-row")
      .filter({ has: this.page.locator(".quick-input-list-label, .label-name").filter({ hasText: exactly }) })
      .first();
  }

  /** Types into the open input box and accepts it. */
  async answer(text: string): Promise<void> {
    const input = this.quickInput.locator("input").first();
    await input.waitFor();
    await input.fill(text);
    await this.accept();
  }

  /** Accepts what an open quick pick or input box offers, when it has the focus: before that, a key goes elsewhere. */
  async accept(): Promise<void> {
    await this.quickInput.locator("input:focus").waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** Leaves an open quick pick or input box by Escape, when it has the focus, and waits until it is gone. */
  async dismiss(): Promise<void> {
    await this.quickInput.locator("input:focus").waitFor();
    await this.page.keyboard.press("Escape");
    await this.quickInput.waitFor({ state: "hidden" });
  }

  // ——— views and trees

  /** Opens a view container by its name in the activity bar. */
  async openContainer(name: string): Promise<void> {
    const icon = this.page.locator(`.activitybar .action-label[aria-label^="${name}"]`).first();
    const title = this.sideBar.locator(".composite.title").getByText(name).first();
    await icon.waitFor();
    // A click on the icon of the open container would close it.
    if (!(await title.isVisible())) await icon.click();
    await title.waitFor();
  }

  get sideBar(): Locator {
    return this.page.locator(".part.sidebar");
  }

  /** A view by its title, for instance `view("Benchmarks")`. */
  view(title: string): Locator {
    const header = this.page.locator(`.pane-header[aria-label^="${title}"]`);
    return this.page.locator(".pane").filter({ has: header }).first();
  }

  /** A row of any tree by its accessible name: the whole of it, or a pattern. */
  row(name: string | RegExp, within: Locator = this.page.locator("body")): Locator {
    return within.getByRole("treeitem", typeof name === "string" ? { name, exact: true } : { name }).first();
  }

  /** The accessible names of all painted rows of a view or another part, from top to bottom. */
  async rows(within: Locator): Promise<string[]> {
    return await within.locator(".monaco-list-row").evaluateAll((rows: readonly Row[]) =>
      rows
        .map((row) => ({ top: row.getBoundingClientRect().top, name: (row.getAttribute("aria-label") ?? "").trim() }))
        .sort((a, b) => a.top - b.top)
        .map(({ name }) => name),
    );
  }

  /** Opens a closed row by the keyboard. */
  async expand(row: Locator): Promise<void> {
    await row.waitFor();
    if ((await row.getAttribute("aria-expanded")) === "true") return;
    await row.click();
    const open = async (): Promise<boolean> => (await row.getAttribute("aria-expanded")) === "true";
    for (let tries = 1; !(await open()); tries += 1) {
      if (tries > 5) throw new Error("The row does not open.");
      // A click opens it where that is how the editor is set; a key is lost while a document that opens takes the focus.
      await row.click();
      if (!(await open())) await this.page.keyboard.press("ArrowRight");
      for (let look = 0; look < 50 && !(await open()); look += 1) await pause(100);
    }
  }

  /** Opens a row's context menu and chooses an entry. */
  async contextMenu(row: Locator, entry: string): Promise<void> {
    await row.click({ button: "right" });
    const item = this.menuItem(entry);
    await item.waitFor();
    // The editor does nothing on a click that comes sooner after the menu than a person's could; the menu stays open then.
    await until(`the menu to close after ${entry}`, async () => {
      if (!(await item.isVisible())) return true;
      await item.click({ timeout: 1000 }).catch(() => undefined);
      await pause(150);
      return undefined;
    });
  }

  menuItem(entry: string): Locator {
    return this.page.locator(".monaco-menu").getByRole("menuitem", { name: entry });
  }

  /** The visible text of a view's welcome content. */
  async welcome(title: string): Promise<string> {
    const content = this.view(title).locator(".welcome-view-content");
    await content.first().waitFor();
    return (await content.allInnerTexts()).join("\n").trim();
  }

  // ——— the rest of the workbench

  /** The texts of the notifications that are on screen now. */
  async notifications(): Promise<string[]> {
    return await this.page.locator(".notification-list-item-message").allInnerTexts();
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator(".notification-list-item").filter({ hasText: text }).first();
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator(".statusbar-item").filter({ hasText: text }).first();
  }

  dialog(): Locator {
    return this.page.locator(".monaco-dialog-box");
  }

  /** The accessible names of the rows of the Problems view. */
  async problems(): Promise<string[]> {
    // The view's own command would close it again when it has the focus.
    await this.run("workbench.panel.markers.view.focus");
    const panel = this.page.locator(".markers-panel");
    await panel.first().waitFor();
    return await this.rows(panel);
  }

  /** The painted lines of a text editor or output view, with plain spaces. */
  async lines(within: Locator): Promise<string[]> {
    await within.locator(".view-lines").first().waitFor();
    const texts = await within.locator(".view-line").allTextContents();
    return texts.map((text) => text.replaceAll("\u00a0", " "));
  }

  /** Changes the theme, and waits until the window has its colours, and the panel that is looked at. */
  async theme(theme: keyof typeof themes, panel?: Frame): Promise<void> {
    await this.setting("workbench.colorTheme", themes[theme]);
    await this.page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor();
    await panel?.locator(`body[data-vscode-theme-kind="${themeKinds[theme]}"]`).waitFor({ state: "attached" });
  }

  /**
   * The document inside a visible webview: the one that has an element like `contains`, because a window may show several.
   * It has all that a page has: `locator`, `getByRole`, `evaluate`.
   */
  async webview(contains = "body *", { timeout = 30_000 }: { timeout?: number } = {}): Promise<Frame> {
    return await until(
      `a webview with ${contains}`,
      async () => {
        for (const frame of this.page.frames()) {
          if (await isVisibleWebview(frame, contains)) return frame;
        }
        return undefined;
      },
      { timeout, every: 100 },
    );
  }

  // ——— evidence

  /** Two painted frames later. */
  async painted(): Promise<void> {
    await this.page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))",
    );
  }

  /**
   * Writes `NAME.png` into the folder for output and returns its path. With UPDATE_SCREENSHOTS=1 a picture that the
   * documentation has goes to docs/images in its place.
   */
  async screenshot(name: string, of: Locator | Page = this.page): Promise<string> {
    const shown = path.join(root, "docs", "images", `${name}.png`);
    const update = process.env["UPDATE_SCREENSHOTS"] === "1" && existsSync(shown);
    const file = update ? shown : path.join(outputFolder(), `${name}.png`);
    rmSync(file, { force: true });
    await this.painted();
    // What is on its way, as a notification that fades in, is shown where it arrives.
    await of.screenshot({ path: file, animations: "disabled" });
    return file;
  }

  /** Errors in the console that come from the extension or its panels. */
  consoleErrors(): string[] {
    return this.#console
      .filter(({ type, text, place }) => type === "error" && ours.test(`${text} ${place}`) && !noise.test(text))
      .map(({ text, place }) => `${text} (${place})`);
  }

  /** What webviews tried and their content security policy refused. */
  cspViolations(): string[] {
    return this.#console
      .filter(({ text }) => /Content Security Policy/.test(text))
      .map(({ text, place }) => `${text} (${place})`);
  }

  /** Everything that the console has said, for a failure's log. */
  consoleText(): string {
    return this.#console.map(({ type, text, place }) => `[${type}] ${text} (${place})`).join("\n");
  }
}

async function isVisibleWebview(frame: Frame, contains: string): Promise<boolean> {
  const parent = frame.parentFrame();
  if (parent === null || !parent.url().includes("extensionId=")) return false;
  try {
    const outer = await parent.frameElement();
    if (!(await outer.isVisible())) return false;
    const inner = await frame.frameElement();
    if ((await inner.getAttribute("id")) !== "active-frame") return false;
    return (await frame.locator(contains).count()) > 0;
  } catch {
    // The frame was replaced while we looked; the next look finds its successor.
    return false;
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
