import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import { views } from "../manifest.js";
import { plainLine } from "../plainText.js";
import type { Runs } from "./runsModel.js";
import { launchOf, runOf } from "./targets.js";
import { runFacts, runStateText } from "./runText.js";

/** What can be cancelled: a run that goes on, or a process whose run is not there yet. */
type Going = { readonly kind: "run"; readonly run: string } | { readonly kind: "launch"; readonly launch: string };

interface Row extends vscode.QuickPickItem {
  readonly going: Going;
}

/** Asks the run that is meant to stop; without a target the only one that goes on, or the one that the person chooses. */
export async function cancelRun(engine: EngineClient, runs: Runs, target: unknown): Promise<void> {
  const going = goingOf(runs, target) ?? (await chooseGoing(runs));
  const { folder } = runs;
  if (going === "left") return;
  if (going === null || folder === null) return nothingRuns();
  await vscode.window.withProgress({ location: { viewId: views.iterations } }, async () => {
    const { cancelled } =
      going.kind === "run"
        ? await engine.call("runs/cancel", { folder: folder.fsPath, run: going.run })
        : await engine.call("runs/cancelLaunch", { folder: folder.fsPath, launch: going.launch });
    if (!cancelled) nothingRuns();
  });
}

function goingOf(runs: Runs, target: unknown): Going | null {
  const [launch, run] = [launchOf(target), runOf(target)];
  if (launch !== null) return { kind: "launch", launch };
  return run === null ? null : goingRun(runs, run);
}

/** A run that is being resumed is not at work yet: then its process is meant. */
function goingRun(runs: Runs, run: string): Going {
  const launch = runs.starting.find((each) => each.run === run);
  return launch === undefined || runs.get(run)?.state === "running"
    ? { kind: "run", run }
    : { kind: "launch", launch: launch.id };
}

async function chooseGoing(runs: Runs): Promise<Going | "left" | null> {
  await runs.reload();
  const rows: Row[] = [
    ...runs.starting.map((launch) => ({
      label: launch.run === null ? vscode.l10n.t("New run") : plainLine(launch.run, 80),
      description: vscode.l10n.t("starting"),
      going: { kind: "launch", launch: launch.id } as const,
    })),
    ...runs.live.map((run) => ({
      label: plainLine(run.id, 80),
      description: runStateText(run),
      detail: runFacts(run),
      going: { kind: "run", run: run.id } as const,
    })),
  ];
  const [only] = rows;
  if (only === undefined || rows.length === 1) return only?.going ?? null;
  const chosen = await vscode.window.showQuickPick(rows, {
    title: vscode.l10n.t("Cancel Run"),
    placeHolder: vscode.l10n.t("Choose a run"),
  });
  return chosen?.going ?? "left";
}

function nothingRuns(): void {
  void vscode.window.showInformationMessage(vscode.l10n.t("No run of this project goes on."));
}
