import * as vscode from "vscode";
import type { RunView } from "../../protocol/worker/index.js";
import type { Runs } from "../iterations/runsModel.js";
import { accuracyText, needText } from "../iterations/runText.js";
import { views } from "../manifest.js";
import { describeFault, faultSentence } from "../messages.js";
import { plain, plainLine } from "../plainText.js";

const followedKey = "preceptor.followedRuns";

/**
 * Says once that a run ended or needs a person, with what can be done as buttons. Runs that were seen at work are
 * remembered, so that one that ended while the window was closed is told when it opens, and none is told twice.
 */
export function registerNotices(
  context: vscode.ExtensionContext,
  { runs, log }: { readonly runs: Runs; readonly log: vscode.LogOutputChannel },
): void {
  const followed = new Set(context.workspaceState.get<string[]>(followedKey, []));
  const look = (): void => {
    const { folder } = runs;
    if (folder === null) return;
    const before = followed.size;
    let told = false;
    for (const run of runs.all) {
      const key = `${folder.fsPath}#${run.id}`;
      if (run.state === "running") followed.add(key);
      else if (followed.delete(key)) {
        told = true;
        tell(run, folder).then(undefined, (thrown: unknown) => log.error(String(thrown)));
      }
    }
    if (told || followed.size !== before) void context.workspaceState.update(followedKey, [...followed]);
  };
  context.subscriptions.push(runs.onDidChange(look));
}

interface Action {
  readonly title: string;
  readonly run: () => Thenable<unknown>;
}

function command(title: string, name: string, argument?: unknown): Action {
  return { title, run: () => vscode.commands.executeCommand(name, argument) };
}

async function tell(run: RunView, folder: vscode.Uri): Promise<void> {
  const name = plainLine(run.id, 80);
  const resume = command(vscode.l10n.t("Resume"), "preceptor.resumeRun", run.id);
  const log = command(vscode.l10n.t("Show Runner Log"), "preceptor.showRunnerLog", run.id);
  switch (run.state) {
    case "done": {
      const last = run.iterations.findLast(({ accuracy }) => accuracy !== null)?.accuracy ?? null;
      const base = run.iterations.find(({ accuracy }) => accuracy !== null)?.accuracy?.before ?? null;
      const text =
        last === null
          ? vscode.l10n.t("{0} is done.", name)
          : vscode.l10n.t("{0} is done: {1}.", name, accuracyText({ before: base, after: last.after }));
      const report = command(vscode.l10n.t("Open Report"), "preceptor.openReport", { run: run.id });
      return act(await vscode.window.showInformationMessage(text, report));
    }
    case "needs-person": {
      const { need } = run;
      // Why a model of the editor does not answer is in its own words only: gone, refused or used up.
      const why = need?.kind === "editor" ? plainLine(need.message, 300).replace(/\.$/u, "") : null;
      const words = why ?? (need === null ? vscode.l10n.t("needs you") : needText(need.kind));
      const text = vscode.l10n.t("{0}: {1}.", name, words);
      const actions = need?.kind === "training" ? [show()] : [needAction(run, folder), resume];
      return act(await vscode.window.showWarningMessage(text, ...actions));
    }
    case "failed": {
      const why = run.fault === null ? "" : faultSentence(run.fault);
      return act(await vscode.window.showErrorMessage(vscode.l10n.t("{0} failed. {1}", name, why), log, resume));
    }
    case "stopped":
      return act(
        await vscode.window.showWarningMessage(
          vscode.l10n.t("{0} stopped: its process is gone. What was paid for is kept.", name),
          resume,
          log,
        ),
      );
    case "unreadable": {
      const why = run.fault === null ? "" : plain(describeFault(run.fault), 500);
      return act(
        await vscode.window.showErrorMessage(vscode.l10n.t("{0} cannot be read any more. {1}", name, why), log),
      );
    }
    case "cancelled":
    case "running":
    case "new":
      // Whoever cancelled it knows.
      return;
  }
}

function show(): Action {
  return command(vscode.l10n.t("Show Run"), `${views.iterations}.focus`);
}

/** What a person does about a need. */
function needAction(run: RunView, folder: vscode.Uri): Action {
  if (run.need?.kind === "review") {
    return command(vscode.l10n.t("Review"), "preceptor.showInstructorOutput", { run: run.id });
  }
  return {
    title: vscode.l10n.t("Open Configuration"),
    run: () => vscode.window.showTextDocument(vscode.Uri.joinPath(folder, "preceptor.json")),
  };
}

async function act(action: Action | undefined): Promise<void> {
  await action?.run();
}
