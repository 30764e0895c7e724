/** Rules of the editor's guidelines that only a running editor can show; each test names its rules by their numbers. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pseudo } from "../../../scripts/lib/localized.mjs";
import { gateOrder } from "../../../src/engine/gates/chain.js";
import { runHere } from "../../loop/support.js";
import { makeProject, shortConfiguration } from "../../support/project.js";
import { startEditor, type Editor } from "../support/editor.js";
import { leaveEvidence, useEditor } from "../support/fixture.js";
import { watchHost } from "../support/hostWatch.js";
import { axeViolations, sidewaysOverflow } from "../support/pages.js";
import { root, vsixFile } from "../support/run.js";
import { themes, type EditorWindow } from "../support/window.js";

const project = makeProject(shortConfiguration(["math", "choice"]));
await runHere(project.folder);
afterAll(() => project.remove());

const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
};

const [error = ""] = readFileSync(
  path.join(project.folder, ".preceptor", "runs", "run-1", "stages", "1-contrast", "contrast.jsonl"),
  "utf8",
)
  .split("\n")
  .slice(0, -1)
  .map((line) => (JSON.parse(line) as { error: string }).error)
  .filter((key) => key.startsWith("demo-math/"));
const ref = { run: "run-1", iteration: 1, stage: "collect", key: error };

/** Panels with the command that opens each. */
const panels = [
  { name: "contrast", command: "preceptor.showContrastSet", argument: ref },
  { name: "report", command: "preceptor.openReport", argument: { run: "run-1" } },
  { name: "instructor", command: "preceptor.showInstructorOutput", argument: ref },
] as const;

async function openPanel(window: EditorWindow, { name, command, argument }: (typeof panels)[number]): Promise<Frame> {
  await window.begin(command, argument);
  const panel = await window.webview(`preceptor-${name}`);
  await panel.locator("main").first().waitFor({ timeout: 30_000 });
  await panel.locator("main").getByText("demo-").first().waitFor({ timeout: 30_000 });
  return panel;
}

