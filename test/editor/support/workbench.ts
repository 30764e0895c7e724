import type { Locator } from "playwright-core";
import { pause, retried, until } from "./processes.js";
import { WindowHost } from "./windowHost.js";

/** What is read of an element in the page; the page's own types are not part of this program. */
interface Row {
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { readonly top: number };
}

/** What a person sees and uses of the workbench: palette and quick picks, views and their rows, menus, notifications. */
export class Workbench extends WindowHost {
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

  /** Checks rows in the list of choices that a command opens, and accepts them. */
  async check(command: string, labels: readonly string[]): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      await this.begin(command);
      try {
        for (const label of labels) await this.quickRow(label).click({ timeout: 8000 });
        return await this.accept();
      } catch (error) {
        // Whatever takes the focus at this moment closes the list; a person opens it again.
        if (tries === 3) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
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

  /** The text of a row's tooltip. A row that is painted anew under the mouse forgets that it is there: then the mouse comes again. */
  async tooltip(row: Locator): Promise<string> {
    const shown = this.page.locator(".monaco-hover:visible, .workbench-hover:visible").first();
    return await retried(8, async () => {
      await this.page.mouse.move(0, 0);
      await row.hover();
      await shown.waitFor({ timeout: 4000 });
      return await shown.innerText({ timeout: 1000 });
    });
  }

  /** Presses a button that a row shows under the mouse. A view that grows moves its rows, so it may take some tries. */
  async rowAction(row: Locator, name: string): Promise<void> {
    const button = row.getByRole("button", { name });
    await retried(10, async () => {
      await row.hover({ timeout: 3000 });
      await button.click({ timeout: 3000 });
    });
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

  /** Clicks on a code lens until it did something: one that is painted anew at this moment loses a click. */
  async lens(title: string, done: () => Promise<boolean>): Promise<void> {
    const lens = this.page.locator(".codelens-decoration a").getByText(title, { exact: true }).first();
    for (let tries = 1; ; tries += 1) {
      await lens.click();
      try {
        await until(`${title} to do something`, async () => ((await done()) ? true : undefined), { timeout: 8000 });
        return;
      } catch (error) {
        if (tries === 4 || !(await lens.isVisible())) throw error;
      }
    }
  }

  /** The painted lines of a text editor or output view, with plain spaces. */
  async lines(within: Locator): Promise<string[]> {
    await within.locator(".view-lines").first().waitFor();
    const texts = await within.locator(".view-line").allTextContents();
    return texts.map((text) => text.replaceAll("\u00a0", " "));
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
