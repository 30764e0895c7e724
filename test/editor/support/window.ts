import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import type { ConsoleMessage, Frame, Locator, Page } from "playwright-core";
import { until } from "./processes.js";
import { outputFolder, root } from "./run.js";
import type { EditorServer } from "./server.js";
import { Workbench } from "./workbench.js";

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

/**
 * One window of the editor: its workbench with its extension host below, the pages of its panels, and what is told of it when a
 * test fails.
 */
export class EditorWindow extends Workbench {
  readonly #console: { readonly type: string; readonly text: string; readonly place: string }[] = [];

  private constructor(server: EditorServer, page: Page, folder: string) {
    super(server, page, folder);
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
    await window.connect(() => page.goto(`${server.url}?folder=${encodeURIComponent(folder)}`));
    return window;
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
