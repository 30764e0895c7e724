import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as VsCode from "vscode";
import type { ConfigurationInput } from "../../../src/engine/configuration/index.js";
import type { CaseRef } from "../../../src/protocol/worker/index.js";
import { makeShop } from "../../cases/shop.js";
import { useEditor } from "../support/fixture.js";
import { lensesOf } from "../support/lenses.js";
import type { EditorWindow } from "../support/window.js";

const shop = await makeShop();
const ui = useEditor({ workspace: shop.folder });
let window: EditorWindow;
beforeAll(async () => {
  ({ window } = ui);
  await window.page.setViewportSize({ width: 1280, height: 560 });
  await window.run("workbench.action.closeSidebar");
});
afterAll(() => shop.remove());

/** The machine may be busy. */
const soon = { timeout: 30_000 };

const refOf = (key: string): CaseRef => ({ run: "run-1", iteration: 1, stage: "collect", key });

interface OpenDocument {
  readonly name: string;
  readonly language: string;
  readonly column: number | undefined;
  readonly text: string;
}

/** The case documents that are on screen, from left to right. */
async function shownDocuments(): Promise<OpenDocument[]> {
  return window.host((vscode) =>
    vscode.window.visibleTextEditors
      .filter(({ document }) => document.uri.scheme === "preceptor")
      .map(({ document, viewColumn }) => ({
        name: document.uri.path.split("/").at(-1) ?? "",
        language: document.languageId,
        column: viewColumn,
        text: document.getText(),
      }))
      .sort((a, b) => (a.column ?? 0) - (b.column ?? 0)),
  );
}

/** Problems of a document: the text that each marks, its words, and where it points to. */
async function problemsOf(name: string): Promise<string[]> {
  return window.host((vscode, wanted) => {
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.path.endsWith(`/${wanted}`));
    if (document === undefined) return [];
    return vscode.languages.getDiagnostics(document.uri).map(({ range, message, relatedInformation = [] }) => {
      const there = relatedInformation.map(({ location }) => location.uri.path.split("/").at(-1)).join(", ");
      return `${document.getText(range)} | ${message}${there === "" ? "" : ` | ${there}`}`;
    });
  }, name);
}

const lenses = async (name: string): Promise<string[]> => lensesOf(window, `/${name}`);
const names = async (): Promise<string[]> => (await shownDocuments()).map(({ name }) => name);

describe("a failing case of mathematics", () => {
  test("opens as checked arithmetic beside its reference", async () => {
    await window.run("preceptor.openCase", refOf("sums/train/211"));
    await expect.poll(names, soon).toEqual(["211.case", "211.reference.case"]);
    const [response] = await shownDocuments();
    expect(response?.language).toBe("preceptor-case");
    expect(response?.text).toContain("sums 211  ✗ wrong: 62, gold 72");
    await expect
      .poll(() => problemsOf("211.case"), soon)
      .toEqual(["48 + 24 = 62 | 48 + 24 is 72, not 62 | 211.reference.case"]);
    const lines = window.page.locator(".editor-instance").first().locator(".view-lines");
    await lines.getByText("paper: 62 ✗").waitFor();
    await lines.getByText("= step 2").waitFor();
    const status = window.page.locator(".codelens-decoration");
    await status.getByText("1,204 tokens").waitFor();
    expect(await lenses("211.case")).toEqual(
      expect.arrayContaining(["Contrast Set", "Mark As...", "Ask Again...", expect.stringMatching(/^1,204 tokens/u)]),
    );
    await window.screenshot("case-math");
  });

  test("is read-only, and its facts are one click away", async () => {
    await window.run("preceptor.showCaseDetails", refOf("sums/train/211"));
    await expect.poll(names, soon).toContain("211.details.case");
    const details = (await shownDocuments()).find(({ name }) => name === "211.details.case");
    expect(details?.text).toContain("Prompt that was sent");
    expect(details?.text).toContain("Solve the problem step by step");
    expect(details?.text).toContain("✗ run-1 · iteration 1 · target split");
    const writable = await window.host(async (vscode) => {
      const uri = vscode.window.visibleTextEditors.find(({ document }) => document.uri.path.endsWith("211.case"))
        ?.document.uri;
      if (uri === undefined) return null;
      const edit = new vscode.WorkspaceEdit();
      edit.insert(uri, new vscode.Position(0, 0), "x");
      await vscode.workspace.applyEdit(edit);
      try {
        await vscode.workspace.fs.writeFile(uri, new Uint8Array());
        return true;
      } catch {
        return vscode.workspace.fs.isWritableFileSystem(uri.scheme) ?? null;
      }
    });
    expect(writable).toBe(false);
    await window.run("workbench.action.closeAllEditors");
  });
});

