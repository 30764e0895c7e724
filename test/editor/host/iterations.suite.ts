import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { demoRun, type DemoRun } from "./demoRun.js";
import { until } from "./until.js";

describe("the Iterations view", () => {
  let run: DemoRun;
  const state = (): unknown =>
    JSON.parse(readFileSync(path.join(run.folder, ".preceptor", "runs", "run-1", "state.json"), "utf8"));
  before(async () => {
    run = await demoRun();
    await vscode.commands.executeCommand("preceptor.iterations.focus");
  });
  after(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("gives the name of a run to the clipboard", async () => {
    await vscode.env.clipboard.writeText("");
    await vscode.commands.executeCommand("preceptor.copyRunId", "run-1");
    await until(
      "the clipboard",
      async () => vscode.env.clipboard.readText(),
      (text) => text === "run-1",
    );
  });

  it("cancels nothing where nothing runs", async () => {
    const before = state();
    // It says so in a notification, which stays until somebody closes it.
    void vscode.commands.executeCommand("preceptor.cancelRun", "run-1");
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(state(), before);
    assert.ok(!existsSync(path.join(run.folder, ".preceptor", "runs", "run-1", "cancel")));
  });

  it("opens the report of a run that is not done, in a panel", async () => {
    await vscode.commands.executeCommand("preceptor.openReport", { run: "run-1" });
    const kinds = (): string[] =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .map(({ input }) => (input instanceof vscode.TabInputWebview ? input.viewType : ""));
    await until("the panel", kinds, (found) => found.some((kind) => kind.endsWith("preceptor.report")));
  });
});
