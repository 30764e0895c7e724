import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { until } from "./until.js";

/** An answer of the run, as commands about a case take it. */
export interface CaseRef {
  readonly run: string;
  readonly iteration: number;
  readonly stage: string;
  readonly key: string;
}

export interface DemoRun {
  readonly folder: string;
  /** Wrong answers of the target split, in the order of its file. */
  readonly errors: readonly CaseRef[];
}

/** The command line that the extension brings, run by the program that runs the extension host. */
async function preceptor(extension: string, args: readonly string[], stop: () => boolean): Promise<void> {
  const child = spawn(process.execPath, [path.join(extension, "dist", "cli.js"), ...args], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    stdio: "ignore",
  });
  const watch = setInterval(() => {
    if (stop()) child.kill("SIGINT");
  }, 100);
  await new Promise((resolve) => child.on("close", resolve));
  clearInterval(watch);
}

/** The demo in the window's folder, run until its target has answered; suites of one window share it. */
export async function demoRun(): Promise<DemoRun> {
  const extension = vscode.extensions.getExtension("preceptor.preceptor");
  const [workspace] = vscode.workspace.workspaceFolders ?? [];
  if (extension === undefined || workspace === undefined) throw new Error("The window has no folder or no extension.");
  await extension.activate();
  const folder = path.join(workspace.uri.fsPath, "preceptor-demo");
  const stage = path.join(folder, ".preceptor", "runs", "run-1", "stages", "1-collect");
  const collected = (): boolean => existsSync(path.join(stage, "manifest.json"));
  if (!collected()) {
    await preceptor(extension.extensionPath, ["demo", "--folder", folder], collected);
    await vscode.commands.executeCommand("preceptor.refreshProject");
  }
  const errors = readFileSync(path.join(stage, "responses.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { key: string; correct: boolean })
    .filter(({ correct }) => !correct)
    .map(({ key }) => ({ run: "run-1", iteration: 1, stage: "collect", key }));
  return { folder, errors };
}

/** Opens a wrong answer of a benchmark by its command, and returns its document. */
export async function openError(run: DemoRun, benchmark: string, ending: string): Promise<vscode.TextDocument> {
  const ref = run.errors.find(({ key }) => key.startsWith(`${benchmark}/`));
  if (ref === undefined) throw new Error(`The demo has no error of ${benchmark}.`);
  await vscode.commands.executeCommand("preceptor.openCase", ref);
  const name = `${ref.key.split("/").at(-1) ?? ""}${ending}`;
  const shown = (): vscode.TextDocument | undefined =>
    vscode.window.visibleTextEditors.find(({ document }) => document.uri.path.endsWith(`/${name}`))?.document;
  const document = await until(`the document ${name}`, shown, (found) => found !== undefined);
  if (document === undefined) throw new Error("It was there a moment ago.");
  return document;
}