describe("a project after a run", () => {
  const ui = useEditor({ workspace: project.folder });

  test("(ux 25) no panel opens by itself, (ux 9) and every declared command is there", async () => {
    const { window } = ui;
    await window.openContainer("Preceptor");
    await window.row(/^demo-math/u, window.view("Benchmarks")).waitFor({ timeout: 60_000 });
    expect(await window.page.locator("iframe.webview").count()).toBe(0);
    expect(await window.host((vscode) => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length)).toBe(0);
    const known = new Set(await window.host(async (vscode) => vscode.commands.getCommands(true)));
    for (const { command } of manifest.contributes.commands) expect(known, command).toContain(command);
  });

  test("(ux 17) what was opened stays open when the view is read again", async () => {
    const { window } = ui;
    const view = window.view("Benchmarks");
    await window.expand(window.row(/^demo-math/u, view));
    await window.expand(window.row(/^run-1 · iteration 1 · target/u, view));
    // A row is open before what is in it is painted.
    await window.row(/^(?!demo|run)[^,]+, \d+ errors?/u, view).waitFor();
    await expect.poll(async () => (await window.rows(view)).join("\n")).not.toContain("reading…");
    const before = await window.rows(view);
    await window.run("preceptor.refreshProject");
    await window.painted();
    await expect.poll(() => window.rows(view)).toEqual(before);
  });

  test("(ux 70) a row says in its text and name what its tooltip says first", async () => {
    const { window } = ui;
    const row = window.row(/^demo-math/u, window.view("Benchmarks"));
    const said = await window.tooltip(row);
    const [, share = ""] = /([\d.]+) %/u.exec(said) ?? [];
    expect(share, said).not.toBe("");
    expect(await row.getAttribute("aria-label")).toContain(share);
    expect(await row.innerText()).toContain(share);
    await window.page.mouse.move(0, 0);
  });

  test("(ux 21, 36, 40) progress is in the view, ends with what it is about, and cancelling is silent", async () => {
    const { window } = ui;
    const view = window.view("Iterations");
    await window.run("preceptor.iterations.focus");
    await window.page.evaluate(`{
      const pane = document.querySelector('.pane-header[aria-label^="Iterations"]').closest(".pane");
      window.__progress = 0;
      new MutationObserver(() => {
        if (pane.querySelector(".monaco-progress-container.active")) window.__progress += 1;
      }).observe(pane, { subtree: true, attributes: true, childList: true });
    }`);
    await window.begin("preceptor.runIteration");
    await window.quickRow("Estimate").waitFor({ timeout: 30_000 });
    expect(await window.page.evaluate<number>("window.__progress")).toBeGreaterThan(0);
    expect(await window.notifications()).toEqual([]);
    await window.dismiss();
    await expect.poll(() => view.locator(".monaco-progress-container.active").count()).toBe(0);
    expect(await window.notifications()).toEqual([]);
    for (const command of ["preceptor.goToCase", "preceptor.groupCases", "preceptor.filterCases"]) {
      await window.begin(command);
      await window.quickInput.waitFor();
      // (ux 41) Each says what it is for.
      expect(await window.quickInput.locator("input").first().getAttribute("placeholder"), command).not.toBe("");
      await window.dismiss();
    }
    expect(await window.notifications()).toEqual([]);
    expect(readdirSync(path.join(project.folder, ".preceptor", "runs"))).toEqual(["run-1"]);
  });

  test(
    "(ux 26, 29, 31, 65, 66) panels: strict policy, four themes without a violation, 300 px, 200 % zoom",
    { timeout: 300_000 },
    async () => {
      const { window } = ui;
      await window.run("workbench.action.closeSidebar");
      for (const one of panels) {
        await window.run("workbench.action.closeAllEditors");
        const panel = await openPanel(window, one);
        const policy = await panel
          .locator('meta[http-equiv="Content-Security-Policy"]')
          .first()
          .getAttribute("content");
        expect(policy, one.name).toMatch(/^default-src 'none';/u);
        expect(policy, one.name).not.toMatch(/unsafe/u);
        for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
          await window.theme(theme, panel);
          await panel.locator("main").waitFor();
          await window.painted();
          expect(await axeViolations(panel), `${one.name}, ${theme}`).toEqual([]);
        }
        await window.theme("dark", panel);
        // Half of the width is what is left of 600 px at 200 %.
        for (const width of [300, 640]) {
          await window.page.setViewportSize({ width: width + 60, height: 800 });
          await expect.poll(() => panel.evaluate<number>("innerWidth")).toBeLessThan(width + 60);
          await expect.poll(() => sidewaysOverflow(panel), { message: `${one.name} at ${width} px` }).toBe(0);
        }
        await window.page.setViewportSize({ width: 1280, height: 800 });
      }
      expect(window.cspViolations()).toEqual([]);
    },
  );

  test("(ux 67, 68) one polite live region tells results, and motion can be reduced", async () => {
    const { window } = ui;
    await window.run("workbench.action.closeAllEditors");
    await window.setting("workbench.reduceMotion", "on");
    const panel = await openPanel(window, panels[0]);
    const regions = panel.locator('[aria-live="polite"], [role="status"]');
    expect(await regions.count()).toBe(1);
    await panel.getByRole("button", { name: "More neighbours" }).click();
    await expect.poll(() => regions.first().textContent()).toMatch(/\d+ neighbours/u);
    await panel.locator("body.vscode-reduce-motion").waitFor({ state: "attached" });
    const moving = await panel.evaluate<string[]>(`(() => {
      const found = [];
      const visit = (root) => {
        for (const element of root.querySelectorAll("*")) {
          if (element.shadowRoot) visit(element.shadowRoot);
          const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
          const long = (text) => text.split(",").some((one) => parseFloat(one) > 0.01);
          if ((animationName !== "none" && long(animationDuration)) || long(transitionDuration)) found.push(element.outerHTML.slice(0, 120));
        }
      };
      visit(document);
      return found;
    })()`);
    expect(moving).toEqual([]);
  });

  test("(ux 28) panels are restored after a reload as they were", async () => {
    const { window } = ui;
    const k = async (): Promise<string | null> =>
      (await window.webview("preceptor-contrast")).locator("#k").textContent({ timeout: 30_000 });
    const table = async (): Promise<string> =>
      (await window.webview("preceptor-report")).locator("section[aria-labelledby=accuracy] table").innerText();
    // Beside each other, because what is behind a tab comes back only when somebody looks.
    await openPanel(window, panels[1]);
    await window.run("workbench.action.moveEditorToNextGroup");
    const before = [await k(), await table()];
    expect(before[1]).toContain("demo-math");
    await window.reload();
    await expect.poll(async () => [await k(), await table()], { timeout: 60_000 }).toEqual(before);
    expect(window.consoleErrors()).toEqual([]);
  });

  test("(ux 39) the log is an output channel, and says nothing of what models were told", async () => {
    const { window } = ui;
    await window.run("preceptor.showLog");
    const output = window.page.locator(".part.panel");
    await expect.poll(async () => (await window.lines(output)).join("\n")).toContain("Activated in");
    const logs = ui.editor.server.logs().filter((file) => /Preceptor/u.test(file));
    expect(logs.length).toBeGreaterThan(0);
    for (const file of logs) expect(readFileSync(file, "utf8")).not.toMatch(/Solve the|teacher of/u);
  });
});

