import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { until } from "./until.js";

const good = {
  version: 1,
  benchmarks: { gsm8k: { use: "gsm8k", domain: "in" } },
  models: {
    target: { provider: "openai", endpoint: "http://127.0.0.1:9/v1", name: "m", apiKey: "${secret:HOST_SUITE_KEY}" },
    instructor: { provider: "builtin", name: "instructor" },
  },
  target: "target",
  instructor: "instructor",
};

describe("preceptor.json in the editor", () => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "pc-")));
  const file = vscode.Uri.file(path.join(folder, "preceptor.json"));
  let document: vscode.TextDocument;

  before(async () => {
    await vscode.extensions.getExtension("preceptor.preceptor")?.activate();
    writeFileSync(file.fsPath, `// What is taught.\n${JSON.stringify(good, null, 2)}\n`);
    document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
  });
  after(async () => {
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    rmSync(folder, { recursive: true });
  });

  const ours = (): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(file).filter(({ source }) => source === "Preceptor");

  async function replace(words: string, by: string): Promise<void> {
    const at = document.getText().indexOf(words);
    assert.notEqual(at, -1, words);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(file, new vscode.Range(document.positionAt(at), document.positionAt(at + words.length)), by);
    await vscode.workspace.applyEdit(edit);
  }

  it("may have comments", () => {
    assert.equal(document.languageId, "jsonc");
  });

  it("offers what can be run from it", async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", file, 10);
    assert.deepEqual(
      lenses.map(({ command }) => command?.title.replace(/^\$\([a-z]+\) /u, "")),
      ["Run Iteration", "Evaluate", "Check"],
    );
  });

  it("is completed and explained by its schema", async () => {
    const at = document.positionAt(document.getText().indexOf('"instructor": "instructor"'));
    const names = async (): Promise<string[]> => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        file,
        at,
      );
      return list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    };
    const offered = await until("the completion", names, (list) => list.includes("review"));
    assert.ok(!offered.includes("target"), "what is there already is not offered");
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", file, at);
    const said = hovers.flatMap(({ contents }) =>
      contents.map((part) => (typeof part === "string" ? part : part.value)),
    );
    assert.match(said.join(" "), /Model that teaches/u);
  });

  it("has an overlay of a few fields, in which nothing is missing and what is wrong is told", async () => {
    // In a folder of its own: the editor may keep a document for minutes after it was closed.
    const other = realpathSync(mkdtempSync(path.join(tmpdir(), "po-")));
    const overlay = vscode.Uri.file(path.join(other, "preceptor.local.json"));
    const told = (): string[] => vscode.languages.getDiagnostics(overlay).map(({ message }) => message);
    writeFileSync(overlay.fsPath, '{ "models": { "target": { "name": "other" } }, "budget": { "amout": 1 } }');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(overlay));
    try {
      await until("the wrong name", told, (list) => list.some((message) => message.includes("amout")));
      assert.deepEqual(
        told().filter((message) => !message.includes("amout")),
        [],
      );
    } finally {
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      rmSync(other, { recursive: true });
    }
  });

  it("shows a secret that is not set, with the action that sets it", async () => {
    const [missing] = await until("the missing secret", ours, (list) => list.length > 0);
    assert.equal(missing?.message, "The secret HOST_SUITE_KEY is not set.");
    assert.equal(document.getText(missing?.range), "${secret:HOST_SUITE_KEY}");
    const range = missing?.range ?? new vscode.Range(0, 0, 0, 0);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      file,
      range,
    );
    const action = actions.find(({ title }) => title === "Set Secret HOST_SUITE_KEY...");
    assert.deepEqual(action?.command?.arguments, ["HOST_SUITE_KEY"]);
  });

  it("shows the engine's own faults at their places while it is edited, and takes them back", async () => {
    await replace('"use": "gsm8k"', '"use": "gsm9k"');
    const errors = (): vscode.Diagnostic[] =>
      ours().filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    const [fault] = await until("the fault", errors, (list) => list.length > 0);
    assert.equal(fault && document.getText(fault.range), '"gsm9k"');
    assert.match(fault?.message ?? "", /benchmarks\.gsm8k\.use: is not a known benchmark/u);
    assert.match(fault?.message ?? "", /gsm8k/u);
    await replace('"use": "gsm9k"', '"use": "gsm8k"');
    await until("no fault", errors, (list) => list.length === 0);
  });
});

describe("tasks of the command line", () => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "pt-")));
  after(() => rmSync(folder, { recursive: true }));

  it("run in a terminal, and their faults are problems at their places", async () => {
    await vscode.extensions.getExtension("preceptor.preceptor")?.activate();
    writeFileSync(path.join(folder, "preceptor.json"), `{\n  "version": 1,\n  "benchmarks": 7\n}\n`);
    const workspace = vscode.workspace.workspaceFolders?.[0];
    assert.ok(workspace);
    const relative = path.relative(workspace.uri.fsPath, folder);
    const definition = { type: "preceptor", command: "report", project: relative };
    // As tasks.json would have it: the provider fills in how it runs.
    const file = vscode.Uri.joinPath(workspace.uri, ".vscode", "tasks.json");
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(file, ".."));
    await vscode.workspace.fs.writeFile(
      file,
      Buffer.from(JSON.stringify({ version: "2.0.0", tasks: [{ ...definition, label: "broken project" }] })),
    );
    const find = async (): Promise<vscode.Task | undefined> =>
      (await vscode.tasks.fetchTasks()).find(({ name }) => name === "broken project");
    const task = await until("the task", find, (found) => found !== undefined);
    assert.ok(task);
    const ended = new Promise<number | undefined>((resolve) => {
      const listening = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.name !== "broken project") return;
        listening.dispose();
        resolve(exitCode);
      });
    });
    await vscode.tasks.executeTask(task);
    assert.equal(await ended, 2);
    const uri = vscode.Uri.file(path.join(folder, "preceptor.json"));
    const [problem] = await until(
      "the problem",
      () => vscode.languages.getDiagnostics(uri).filter(({ range }) => range.start.line === 2),
      (list) => list.length > 0,
    );
    assert.match(problem?.message ?? "", /is a number/u);
    await vscode.workspace.fs.delete(file);
  });
});
