import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { demoRun, openError, type DemoRun } from "./demoRun.js";
import { until } from "./until.js";

const active = (): string => vscode.window.activeTextEditor?.document.uri.path ?? "";

describe("the Benchmarks view", () => {
  let run: DemoRun;
  before(async () => {
    run = await demoRun();
    await vscode.commands.executeCommand("preceptor.benchmarks.focus");
  });
  after(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("has an order, by which commands go from error to error and back", async () => {
    const { uri } = await openError(run, "demo-math", ".case");
    await until("the case to be the active one", active, (path) => path === uri.path);
    await vscode.commands.executeCommand("preceptor.nextError");
    const next = await until(
      "another case",
      active,
      (path) => path !== uri.path && /\.case$|\.response\.py$/u.test(path),
    );
    const keys = run.errors.map(({ key }) => key.split("/").at(-1) ?? "");
    assert.ok(
      keys.some((key) => next.includes(`/${key}.`)),
      next,
    );
    await vscode.commands.executeCommand("preceptor.previousError");
    await until("the first case", active, (path) => path === uri.path);
  });

  it("takes a filter by commands, and leaves nothing of it behind", async () => {
    await vscode.commands.executeCommand("preceptor.showArtefacts");
    await vscode.commands.executeCommand("preceptor.clearFilter");
    await vscode.commands.executeCommand("preceptor.showRightAnswers");
    await vscode.commands.executeCommand("preceptor.hideRightAnswers");
    const { uri } = await openError(run, "demo-math", ".case");
    await until("the case to be the active one", active, (path) => path === uri.path);
  });
});
