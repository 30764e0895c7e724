import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { demoRun, openError, type DemoRun } from "./demoRun.js";
import { until } from "./until.js";

const lensesOf = async ({ uri }: vscode.TextDocument): Promise<string[]> => {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri, 50);
  return lenses.map(({ command }) => command?.title.replace(/\$\([\w~-]+\) /gu, "") ?? "");
};

describe("cases in the editor", () => {
  let run: DemoRun;
  before(async () => {
    run = await demoRun();
  });
  after(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("of arithmetic are checked documents, with the first wrong step as a problem and actions above", async () => {
    const document = await openError(run, "demo-math", ".case");
    assert.equal(document.languageId, "preceptor-case");
    assert.equal(document.uri.scheme, "preceptor");
    assert.match(document.getText(), /✗ wrong/u);
    const lenses = await lensesOf(document);
    for (const title of ["Contrast Set", "Mark As...", "Ask Again..."]) assert.ok(lenses.includes(title), title);
  });

  it("of programs are Python, with what fails as a problem there and in the tests", async () => {
    const document = await openError(run, "demo-code", ".response.py");
    assert.equal(document.languageId, "python");
    const problems = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(document.uri);
    const [problem] = await until("the problem", problems, (found) => found.length > 0);
    assert.match(problem?.message ?? "", /Test \d|Error/u);
    const [related] = problem?.relatedInformation ?? [];
    assert.match(related?.location.uri.path ?? "", /\.tests\.py$/u);
    assert.ok((await lensesOf(document)).includes("Run Tests"));
  });

  it("are read only, for every extension", async () => {
    const { uri } = await openError(run, "demo-code", ".response.py");
    const { permissions } = await vscode.workspace.fs.stat(uri);
    assert.equal(permissions, vscode.FilePermission.Readonly);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, new Uint8Array()));
  });

  it("are marked by a command, which is told above the case", async () => {
    const document = await openError(run, "demo-math", ".case");
    const lenses = async (): Promise<string> => (await lensesOf(document)).join("\n");
    await vscode.commands.executeCommand("preceptor.markBadGold");
    await until("the mark", lenses, (titles) => titles.includes("Marked as bad gold"));
    await vscode.commands.executeCommand("preceptor.clearTriage");
    await until("no mark", lenses, (titles) => !titles.includes("Marked as bad gold"));
  });
});
