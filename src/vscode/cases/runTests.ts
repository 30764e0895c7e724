import * as vscode from "vscode";
import type { TestsRun } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Located } from "./caseDocuments.js";

/** Runs a program (null: the response's own) against its tests in the sandbox, with quiet progress. */
export async function runTests(
  engine: EngineClient,
  { folder, ref }: Located,
  program: string | null,
  token?: vscode.CancellationToken,
): Promise<TestsRun> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Running tests") },
    async () => engine.call("case/runTests", { folder, ref, program }, token === undefined ? {} : { token }),
  );
}

/** `2 of 4 tests pass`. */
export function passedWords({ tests, passed }: TestsRun): string {
  const good = tests.filter(({ state }) => state === "passed").length;
  return passed
    ? vscode.l10n.t("all {0} tests pass", tests.length)
    : vscode.l10n.t("{0} of {1} tests pass", good, tests.length);
}
