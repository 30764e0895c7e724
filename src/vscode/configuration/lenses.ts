import * as vscode from "vscode";

/** What can be run from a project's file, above its first line. */
export class ConfigurationLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listening: vscode.Disposable[];

  /**
   * @param asksAgain when the editor shall ask once more. By itself it asks a document that does not change only once:
   * an answer that got lost while it was opening, or that was empty before the workspace was trusted, would be its last.
   */
  constructor(asksAgain: readonly vscode.Event<unknown>[]) {
    this.#listening = asksAgain.map((event) => event(() => this.#changed.fire()));
  }

  readonly onDidChangeCodeLenses = this.#changed.event;

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#changed.dispose();
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    if (!vscode.workspace.isTrusted) return [];
    const { t } = vscode.l10n;
    const lens = (title: string, task: string, tooltip: string): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
        command: "preceptor.runFromConfiguration",
        title,
        tooltip,
        arguments: [uri, task],
      });
    return [
      lens(t("{0} Run Iteration", "$(play)"), "iterate", t("Shows first what a run would do and cost")),
      lens(t("Evaluate"), "evaluate", t("Measures the target on all benchmarks, in a terminal")),
      lens(t("Check"), "doctor", t("Looks at the project, its benchmarks, its models and the sandbox, in a terminal")),
    ];
  }
}
