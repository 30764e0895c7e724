/** Names of the manifest that code uses; `test/manifest` holds them against `package.json` in both directions. */
import * as vscode from "vscode";

export const views = {
  benchmarks: "preceptor.benchmarks",
  iterations: "preceptor.iterations",
  prompts: "preceptor.prompts",
  hosts: "preceptor.hosts",
} as const;

/** Context keys with the values that `when` clauses compare. */
export interface ContextKeys {
  readonly "preceptor.projectState": "untrusted" | "virtual" | "none" | "loading" | "broken" | "ready";
  readonly "preceptor.hasRuns": boolean;
  /** A run of the project has come to its end: the last step of the walkthrough. */
  readonly "preceptor.hasFinishedRun": boolean;
  /** Results are being imported, or a project is being made for them. */
  readonly "preceptor.importing": boolean;
  /** A single call to the instructor goes on. */
  readonly "preceptor.askingInstructor": boolean;
  /** A run of the project goes on, or is being started. */
  readonly "preceptor.running": boolean;
  /** The Benchmarks view hides cases that do not fit a filter. */
  readonly "preceptor.casesFiltered": boolean;
  readonly "preceptor.filterMatchesNothing": boolean;
  readonly "preceptor.rightAnswersShown": boolean;
  /** Whether commands about the current case have one. */
  readonly "preceptor.hasCase": boolean;
  readonly "preceptor.caseIsCode": boolean;
}

export async function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): Promise<void> {
  await vscode.commands.executeCommand("setContext", key, value);
}