describe("what is to know about a case", () => {
  const file = path.join(shop.folder, "preceptor.json");

  test("is a note of one's own, in the project and in its facts, which are one hover away", async () => {
    await window.run("preceptor.openCase", refOf("sums/train/211"));
    await expect.poll(names, soon).toEqual(["211.case", "211.reference.case"]);
    await window.begin("preceptor.addNote");
    await window.answer("Added before it halved.");
    const decisions = path.join(shop.folder, "decisions", "triage.jsonl");
    const written = (): string => (existsSync(decisions) ? readFileSync(decisions, "utf8") : "");
    await expect.poll(written, soon).toMatch(/"case":"sums\/train\/211".*"note":"Added before it halved\."/u);
    const hovered = (): Promise<string> =>
      window.host(async (vscode) => {
        const uri = vscode.workspace.textDocuments.find((document) => document.uri.path.endsWith("/211.case"))?.uri;
        const place = new vscode.Position(0, 0);
        const hovers = await vscode.commands.executeCommand<VsCode.Hover[]>("vscode.executeHoverProvider", uri, place);
        const parts = hovers.flatMap(({ contents }) => contents as VsCode.MarkdownString[]);
        return parts.map(({ value }) => value.replaceAll("&nbsp;", " ").replaceAll("\\", "")).join("\n");
      });
    await expect.poll(hovered, soon).toContain("Added before it halved.");
    const text = await hovered();
    expect(text).toContain("command:preceptor.showCaseDetails");
    expect(text).toContain("Tokens: 1,204 tokens");
    expect(text).toContain("Cost: $0.0068");
    expect(text).toContain("✗ run-1 · iteration 1 · target split");
    expect(text).toContain("Solve the problem step by step");
  });

  test("is also what another model answers, beside the answer of the run", async () => {
    const ask = async (model: string, temperature: string): Promise<void> => {
      await window.begin("preceptor.askAgain", refOf("sums/train/211"));
      await window.quickRow(model).click();
      await window.quickRow(temperature).click();
    };
    await ask("student", "0");
    const title = "sums/train/211 ↔ student · T 0 · ";
    await window.page.locator(".tab", { hasText: title }).waitFor(soon);
    await expect.poll(names, soon).toEqual(expect.arrayContaining(["211.response.txt", "211.again.txt"]));
    const [before, again] = (await shownDocuments()).filter(({ name }) => name.endsWith(".txt"));
    expect(before?.text).toContain("In both months it sold 48 + 24 = 62 kites.");
    expect(again?.text).toMatch(/\d/u);

    // Who cannot be asked is told, with what to do about it as a button.
    const whole = readFileSync(file, "utf8");
    const configuration = JSON.parse(whole) as ConfigurationInput;
    const guarded = { ...configuration.models["kites"], apiKey: "${secret:SHOP_KEY}" };
    writeFileSync(file, JSON.stringify({ ...configuration, models: { ...configuration.models, guarded } }));
    try {
      await ask("guarded", "0");
      const notice = window.notification("Store the secret SHOP_KEY");
      await notice.getByRole("button", { name: "Set Secret..." }).click(soon);
      await window.quickInput.getByText("Kept in the editor's secret storage").waitFor();
      expect(await window.quickInput.innerText()).toContain("SHOP_KEY");
      await window.page.keyboard.press("Escape");
    } finally {
      writeFileSync(file, whole);
    }
    await window.run("workbench.action.closeAllEditors");
  });
});

