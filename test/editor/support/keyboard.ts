import path from "node:path";
import type { Frame, Locator } from "playwright-core";
import { pause, until } from "./processes.js";
import type { EditorWindow } from "./window.js";

/** What has the focus in a document, below all of its shadow roots. */
export interface Focused {
  /** Whether the focus is in this document at all. */
  readonly here: boolean;
  readonly tag: string;
  /** Accessible name or text, in one line. */
  readonly name: string;
  /** Whether a person sees that it has the focus: its outline or shadow has a width and a colour. */
  readonly ring: boolean;
  /** Its place among everything of the document that Tab should reach; -1 for what it should not. */
  readonly place: number;
}

const nothing: Focused = { here: false, tag: "", name: "", ring: false, place: -1 };

/** `focused()` and `stops()` of a page, as a text because pages have types of their own. */
const look = `
  const deepest = () => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at;
  };
  const stops = (from = document.body) => {
    const found = [];
    for (const element of from.querySelectorAll("*")) {
      const control = element.matches("a[href], button, input, select, textarea, summary, [tabindex]");
      const reachable = control && element.tabIndex >= 0 && !element.disabled;
      if (reachable && element.checkVisibility({ visibilityProperty: true })) found.push(element);
      if (element.shadowRoot) found.push(...stops(element.shadowRoot));
    }
    return found;
  };
  const named = (element) => {
    const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.innerText ?? "";
    return name.replace(/\\s+/g, " ").trim().slice(0, 120);
  };
  const focused = () => {
    const element = deepest();
    if (element === null) return null;
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(element);
    const clear = /^rgba\\(.*, 0\\)$|^transparent$/.test(outlineColor);
    return {
      here: document.hasFocus() && element !== document.body,
      tag: element.tagName.toLowerCase(),
      name: element === document.body ? "" : named(element),
      ring: (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 && !clear) || boxShadow !== "none",
      place: stops().indexOf(element),
    };
  };`;

/** A person without a mouse: everything is done by keys, and what is on screen is only read. */
export class Keyboard {
  readonly #window: EditorWindow;

  constructor(window: EditorWindow) {
    this.#window = window;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#window.page.keyboard.press(key);
  }

