import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { runHere } from "../../loop/support.js";
import { makeProject, shortConfiguration, writeConfiguration } from "../../support/project.js";
import { useEditor } from "../support/fixture.js";

/** A project whose run has ended, so that there are errors to show templates on. */
const project = makeProject(shortConfiguration(["math", "choice", "code"]));
await runHere(project.folder);
afterAll(() => project.remove());

const free = { input: 0, output: 0 };

/** A machine that does much else takes its time. */
const soon = { timeout: 20_000 };

const ui = useEditor({ workspace: project.folder });

test(
  "a template is ejected, edited with its preview beside it, asked once, and reset",
  { timeout: 180_000 },
  async () => {
    const { window } = ui;
    await window.openContainer("Preceptor");
    const view = window.view("Prompts");
    const math = window.row(/^LEC, Math, clean$/u, view);
    await window.row("LEC", view).waitFor({ timeout: 30_000 });
    await window.expand(window.row("LEC", view));
    await math.waitFor();
    await math.click();
    await window.lens("Eject Template", () => window.hasDocument("prompts/clean-lec-math.prompt"));
    await expect.poll(() => window.documentText("prompts/clean-lec-math.prompt"), soon).toContain("strategy: LEC");
    await window.row(/^LEC, Math, clean, same as shipped$/u, view).waitFor();

    const preview = ".prompt.messages";
    await window.lens("Preview with Current Case", () => window.hasDocument(preview));
    await expect.poll(() => window.documentText(preview), soon).toContain("━━━ user");
    expect(await window.documentText(preview)).toMatch(
      /\d+ tokens \+ up to [\d,]+ of the answer · .*asks for \d+ samples/u,
    );

    const typed = performance.now();
    await window.host(async (vscode) => {
      const document = vscode.workspace.textDocuments.find(({ uri }) =>
        uri.path.endsWith("/prompts/clean-lec-math.prompt"),
      );
      if (document === undefined) throw new Error("The template is not open.");
      const edit = new vscode.WorkspaceEdit();
      edit.insert(
        document.uri,
        document.lineAt(document.lineCount - 1).range.end,
        "Speak like {{ benchmark }}. {{ qestion }}",
      );
      await vscode.workspace.applyEdit(edit);
    });
    await expect.poll(() => window.documentText(preview), soon).toContain("Unknown variable `qestion`");
    await expect.poll(async () => (await window.problems()).join("\n"), soon).toContain("Unknown variable `qestion`");
    await window.run("workbench.action.closePanel");
    await window.host(async (vscode) => {
      const document = vscode.workspace.textDocuments.find(({ uri }) =>
        uri.path.endsWith("/prompts/clean-lec-math.prompt"),
      );
      if (document === undefined) throw new Error("The template is not open.");
      const at = document.getText().indexOf(" {{ qestion }}");
      const edit = new vscode.WorkspaceEdit();
      edit.delete(
        document.uri,
        new vscode.Range(document.positionAt(at), document.positionAt(at + " {{ qestion }}".length)),
      );
      await vscode.workspace.applyEdit(edit);
      await document.save();
    });
    await expect.poll(() => window.documentText(preview), soon).toContain("Speak like demo-math.");
    console.log(`Two edits were shown within ${(performance.now() - typed).toFixed(0)} ms.`);
    await window.row(/^LEC, Math, clean, changed from shipped$/u, view).waitFor();

    await window.lens("Ask Instructor Once", async () =>
      /Asking the|━━━ Answer/u.test(await window.documentText(preview)),
    );
    await expect.poll(() => window.documentText(preview), { timeout: 30_000 }).toContain("━━━ Sample 1");
    expect(await window.documentText(preview)).toMatch(/━━━ Answer: (\d+) of \1 samples/u);
    // The answer is in the preview that was there already.
    expect(await window.page.locator(".editor-instance").count()).toBe(2);
    await window.host((vscode) => {
      for (const shown of vscode.window.visibleTextEditors) {
        const lines = shown.document.getText().split("\n");
        const line = lines.findIndex((text) => /^(?:---user---|━━━ user)$/u.test(text));
        shown.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
      }
    });
    await window.setting("editor.minimap.enabled", false);
    await window.painted();
    await window.screenshot("prompts");
    await window.setting("editor.minimap.enabled", true);
    for (const theme of ["light", "highContrast", "highContrastLight", "dark"] as const) await window.theme(theme);

    // The editor asks no new extension host for a document that is open: the preview comes back to life by itself.
    window.killExtensionHost();
    await window.awaitExtensionHost();
    await window.host(async (vscode) => {
      const document = vscode.workspace.textDocuments.find(({ uri }) =>
        uri.path.endsWith("/prompts/clean-lec-math.prompt"),
      );
      if (document === undefined) throw new Error("The template is not open.");
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, " And be brief.");
      await vscode.workspace.applyEdit(edit);
      await document.save();
      // The lens of the preview stands above its first line.
      for (const shown of vscode.window.visibleTextEditors) shown.revealRange(new vscode.Range(0, 0, 0, 0));
    });
    await expect.poll(() => window.documentText(preview), soon).toContain("And be brief.");
    await window.page.getByText("Ask Instructor Once").first().waitFor();

    // An instructor that takes its time: the preview's own button ends the call.
    const slow = createServer(() => undefined);
    const ended = new Promise((resolve) => slow.on("request", (request) => request.on("close", resolve)));
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const { port } = slow.address() as AddressInfo;
    const configuration = shortConfiguration(["math", "choice", "code"]);
    const model = { provider: "openai", endpoint: `http://127.0.0.1:${port}/v1`, name: "slow", price: free } as const;
    try {
      writeConfiguration(project.folder, {
        ...configuration,
        models: { ...configuration.models, instructor: model },
      });
      await expect.poll(() => window.documentText(preview), soon).toContain("slow");
      await window.begin("preceptor.askInstructorOnce");
      await expect.poll(() => window.documentText(preview), soon).toContain("Asking the instructor");
      await window.host(async (vscode) => {
        const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.path.endsWith(".messages"));
        if (shown !== undefined) await vscode.window.showTextDocument(shown.document, shown.viewColumn);
      });
      await window.page
        .locator(".editor-actions")
        .getByRole("button", { name: "Cancel Instructor Call" })
        .first()
        .click();
      await ended;
      await expect.poll(() => window.documentText(preview), soon).not.toContain("Asking the instructor");
      expect(await window.notifications()).toEqual([]);
    } finally {
      slow.closeAllConnections();
      slow.close();
      writeConfiguration(project.folder, configuration);
    }
    await window.host(async (vscode) => {
      const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.path.endsWith(".prompt"));
      if (shown !== undefined) await vscode.window.showTextDocument(shown.document, shown.viewColumn);
    });

    const compareLens = window.page.locator(".editor-instance").first().getByText("Compare with Shipped");
    await compareLens.waitFor({ state: "attached" });
    await window.run("preceptor.comparePromptWithShipped");
    await window.page.locator(".diff-editor, .monaco-diff-editor").first().waitFor();
    await window.run("workbench.action.closeActiveEditor");

    // The preview comes back after a reload, without the answer, which was asked for by a click.
    await window.reload();
    await expect.poll(() => window.documentText(preview).catch(String), soon).toContain("Speak like demo-math.");
    await window.begin("preceptor.resetPromptToShipped");
    const file = path.join(window.folder, "prompts", "clean-lec-math.prompt");
    expect(readFileSync(file, "utf8")).toContain("Speak like");
    await window.page.locator(".monaco-dialog-box").getByRole("button", { name: "Reset to Shipped" }).click();
    await expect.poll(() => existsSync(file), soon).toBe(false);
    // The view of the new extension host began closed.
    await window.expand(window.row("LEC", view));
    await window.row(/^LEC, Math, clean$/u, view).waitFor();
    // The killed extension host is the editor's own complaint.
    expect(window.consoleErrors().filter((text) => !text.includes("terminated unexpectedly"))).toEqual([]);
  },
);
