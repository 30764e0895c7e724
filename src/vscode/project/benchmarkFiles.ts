import * as vscode from "vscode";
import type { Fetchable } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Work } from "../import/work.js";
import { chooseOne, Left } from "../steps.js";
import type { ActiveProject } from "./activeProject.js";
import { downloadWords } from "./benchmarkRow.js";

/** Files of known benchmarks that a project names: which are missing, and their download when a person has agreed. */
export class BenchmarkFiles {
  readonly #engine: EngineClient;
  readonly #project: ActiveProject;
  readonly #work: Work;

  constructor(engine: EngineClient, project: ActiveProject, work: Work) {
    this.#engine = engine;
    this.#project = project;
    this.#work = work;
  }

  async missing(folder: vscode.Uri): Promise<readonly Fetchable[]> {
    return (await this.#engine.call("benchmarks/missing", { folder: folder.fsPath })).missing;
  }

  /** Downloads what is missing, with progress that can be cancelled. The person knows whose files they are. */
  async download(folder: vscode.Uri): Promise<void> {
    await this.#work.run(vscode.l10n.t("Downloading benchmarks"), async (token) =>
      this.#engine.call("benchmarks/fetch", { folder: folder.fsPath }, { token }),
    );
    await this.#project.refresh();
  }

  /** Shows what is missing, whose it is and how large, and downloads it on Enter. Escape leaves (throws `Left`). */
  async offer(folder: vscode.Uri, missing: readonly Fetchable[]): Promise<void> {
    const { label, detail } = downloadWords(missing);
    const chosen = await chooseOne({
      title: vscode.l10n.t("Files of the Benchmarks"),
      step: 1,
      steps: 1,
      back: false,
      placeholder: vscode.l10n.t("They are not there yet. Enter downloads them from their authors' servers"),
      items: [{ label: `$(cloud-download) ${label}`, detail }],
    });
    if (chosen === "back") throw new Left();
    await this.download(folder);
  }

  /** Says after a project was made that its files are still missing; the button downloads them. */
  async remind(folder: vscode.Uri): Promise<void> {
    const missing = await this.missing(folder);
    if (missing.length === 0) return;
    const { label, detail } = downloadWords(missing);
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t("The project is there; the files of its benchmarks are not yet. {0}", detail),
      label,
    );
    if (chosen === label) await this.download(folder);
  }
}
