import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { demoRun, type DemoRun } from "./demoRun.js";

describe("Import Results…", () => {
  let run: DemoRun;
  let file: string;
  before(async () => {
    run = await demoRun();
    file = path.join(run.folder, "answers.jsonl");
    writeFileSync(file, `${JSON.stringify({ question: "1 + 1 = ?", response: "2" })}\n`);
  });
  after(() => rmSync(file, { force: true }));

  it("writes nothing before somebody has said so", async () => {
    const runs = (): string[] => readdirSync(path.join(run.folder, ".preceptor", "runs")).sort();
    const before = runs();
    let ended = false;
    const importing = Promise.resolve(vscode.commands.executeCommand("preceptor.importResults", [file])).then(() => {
      ended = true;
    });
    // Whenever its first question appears, it is left as by Escape.
    for (let tries = 0; !ended && tries < 200; tries += 1) {
      await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await importing;
    assert.deepEqual(runs(), before);
  });
});
