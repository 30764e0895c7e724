import * as vscode from "vscode";
import type { Runs } from "../iterations/runsModel.js";
import { setContext } from "../manifest.js";

/** The walkthrough, which can be opened again, and what its last step waits for: a run that has finished. */
export function registerWalkthrough(context: vscode.ExtensionContext, runs: Runs): void {
  const tell = (): void => {
    void setContext(
      "preceptor.hasFinishedRun",
      runs.all.some(({ state }) => state === "done"),
    );
  };
  tell();
  context.subscriptions.push(
    runs.onDidChange(tell),
    vscode.commands.registerCommand("preceptor.openWalkthrough", async () =>
      vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`, false),
    ),
  );
}