describe("a failing program", () => {
  test("opens as Python beside its tests, with the failing assertion as a problem in both", async () => {
    await window.run("preceptor.openCase", refOf("programs/train/514"));
    await expect.poll(names, soon).toEqual(["514.response.py", "514.tests.py"]);
    expect((await shownDocuments()).map(({ language }) => language)).toEqual(["python", "python"]);
    await expect
      .poll(() => problemsOf("514.response.py"), soon)
      .toEqual(["sum_list | Test 2: expected -1, got 3 | 514.tests.py"]);
    await expect
      .poll(() => problemsOf("514.tests.py"), soon)
      .toEqual(["assert sum_list([1, -2]) == -1 | Test 2: expected -1, got 3 | 514.response.py"]);
    expect(await lenses("514.response.py")).toEqual(
      expect.arrayContaining(["Run Tests", "Compare with Reference", "Try a Fix", "✗ Test 2: expected -1, got 3"]),
    );
    await window.page.locator(".codelens-decoration").getByText("✗ Test 2: expected -1, got 3").waitFor();
    await window.screenshot("case-code");
  });

  test("its tests run, and each that fails is told", async () => {
    await window.run("preceptor.runTests", refOf("programs/train/514"));
    await expect
      .poll(() => problemsOf("514.tests.py"), soon)
      .toEqual([
        "assert sum_list([1, -2]) == -1 | Test 2: expected -1, got 3 | 514.response.py",
        "assert sum_list([-4]) == -4 | Test 4: expected -4, got 4 | 514.response.py",
      ]);
  });

  test("is compared with the reference in a diff editor", async () => {
    await window.run("preceptor.compareWithReference", refOf("programs/train/514"));
    const label = await window.host((vscode) => vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? "");
    expect(label).toBe("programs 514: response ↔ reference");
    await window.run("workbench.action.closeActiveEditor");
  });

  test("a fix is tried in a copy whose tests run when it is saved", async () => {
    await window.run("preceptor.tryFix", refOf("programs/train/514"));
    const write = (text: string): Promise<void> =>
      window.host(async (vscode, program) => {
        const editor = vscode.window.activeTextEditor;
        if (editor === undefined || !editor.document.uri.path.endsWith("514.fix.py"))
          throw new Error("No copy is open.");
        const all = new vscode.Range(0, 0, editor.document.lineCount, 0);
        await editor.edit((edit) => edit.replace(all, program));
        await editor.document.save();
      }, text);
    await write("def sum_list(numbers):\n    return sum(numbers) + 1\n");
    await expect.poll(() => problemsOf("514.fix.py"), soon).toEqual(["sum_list | Test 1: expected 6, got 7"]);
    await write("def sum_list(numbers):\n    return sum(numbers)\n");
    await expect.poll(() => problemsOf("514.fix.py"), soon).toEqual([]);
    await expect.poll(() => lenses("514.fix.py"), soon).toContain("✓ all 4 tests pass");
    await window.run("workbench.action.closeAllEditors");
  });

  test("is in the Test Explorer and fails there with expected and actual value", async () => {
    await window.run("workbench.view.testing.focus");
    const item = (name: RegExp) => window.row(name, window.sideBar);
    await window.expand(item(/^programs/u));
    await window.expand(item(/^a test fails/u));
    await item(/^514/u).waitFor();
    await window.begin("testing.runAll");
    await item(/^514 .*Failed/u).waitFor({ timeout: 30_000 });
    await window.screenshot("test-explorer");
    await window.run("workbench.action.closePanel");
    await window.run("workbench.action.closeSidebar");
  });
});

describe("a case with options", () => {
  test("opens with gold and chosen marked", async () => {
    await window.run("workbench.action.closeAllEditors");
    await window.run("preceptor.openCase", refOf("facts/train/12"));
    await expect.poll(names, soon).toEqual(["12.case"]);
    expect((await shownDocuments())[0]?.text).toContain("✗ B. glass\n  C. rubber\n✓ D. copper");
    const lines = window.page.locator(".editor-instance").first().locator(".view-lines");
    await lines.getByText("chosen").waitFor();
    await lines.getByText("gold", { exact: true }).waitFor();
    await window.screenshot("case-choice");
  });
});

describe("by keys", () => {
  test("the next and the previous error, and a decision", async () => {
    await window.run("workbench.action.focusActiveEditorGroup");
    await window.page.keyboard.press("Alt+]");
    await expect.poll(names, soon).toEqual(["514.response.py", "514.tests.py"]);
    await window.page.keyboard.press("Alt+[");
    await expect.poll(names, soon).toEqual(["12.case"]);
    await window.page.keyboard.press("Control+Alt+2");
    await expect.poll(() => lenses("12.case"), soon).toContain("Marked as bad gold");
    // Somebody else decides while no document of the case is open.
    await window.run("workbench.action.closeAllEditors");
    const decisions = path.join(shop.folder, "decisions", "triage.jsonl");
    const [last = ""] = readFileSync(decisions, "utf8").trim().split("\n").slice(-1);
    appendFileSync(decisions, `${last.replace('"bad-gold"', '"ignored"')}\n`);
    await window.run("preceptor.openCase", refOf("facts/train/12"));
    await expect.poll(() => lenses("12.case"), soon).toContain("Marked as ignored");
  });
});

