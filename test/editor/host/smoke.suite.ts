import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";

const id = "preceptor.preceptor";

/** What the manifest declares, as the editor has read it. */
interface Contributes {
  readonly commands: readonly { readonly command: string }[];
  readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
}

describe("the installed extension", () => {
  let contributes: Contributes;
  let extension: vscode.Extension<unknown>;

  before(() => {
    const found = vscode.extensions.getExtension(id);
    assert.ok(found, `${id} is not installed.`);
    extension = found;
    contributes = (found.packageJSON as { contributes: Contributes }).contributes;
  });

  it("registers every command that it declares and declares every command that it registers", async () => {
    await extension.activate();
    const declared = contributes.commands.map(({ command }) => command).sort();
    // The editor itself adds commands for each view, such as the one that focuses it.
    const views = Object.values(contributes.views).flatMap((list) => list.map((view) => view.id));
    const ofViews = (command: string): boolean => views.some((view) => command.startsWith(`${view}.`));
    const registered = (await vscode.commands.getCommands(true)).filter(
      (command) => command.startsWith("preceptor.") && !ofViews(command),
    );
    assert.deepEqual([...new Set(registered)].sort(), declared);
  });
});
