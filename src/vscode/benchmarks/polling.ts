import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import type { ActiveProject } from "../project/activeProject.js";
import type { BenchmarksTree } from "./benchmarksTree.js";

/** How often files are looked at while the view is visible, in milliseconds. */
const interval = 1000;

/**
 * Follows the files of runs and decisions while the view is visible: the engine asks for their sizes, and rows are asked
 * anew when one changed. No file watcher: journals and results grow faster than watchers can bear.
 */
export function followFiles(
  view: Pick<vscode.TreeView<unknown>, "visible" | "onDidChangeVisibility">,
  engine: EngineClient,
  project: ActiveProject,
  tree: Pick<BenchmarksTree, "refresh" | "shownStamp">,
): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  /** What a refresh was asked for last: one that changes nothing is not asked for again. */
  let asked = { stamp: "", runs: "" };
  let disposed = false;
  const look = async (): Promise<void> => {
    const { shown } = project;
    if (shown === null) return;
    const { stamp, runs } = await engine.call(
      "benchmarks/poll",
      { folder: shown.folder.fsPath },
      { timeoutMs: 60_000 },
    );
    const now = { stamp, runs: [...runs].sort().join("\n") };
    const newRuns = now.runs !== [...shown.project.runs].sort().join("\n") && now.runs !== asked.runs;
    const newRows = stamp !== tree.shownStamp && stamp !== asked.stamp;
    asked = now;
    // A first run ends the welcome text, which hangs on the project.
    if (newRuns) await project.refresh();
    else if (newRows) tree.refresh();
  };
  const next = (): void => {
    clearTimeout(timer);
    if (disposed || !view.visible) return;
    timer = setTimeout(() => {
      // What cannot be looked at shows as a row when rows are asked for; the next look is a second later.
      look().then(next, next);
    }, interval);
  };
  const visibility = view.onDidChangeVisibility(next);
  next();
  return new vscode.Disposable(() => {
    disposed = true;
    clearTimeout(timer);
    visibility.dispose();
  });
}
