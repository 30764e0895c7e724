import * as vscode from "vscode";
import type { PlanProblem, RunPlan } from "../../protocol/worker/index.js";
import type { EditorBridge } from "../bridge/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { exists } from "../files.js";
import { views } from "../manifest.js";
import type { Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import type { StartedProcess } from "../runner/launch.js";
import type { Runner } from "../runner/runner.js";
import { requireTrust } from "../runner/trust.js";
import { secretAskedFor } from "../secrets/names.js";
import { endedBefore, type Launches } from "./launches.js";
import type { Runs } from "./runsModel.js";
import { saveProjectFiles } from "./saveProject.js";
import { blockerOf, startsUnasked } from "./startRules.js";
import { showStartScreen, whilePlanning } from "./startScreen.js";

const limitSetting = "startWithoutAskingUnder";

export interface StarterParts {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly runs: Runs;
  readonly runner: Runner;
  readonly launches: Launches;
  readonly bridge: EditorBridge;
  readonly messages: Messages;
}

/** Starts runs: plan, one screen, a process of its own, and back to the view. */
export class Starter implements vscode.Disposable {
  readonly #parts: StarterParts;
  readonly #startingChanged = new vscode.EventEmitter<void>();
  #starting = false;

  constructor(parts: StarterParts) {
    this.#parts = parts;
  }

  /** Fires when a process is being started, and when it is there or was refused. */
  readonly onDidChangeStarting = this.#startingChanged.event;

  /** Whether a process was asked for that is not there yet. */
  get isStarting(): boolean {
    return this.#starting;
  }

  dispose(): void {
    this.#startingChanged.dispose();
  }

  /**
   * A new run, or `run` goes on, after the person has seen what it will do.
   *
   * @param agreed the person has just said that the run shall go on, as by finishing its review: only what stands in the
   * way is shown then.
   */
  async start(run: string | null, { agreed = false }: { readonly agreed?: boolean } = {}): Promise<void> {
    const folder = await this.#savedFolder();
    if (run !== null && (await this.#goesOn(run))) return;
    const plan = await this.#plan(folder, { run });
    const go = await this.#agreed(plan, folder, { agreed, again: async () => this.start(run) });
    if (go) await this.launch(folder, run);
  }

  /** The base is evaluated in a terminal, after the person has seen what that will cost. */
  async evaluate(): Promise<void> {
    const folder = await this.#savedFolder();
    const plan = await this.#plan(folder, { run: null, baseOnly: true });
    const title = vscode.l10n.t("Evaluate");
    if (!(await this.#agreed(plan, folder, { title, again: async () => this.evaluate() }))) return;
    await this.#parts.bridge.admit(await this.#editorModels(folder, ["target"]));
    // The terminal has no keyboard for its question, and it was answered here.
    await vscode.commands.executeCommand("preceptor.runTask", "evaluate", "--yes");
  }

  /** The project's folder, after what is open of it was saved: what is broken on disk may be mended on screen. */
  async #savedFolder(): Promise<vscode.Uri> {
    const { project } = this.#parts;
    // Right after activation the project may still be on its way.
    if (project.state.state === "loading") await project.refresh();
    const { state } = project;
    if ((state.state === "ready" || state.state === "broken") && (await saveProjectFiles(state.folder))) {
      await project.refresh();
    }
    return project.requireFolder();
  }

  async #plan(
    folder: vscode.Uri,
    what: { readonly run: string | null; readonly baseOnly?: boolean },
  ): Promise<RunPlan> {
    return vscode.window.withProgress({ location: { viewId: views.iterations } }, async () =>
      whilePlanning(async (token) =>
        this.#parts.engine.call("runs/plan", { folder: folder.fsPath, ...what }, { token }),
      ),
    );
  }

  /** Whether the plan may be carried out: a person said so, now or for all that costs as little. */
  async #agreed(
    plan: RunPlan,
    folder: vscode.Uri,
    { agreed = false, title, again }: { agreed?: boolean; title?: string; again: () => Promise<void> },
  ): Promise<boolean> {
    const settings = vscode.workspace.getConfiguration("preceptor");
    if (blockerOf(plan) === null && (agreed || startsUnasked(plan, settings.get(limitSetting, 0)))) return true;
    const choice = await showStartScreen(plan, title);
    if (choice === null) return false;
    if (choice.choice === "problem") {
      await this.#solve(choice.problem, folder, again);
      return false;
    }
    if (choice.askAgainFrom !== null) {
      await settings.update(limitSetting, choice.askAgainFrom, vscode.ConfigurationTarget.Global);
    }
    return true;
  }

  /**
   * Starts without a question: for what costs nothing, or what a person has just agreed to.
   *
   * @param alone only where no other run of the project goes on.
   */
  async launch(folder: vscode.Uri, run: string | null, { alone = false } = {}): Promise<void> {
    requireTrust();
    if (this.#starting) {
      void vscode.window.showInformationMessage(vscode.l10n.t("A run is being started already."));
      return;
    }
    this.#setStarting(true);
    const { runs, runner, launches } = this.#parts;
    runs.watch("start", true);
    let launch: string;
    try {
      if ((alone || run !== null) && (await this.#goesOn(run))) return;
      // A model that is missing or refused would be noticed only when its turn comes, after others were paid.
      await this.#parts.bridge.admit(await this.#editorModels(folder));
      launch = await vscode.window.withProgress({ location: { viewId: views.iterations } }, async () => {
        const work = run === null ? ({ command: "iterate" } as const) : ({ command: "resume", run } as const);
        const ended = endedBefore(runs, run);
        const launched = await runner.start(folder, work, async (started) =>
          this.#note(folder, { ...started, run, ended }),
        );
        // An ending is looked at as soon as it comes; what it means is told from the note.
        launched.ended.then(
          async () => runs.reload(),
          (thrown: unknown) => this.#parts.messages.fault(thrown),
        );
        await runs.reload();
        return launched.id;
      });
    } finally {
      this.#setStarting(false);
      runs.watch("start", false);
    }
    // The view shows that it is on its way; a window that is reloaded now shows the same.
    await vscode.window.withProgress({ location: { viewId: views.iterations } }, async () => launches.settled(launch));
  }

  /** The note of a process, by which every window knows of it: also the one that comes after this. */
  async #note(
    folder: vscode.Uri,
    {
      id,
      pid,
      log,
      result,
      run,
      ended,
    }: StartedProcess & { readonly run: string | null; readonly ended: number | null },
  ): Promise<void> {
    const launch = { id, pid, log, result, run, ended };
    await this.#parts.engine.call("runs/launched", { folder: folder.fsPath, launch });
  }

  /** Models of the editor that a run of this project asks. */
  async #editorModels(folder: vscode.Uri, roles?: readonly string[]): Promise<readonly string[]> {
    const opened = await this.#parts.engine.call("project/open", { folder: folder.fsPath });
    const asked = opened.state === "ready" ? opened.project.askedEditorModels : [];
    return asked.filter(({ role }) => roles?.includes(role) ?? true).map(({ name }) => name);
  }

  #setStarting(starting: boolean): void {
    this.#starting = starting;
    this.#startingChanged.fire();
  }

  /** Says it when this run goes on already, or is being started; without a run, when any does. */
  async #goesOn(run: string | null): Promise<boolean> {
    const { runs } = this.#parts;
    await runs.reload();
    const live = runs.live.find(({ id }) => run === null || id === run);
    const starting = runs.starting.find((launch) => run === null || launch.run === run);
    if (live === undefined && starting === undefined) return false;
    const name = live?.id ?? starting?.run ?? null;
    const show = vscode.l10n.t("Show Run");
    const cancel = vscode.l10n.t("Cancel Run");
    void vscode.window
      .showInformationMessage(
        name === null || live === undefined
          ? vscode.l10n.t("A run is being started already.")
          : vscode.l10n.t("{0} is running.", plainLine(name, 80)),
        show,
        cancel,
      )
      .then((chosen) => {
        if (chosen === show) void vscode.commands.executeCommand(`${views.iterations}.focus`);
        if (chosen === cancel) {
          void vscode.commands.executeCommand("preceptor.cancelRun", live?.id ?? { launch: starting?.id });
        }
      });
    return true;
  }

  async #solve(problem: PlanProblem, folder: vscode.Uri, again: () => Promise<void>): Promise<void> {
    if (problem.kind === "artefacts") {
      await vscode.commands.executeCommand("preceptor.showArtefacts");
      return;
    }
    if (problem.kind === "files") {
      // With the files there, the same screen again.
      if ((await vscode.commands.executeCommand("preceptor.downloadBenchmarks", folder)) === true) await again();
      return;
    }
    const secret = problem.kind === "secret" ? secretAskedFor(problem.fault.found) : null;
    if (secret !== null) {
      // With the key there, the same screen again: it may be all that was in the way.
      if ((await vscode.commands.executeCommand("preceptor.setSecret", secret)) === true) await again();
      return;
    }
    const fault = problem.kind === "fault" || problem.kind === "secret" ? problem.fault : null;
    const named = fault?.file === undefined ? null : vscode.Uri.file(fault.file);
    // A file that is missing cannot be shown; where it is named can.
    const file = named !== null && (await exists(named)) ? named : vscode.Uri.joinPath(folder, "preceptor.json");
    const line = new vscode.Position(file === named ? Math.max(0, (fault?.line ?? 1) - 1) : 0, 0);
    await vscode.window.showTextDocument(file, { selection: new vscode.Range(line, line) });
  }
}