describe("the first run, in another language", () => {
  const watched = watchHost();
  const editors: Editor[] = [];
  let editor: Editor;
  let window: EditorWindow;

  beforeAll(async () => {
    editor = await startEditor({ vsix: vsixFile(), env: watched.env });
    editors.push(editor);
    const [installed = ""] = readdirSync(path.join(editor.server.root, "exts")).filter((name) =>
      name.startsWith("preceptor.preceptor-"),
    );
    const extension = path.join(editor.server.root, "exts", installed);
    const translated = (texts: readonly (readonly [string, string])[]): string =>
      JSON.stringify(Object.fromEntries(texts.map(([key, text]) => [key, pseudo(text)])));
    for (const name of ["package.nls", "l10n/bundle.l10n"]) {
      const texts = JSON.parse(readFileSync(path.join(extension, `${name}.json`), "utf8")) as Record<string, string>;
      writeFileSync(path.join(extension, `${name}.qps-ploc.json`), translated(Object.entries(texts)));
    }
    // The editor's own texts stay as they are; extensions are told the language.
    await editor.context.addInitScript(
      `Object.defineProperty(globalThis, "_VSCODE_NLS_LANGUAGE", { get: () => "qps-ploc", set: () => undefined });`,
    );
    window = await editor.open();
  }, 180_000);
  afterAll(async () => {
    // Where the start failed, that is what should be read.
    for (const one of editors) await one.close();
    watched.remove();
  });
  const check = (name: string, body: () => Promise<void>): void => {
    test(name, { timeout: 180_000 }, async () => {
      try {
        await body();
      } catch (thrown) {
        await leaveEvidence(editor, name);
        throw thrown;
      }
    });
  };
  const isPseudo = (text: string): boolean => text.includes("⟦") || !/\p{L}{3}/u.test(text);

  check("(ux 25, 52) writes nothing, starts no process, asks nobody and opens no page", async () => {
    const before = readdirSync(window.folder);
    await window.run("workbench.view.extension.preceptor");
    await window.page.locator(".welcome-view-content").first().waitFor();
    expect(await window.page.locator("iframe.webview").count()).toBe(0);
    expect(await window.host((vscode) => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length)).toBe(0);
    expect(watched.deeds()).toEqual([]);
    expect(readdirSync(window.folder)).toEqual(before);
    const storage = path.join(editor.server.root, "data", "User", "globalStorage", "preceptor.preceptor");
    expect(() => readdirSync(storage)).toThrow("ENOENT");
    expect(await window.notifications()).toEqual([]);
  });

  check("(ux 62) views and commands have no word that is not translated", async () => {
    expect(await window.host((vscode) => vscode.env.language)).toBe("qps-ploc");
    const panes = window.page.locator(".part.sidebar .pane");
    const welcome = ".welcome-view-content p, .welcome-view-content .monaco-button";
    for (const [part, least] of [
      [".pane-header .title", 4],
      [welcome, 2],
    ] as const) {
      const texts = await panes.locator(part).allInnerTexts();
      expect(texts.length, part).toBeGreaterThanOrEqual(least);
      for (const text of texts) expect(text, part).toSatisfy(isPseudo);
    }
    const titles = await window.host((vscode) => {
      const found = vscode.extensions.getExtension<unknown>("preceptor.preceptor");
      const { contributes } = found?.packageJSON as {
        contributes: { commands: { title: string | { value: string } }[] };
      };
      return contributes.commands.map(({ title }) => (typeof title === "string" ? title : title.value));
    });
    expect(titles.length).toBeGreaterThan(20);
    for (const title of titles) expect(title).toSatisfy(isPseudo);
  });

  check("(ux 62) rows, choices and panels have none either, and nothing is clipped", async () => {
    await window.close();
    window = await editor.open(project.folder);
    await window.run("workbench.view.extension.preceptor");
    const row = window.row(/^demo-math/u);
    await row.waitFor({ timeout: 60_000 });
    expect(await row.innerText()).toContain("⟦");
    for (const command of ["groupCases", "sortCases", "filterCases"]) {
      await window.begin(`preceptor.${command}`);
      const labels = window.quickInput.locator(".monaco-list-row .label-name");
      await labels.nth(1).waitFor();
      for (const text of await labels.allInnerTexts()) expect(text, command).toSatisfy(isPseudo);
      await window.dismiss();
    }
    for (const one of panels) {
      await window.run("workbench.action.closeAllEditors");
      await window.begin(one.command, one.argument);
      const panel = await window.webview(`preceptor-${one.name}`);
      await panel.locator("main").getByText("demo-").first().waitFor({ timeout: 30_000 });
      // Keys of cases and names of formats, models and gates are data.
      const data = new RegExp(
        `demo-|run-1|Markdown|CSV|HTML|^(LEC?|AugGPT|student|instructor|${gateOrder.join("|")})$`,
        "u",
      );
      const words = panel.locator("main :is(button, h1, h2, h3, th, label, summary)");
      // What a panel shows of one error comes after its list.
      await expect.poll(async () => words.count(), { timeout: 30_000, message: one.name }).toBeGreaterThan(3);
      const texts = await words.allInnerTexts();
      expect(
        texts.flatMap((text) => text.split("\n")).filter((text) => !isPseudo(text) && !data.test(text)),
        one.name,
      ).toEqual([]);
      expect(await sidewaysOverflow(panel), one.name).toBe(0);
    }
    expect(window.consoleErrors()).toEqual([]);
  });

  check(
    "(ux 62) what the engine words is translated, too: a notification, a tooltip, a plan, a panel, a problem",
    async () => {
      const isTranslated = (text: string, said: string): void => {
        expect(text).toContain(pseudo(said));
        expect(text).not.toContain(said);
      };
      await window.run("workbench.action.closeAllEditors");
      await window.begin("preceptor.runTests", ref);
      const notice = window.page.locator(".notification-list-item-message").first();
      await notice.waitFor({ timeout: 30_000 });
      isTranslated(await notice.innerText(), "The response to this case is no program.");
      isTranslated(await notice.innerText(), "Open a case of a code benchmark.");
      await window.run("notifications.clearAll");

      await window.begin("preceptor.showContrastSet", { ...ref, key: "demo-math/target/nobody" });
      const panel = await window.webview("preceptor-contrast");
      const alert = panel.locator(".fault p");
      await alert.waitFor({ timeout: 30_000 });
      isTranslated(await alert.innerText(), "The project has no case of this key any more.");

      await window.begin("preceptor.resumeRun", "run-77");
      await expect
        .poll(() => window.quickInput.innerText(), { timeout: 30_000 })
        .toContain(pseudo("There is no such run."));
      await window.page.keyboard.press("Escape");

      mkdirSync(path.join(project.folder, ".preceptor", "runs", "run-8"));
      writeFileSync(path.join(project.folder, ".preceptor", "runs", "run-8", "run.json"), "{");
      await window.run("preceptor.iterations.focus");
      const broken = window.row(/run-8/u, window.view(pseudo("Iterations")));
      await broken.waitFor({ timeout: 30_000 });
      await expect
        .poll(() => window.tooltip(broken), { timeout: 60_000, interval: 2000 })
        .toContain(pseudo("This is not JSON."));
      await window.page.mouse.move(0, 0);

      const file = path.join(project.folder, "preceptor.json");
      const written = JSON.parse(readFileSync(file, "utf8")) as { readonly [field: string]: unknown };
      writeFileSync(file, JSON.stringify({ ...written, target: "nobody" }, null, 2));
      const diagnostics = async (): Promise<readonly string[]> =>
        window.host(async (vscode, name) => {
          await vscode.window.showTextDocument(vscode.Uri.file(name));
          return vscode.languages.getDiagnostics(vscode.Uri.file(name)).map(({ message }) => message);
        }, file);
      const said = pseudo("names no entry of `models`");
      await expect.poll(async () => (await diagnostics()).join("\n"), { timeout: 30_000 }).toContain(said);
      expect(window.consoleErrors()).toEqual([]);
    },
  );
});
