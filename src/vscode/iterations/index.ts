import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import type { RunView } from "../../protocol/worker/index.js";
import { views } from "../manifest.js";
import { faultSentence, type Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import { revealFiles } from "./revealFiles.js";
import type { Runner } from "../runner/runner.js";
import { cancelRun } from "./cancelRun.js";
import { launchOf, runOf } from "./targets.js";
import { isResumable, IterationsTree } from "./iterationsTree.js";
import type { Runs } from "./runsModel.js";
import { runFacts, runStateText } from "./runText.js";
import type { Starter } from "./startRun.js";

export interface IterationsParts {
  readonly engine: EngineClient;
  readonly runs: Runs;
  readonly runner: Runner;
  readonly starter: Starter;
  readonly messages: Messages;
  readonly log: vscode.LogOutputChannel;
}

/** The Iterations view and its commands. */
export function registerIterations(
  context: vscode.ExtensionContext,
  { engine, runs, runner, starter, messages, log }: IterationsParts,
): void {
  const tree = new IterationsTree(runs);
  const view = vscode.window.createTreeView(views.iterations, { treeDataProvider: tree, showCollapseAll: true });
  context.subscriptions.push(
    tree,
    view,
    view.onDidChangeVisibility(({ visible }) => runs.watch("iterations", visible)),
  );
  if (view.visible) runs.watch("iterations", true);
  context.subscriptions.push(
    runs.onDidChange(() => {
      const { fault } = runs;
      view.message = fault === null ? "" : faultSentence(fault);
      // A row that is known opens by being revealed only, and a new one may be above what is on screen. Revealing in a hidden
      // view would show the view.
      if (!view.visible) return;
      for (const row of tree.unshown()) {
        void view.reveal(row, { select: false, focus: false, expand: true }).then(undefined, (thrown: unknown) => {
          // The run was deleted in the moment between.
          log.debug(String(thrown));
        });
      }
    }),
  );

  const register = (name: string, action: (target: unknown) => Promise<void>): void => {
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (target: unknown) => messages.guard(async () => action(target))),
    );
  };
  register("preceptor.runIteration", async () => starter.start(null));
  register("preceptor.resumeRun", async (target) => {
    const run = runOf(target) ?? (await pickRun(runs, (id) => isResumable(id), vscode.l10n.t("Resume Run")));
    const agreed = typeof target === "object" && target !== null && "agreed" in target && target.agreed === true;
    if (run !== null) await starter.start(run, { agreed });
  });
  register("preceptor.cancelRun", async (target) => cancelRun(engine, runs, target));
  register("preceptor.revealRunFiles", async (target) => {
    const run = runOf(target) ?? (await pickRun(runs, () => true, vscode.l10n.t("Reveal Run Files")));
    const { folder } = runs;
    if (run !== null && folder !== null) {
      await revealFiles(vscode.Uri.joinPath(folder, ".preceptor", "runs", run, "run.json"));
    }
  });
  register("preceptor.copyRunId", async (target) => {
    const run = runOf(target) ?? (await pickRun(runs, () => true, vscode.l10n.t("Copy Run ID")));
    if (run !== null) await vscode.env.clipboard.writeText(run);
  });
  register("preceptor.showRunnerLog", async (target) => {
    const own = launchOf(target);
    const logged = ({ launch }: RunView): boolean => launch !== null;
    const run = runOf(target) ?? (own === null ? await pickRun(runs, logged, vscode.l10n.t("Show Runner Log")) : null);
    const launch = own ?? (run === null ? null : runs.get(run)?.launch) ?? null;
    const log = launch === null ? null : await runner.logOf(launch);
    if (log !== null) await vscode.window.showTextDocument(log, { preview: true });
    else if (run !== null)
      void vscode.window.showInformationMessage(
        vscode.l10n.t("{0} was started by another program, which has its log.", plainLine(run, 80)),
      );
  });
}

type Wanted = (run: RunView) => boolean;

/** The only run that is wanted, or the one that the person chooses. */
async function pickRun(runs: Runs, wanted: Wanted, title: string): Promise<string | null> {
  await runs.reload();
  const found = runs.all.filter(wanted);
  const [only] = found;
  if (only === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no such run in this project."));
    return null;
  }
  if (found.length === 1) return only.id;
  const chosen = await vscode.window.showQuickPick(
    found.map((run) => ({
      label: plainLine(run.id, 80),
      description: runStateText(run),
      detail: runFacts(run),
      run: run.id,
    })),
    { title, placeHolder: vscode.l10n.t("Choose a run") },
  );
  return chosen?.run ?? null;
}
