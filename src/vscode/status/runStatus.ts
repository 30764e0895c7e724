import * as vscode from "vscode";
import type { RunView } from "../../protocol/worker/index.js";
import { plain, plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import { waitingRun } from "../iterations/followedRuns.js";
import type { Runs } from "../iterations/runsModel.js";
import type { Starter } from "../iterations/startRun.js";
import {
  currentStage,
  iterationLabel,
  joined,
  leftText,
  needText,
  progressText,
  runDescription,
  stageDescription,
  stageLabel,
} from "../iterations/runText.js";
import { views } from "../manifest.js";
import { number } from "../numbers.js";

const itemId = "preceptor.status";

/** The one item of the status bar: what a run does, what it needs, or the way to start one. */
export function registerStatus(
  context: vscode.ExtensionContext,
  { project, runs, starter }: { readonly project: ActiveProject; readonly runs: Runs; readonly starter: Starter },
): void {
  const item = vscode.window.createStatusBarItem(itemId, vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t("Preceptor");
  const show = (): void => {
    const { ready } = project;
    const { live } = runs;
    const [newest] = live;
    const starting = starter.isStarting || runs.starting.length > 0;
    const needed = waitingRun(runs.all);
    item.backgroundColor = undefined;
    if (newest !== undefined) showLive(item, newest, live.slice(1), needed);
    else if (starting) showStarting(item);
    else if (needed !== null) showNeed(item, needed);
    else if (ready !== null) showIdle(item);
    if (newest !== undefined || starting || needed !== null || ready !== null) item.show();
    else item.hide();
  };
  context.subscriptions.push(
    item,
    runs.onDidChange(show),
    project.onDidChange(show),
    starter.onDidChangeStarting(show),
  );
  show();
}

/** Between the click and the first news of the run: the process is on its way. */
function showStarting(item: vscode.StatusBarItem): void {
  const text = vscode.l10n.t("starting");
  item.text = `$(sync~spin) ${text}`;
  item.tooltip = vscode.l10n.t("The runner is being started.");
  item.command = `${views.iterations}.focus`;
  item.accessibilityInformation = { label: vscode.l10n.t("Preceptor: a run is being started") };
}

/** The newest of the runs that go on, and how many there are. */
function showLive(item: vscode.StatusBarItem, run: RunView, others: readonly RunView[], needed: RunView | null): void {
  const current = currentStage(run);
  const name = current === null ? vscode.l10n.t("starting") : stageLabel(current.stage).toLowerCase();
  const progress = current?.stage.progress ?? null;
  const text = joined([
    name,
    progress === null || progress.total === 0 ? null : progressText(progress),
    progress?.secondsLeft === undefined || progress.secondsLeft === null || progress.secondsLeft < 1
      ? null
      : leftText(progress.secondsLeft),
    others.length === 0 ? null : vscode.l10n.t("{0} runs", number(others.length + 1)),
  ]);
  item.text = `$(sync~spin) ${text}`;
  item.tooltip = [
    joined([plainLine(run.id, 80), runDescription(run)]),
    current === null
      ? ""
      : joined([
          iterationLabel(current.iteration),
          stageLabel(current.stage),
          stageDescription(current.stage, run.currency),
        ]),
    ...[...others, ...(needed === null ? [] : [needed])].map((other) =>
      joined([plainLine(other.id, 80), runDescription(other)]),
    ),
  ].join("\n");
  item.command = `${views.iterations}.focus`;
  item.accessibilityInformation = {
    label: vscode.l10n.t("Preceptor: {0} is running, {1}", plainLine(run.id, 80), text),
  };
}

function showNeed(item: vscode.StatusBarItem, run: RunView): void {
  const text = run.need === null ? vscode.l10n.t("needs you") : needText(run.need.kind);
  item.text = `$(person) ${plainLine(run.id, 40)} ${text}`;
  item.tooltip = run.need === null ? text : plain(run.need.message, 2000);
  item.command = `${views.iterations}.focus`;
  item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
  item.accessibilityInformation = { label: vscode.l10n.t("Preceptor: {0} {1}", plainLine(run.id, 80), text) };
}

function showIdle(item: vscode.StatusBarItem): void {
  item.text = `$(play) ${vscode.l10n.t("Preceptor")}`;
  item.tooltip = vscode.l10n.t("Run Iteration");
  item.command = "preceptor.runIteration";
  item.accessibilityInformation = { label: vscode.l10n.t("Preceptor: Run Iteration") };
}
