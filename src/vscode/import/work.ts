import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import type { EngineClient } from "../engine/engineClient.js";
import { setContext, views } from "../manifest.js";
import { number } from "../numbers.js";

/** Work of the engine that takes a while and can be cancelled in the Benchmarks view: one at a time. */
export class Work {
  readonly #engine: EngineClient;
  #source: vscode.CancellationTokenSource | null = null;

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  /** Does it with its progress in the status bar and in the view. Faults while another one goes on. */
  async run<T>(label: string, action: (token: vscode.CancellationToken) => Promise<T>): Promise<T> {
    this.requireIdle();
    const own = new vscode.CancellationTokenSource();
    this.#source = own;
    await setContext("preceptor.importing", true);
    try {
      return await vscode.window.withProgress({ location: { viewId: views.benchmarks } }, async () =>
        vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: label }, async (progress) => {
          const listening = this.#engine.on("import/progress", ({ done, total, work: kind }) => {
            if (total > 0)
              progress.report({ message: kind === "fetch" ? megabytes(done, total) : counted(done, total) });
          });
          try {
            return await action(own.token);
          } finally {
            listening.dispose();
          }
        }),
      );
    } finally {
      this.#source = null;
      own.dispose();
      await setContext("preceptor.importing", false);
    }
  }

  requireIdle(): void {
    if (this.#source === null) return;
    throw new RequestFault({
      kind: "usage",
      message: vscode.l10n.t("An import or a download is going on already."),
      remedy: vscode.l10n.t("Wait for its end, or cancel it in the Benchmarks view."),
    });
  }

  cancel(): void {
    this.#source?.cancel();
  }
}

function counted(done: number, total: number): string {
  return vscode.l10n.t("{0} of {1}", number(done), number(total));
}

function megabytes(done: number, total: number): string {
  return vscode.l10n.t("{0} of {1} MB", (done / 1e6).toFixed(1), (total / 1e6).toFixed(1));
}