  /**
   * Presses a key until it did what it should, for keys that a part of the editor drops while it still reads: a tree whose rows
   * are replaced, a dialog for files. A person presses again.
   */
  async insist(key: string, done: () => Promise<boolean>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      await this.press(key);
      try {
        await until(`${key} to do something`, async () => ((await done()) ? true : undefined), { timeout: 10_000 });
        return;
      } catch (error) {
        if (tries === 3) throw error;
      }
    }
  }

  async type(text: string): Promise<void> {
    await this.#window.page.keyboard.type(text);
  }

  /** Runs a command by its row in the palette. */
  async palette(title: string): Promise<void> {
    const { quickInput } = this.#window;
    for (let tries = 1; ; tries += 1) {
      await this.press("F1");
      try {
        await quickInput.locator("input:focus").waitFor({ timeout: 4000 });
        await this.press("Control+a");
        await this.type(`>${title}`);
        await this.#window.quickRow(title).and(this.#window.page.locator(".focused")).waitFor({ timeout: 4000 });
        return await this.press("Enter");
      } catch (error) {
        // A document that opens at this moment takes the focus, which closes the palette; a person opens it again.
        if (tries === 4) throw error;
        await this.press("Escape");
      }
    }
  }

  /** Goes to a row of the open list of choices, and takes it. */
  async choose(label: string): Promise<void> {
    const { quickInput } = this.#window;
    const row = this.#window.quickRow(label);
    await row.waitFor({ timeout: 60_000 });
    await quickInput.locator("input:focus").waitFor();
    const focused = row.and(this.#window.page.locator(".focused"));
    for (let presses = 0; (await focused.count()) === 0; presses += 1) {
      if (presses === 50) throw new Error(`ArrowDown does not reach ${label}.`);
      await this.press("ArrowDown");
    }
    await this.press("Enter");
  }

  /**
   * Pastes a path into the open dialog for files, and takes it by the dialog's button when what is there is listed.
   *
   * @param listed a name in the list: that of the file, or of something in the folder.
   */
  async choosePath(title: string, place: string, button: string, listed = path.basename(place)): Promise<void> {
    const { quickInput } = this.#window;
    const heading = quickInput.locator(".quick-input-title").getByText(title, { exact: true });
    await heading.waitFor({ timeout: 30_000 });
    const input = quickInput.locator("input:focus");
    // The dialog writes the folder that it begins with when it has read it, over what was typed before.
    await until(`the dialog ${title} to have read its folder`, async () => {
      const ready = (await input.inputValue()).includes("/");
      return ready && (await quickInput.locator(".monaco-list-row").count()) > 0 ? true : undefined;
    });
    const row = quickInput.locator(".monaco-list-row", { hasText: listed }).first();
    for (let tries = 1; tries === 1 || !(await row.isVisible()); tries += 1) {
      if (tries > 3) throw new Error(`The dialog ${title} does not list ${listed}.`);
      await this.press("Control+a");
      await this.#window.page.keyboard.insertText(place);
      for (let look = 0; look < 80 && !(await row.isVisible()); look += 1) await pause(100);
    }
    // It lists what it has read before it listens to keys again.
    await pause(1000);
    await this.pressUntil("Tab", new RegExp(`^${button}$`, "u"));
    await this.insist("Enter", async () => (await heading.count()) === 0);
  }

  /** What has the focus in the workbench, or in a panel's page. A page that is gone has no focus. */
  async focused(page: Frame | null = null): Promise<Focused> {
    try {
      return (
        (await (page ?? this.#window.page).evaluate<Focused | null>(`(() => {${look}\nreturn focused(); })()`)) ??
        nothing
      );
    } catch (error) {
      if (page?.isDetached() === true) return nothing;
      throw error;
    }
  }

  /** Names of everything in a panel that Tab should reach, in the order of the document. */
  async stops(page: Frame): Promise<string[]> {
    return await page.evaluate<string[]>(`(() => {${look}\nreturn stops().map(named); })()`);
  }

  /** Waits until what has the focus in a page has a name that fits. */
  async awaitFocus(name: RegExp, page: Frame | null = null): Promise<Focused> {
    let last = nothing;
    try {
      return await until(
        `the focus on ${String(name)}`,
        async () => {
          last = await this.focused(page);
          return last.here && name.test(last.name) ? last : undefined;
        },
        { timeout: 30_000 },
      );
    } catch (error) {
      throw new Error(`The focus is on ${JSON.stringify(last)}.`, { cause: error });
    }
  }

  /** Presses a key until what has the focus in a page has a name that fits. */
  async pressUntil(key: string, name: RegExp, page: Frame | null = null): Promise<Focused> {
    return await this.#until(key, name, () => this.focused(page));
  }

  /** Presses a key until the row with the focus, in the list that has it, has a name that fits. */
  async toRow(key: string, name: RegExp): Promise<void> {
    await this.#until(key, name, () => this.#row());
  }

  /**
   * Finds a row of the list with the focus by typing how it begins. A list whose rows are replaced meanwhile forgets what was
   * typed, and so does one that waits too long for the next letter; a person types again.
   */
  async typeAhead(text: string, name: RegExp): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      await this.type(text);
      try {
        const found = async (): Promise<true | undefined> => (name.test((await this.#row()).name) ? true : undefined);
        return void (await until(`the row ${String(name)} to have the focus`, found, { timeout: 5000 }));
      } catch (error) {
        if (tries === 4) throw error;
      }
    }
  }

  /** Opens the closed row that has the focus, and waits for what is in it. */
  async open(inside: Locator): Promise<void> {
    await this.insist("ArrowRight", () => inside.isVisible());
  }

  /** Leaves a panel by Shift+Tab, and goes through it by Tab until the focus leaves it; what had the focus, in this order. */
  async tour(page: Frame): Promise<Focused[]> {
    await this.#until("Shift+Tab", /^outside$/u, async () => {
      const focused = await this.focused(page);
      return focused.here ? focused : { ...nothing, here: true, name: "outside" };
    });
    const passed: Focused[] = [];
    while (passed.length < 200) {
      await this.press("Tab");
      const focused = await this.focused(page);
      if (!focused.here) return passed;
      passed.push(focused);
    }
    throw new Error(`Tab does not leave the panel:\n${passed.map(({ name }) => name).join("\n")}`);
  }

  /** The row with the focus, in the list that has it. */
  async #row(): Promise<Focused> {
    const row = this.#window.page.locator(".monaco-list:focus .monaco-list-row.focused").first();
    const label = (await row.count()) === 0 ? null : await row.getAttribute("aria-label", { timeout: 1000 });
    return { ...nothing, here: label !== null, name: label?.trim() ?? "" };
  }

  async #until(key: string, name: RegExp, read: () => Promise<Focused>): Promise<Focused> {
    const passed: string[] = [];
    while (passed.length < 200) {
      const focused = await read();
      if (focused.here && name.test(focused.name)) return focused;
      passed.push(focused.name);
      await this.press(key);
    }
    throw new Error(`${key} does not reach ${String(name)}; it passes:\n${[...new Set(passed)].join("\n")}`);
  }
}