describe("what may go wrong", () => {
  test("hostile text is visible, cut and harmless; the whole answer opens", async () => {
    await window.run("preceptor.openCase", refOf("sums/train/hostile/../214"));
    await expect.poll(names, soon).toEqual(["hostile_.._214.case", "hostile_.._214.reference.case"]);
    const [shown] = await shownDocuments();
    expect(shown?.text.length).toBeLessThan(12_000);
    expect(shown?.text).toContain("[click](command:workbench.action.quit) <img src=x onerror=alert(1)>");
    expect(await lenses("hostile_.._214.case")).toContainEqual(expect.stringMatching(/^Open Raw Answer/u));
    await window.run("preceptor.openRawAnswer", refOf("sums/train/hostile/../214"));
    await expect.poll(names, soon).toContain("hostile_.._214.raw.txt");
    await window.run("workbench.action.closeAllEditors");
  });

  test("documents are there again after a reload", async () => {
    await window.run("preceptor.openCase", refOf("programs/train/515"));
    await expect.poll(() => problemsOf("515.response.py"), soon).toHaveLength(1);
    await window.reload();
    await expect.poll(names, soon).toEqual(["515.response.py", "515.tests.py"]);
    await expect
      .poll(() => problemsOf("515.response.py"), soon)
      .toEqual(["return ordred[-1] | NameError: name 'ordred' is not defined (in test 1) | 515.tests.py"]);
  });

  test("of a project that the views do not show stays one of its own in every panel", async () => {
    const other = path.join(shop.folder, "other");
    mkdirSync(other);
    copyFileSync(path.join(shop.folder, "preceptor.json"), path.join(other, "preceptor.json"));
    await window.begin("preceptor.selectProject");
    await window.quickRow("other").click();
    await window.run("preceptor.openCase", { folder: shop.folder, ref: refOf("sums/train/211") });
    await expect.poll(names, soon).toEqual(["211.case", "211.reference.case"]);
    await window.run("preceptor.showContrastSet");
    const set = await window.webview("preceptor-contrast");
    await set.getByText("48 kites in April").first().waitFor();
    await set.getByRole("button", { name: "sums/train/213" }).click();
    await expect.poll(names, soon).toEqual(expect.arrayContaining(["213.case", "213.reference.case"]));
    const addresses = await window.host((vscode) =>
      vscode.window.visibleTextEditors.flatMap(({ document: { uri } }) =>
        uri.scheme === "preceptor" ? uri.query : [],
      ),
    );
    for (const address of addresses) expect(address).toContain(`"folder":${JSON.stringify(shop.folder)},`);
    await window.run("preceptor.showInstructorOutput");
    // Of a project without this run, it would say that there is no such run.
    await (await window.webview("preceptor-instructor")).getByText("No instructor has answered yet").waitFor();
    await window.run("workbench.action.closeAllEditors");
    await window.run("preceptor.openCase", { folder: shop.folder, ref: refOf("programs/train/515") });
    await expect.poll(names, soon).toEqual(["515.response.py", "515.tests.py"]);
  });

  test("a run that is deleted under its document is told there, and nowhere else", async () => {
    const runs = path.join(shop.folder, ".preceptor", "runs");
    renameSync(path.join(runs, "run-1"), path.join(shop.folder, "moved"));
    const text = async (): Promise<string> => (await shownDocuments())[0]?.text ?? "";
    await expect.poll(text, soon).toMatch(/^# This case cannot be shown\.\n# .*There is no such run\./u);
    expect(await window.dialog().count()).toBe(0);
    expect(await window.notifications()).toEqual([]);
    renameSync(path.join(shop.folder, "moved"), path.join(runs, "run-1"));
    await expect.poll(text, soon).toContain("def largest(items):");
    expect(window.consoleErrors()).toEqual([]);
  });
});
