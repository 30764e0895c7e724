import * as vscode from "vscode";
import type { RunView } from "../../protocol/worker/index.js";
import type { Runs } from "../iterations/runsModel.js";
import { accuracyText, needText } from "../iterations/runText.js";
import { views } from "../manifest.js";
import { describeFault, faultSentence } from "../messages.js";
import type { Launches } from "../iterations/launches.js";
import { plain, plainLine } from "../plainText.js";
import { Claims } from "./claims.js";
import { FollowedRuns, isOpen, needActions, type Followed, type NeedAction } from "../iterations/followedRuns.js";

const followedKey = "preceptor.followed";

/**
 * Says once that a run ended or needs a person, with what can be done as buttons. Runs that were seen at work or started
 * here are remembered, so that one that ended while the window was closed is told when it opens, and none is told twice.
 */
export function registerNotices(
  context: vscode.ExtensionContext,
  { runs, launches, log }: { readonly runs: Runs; readonly launches: Launches; readonly log: vscode.LogOutputChannel },
): void {
  // Each window on the project sees it; one says it.
  const claims = new Claims(vscode.Uri.joinPath(context.globalStorageUri, "notices").fsPath);
  claims.tidy(Date.now()).catch((thrown: unknown) => log.debug(String(thrown)));
  const followed = new FollowedRuns(context.workspaceState.get<Followed>(followedKey, {}));
  let remembered = JSON.stringify(followed.remembered);
  const look = (): void => {
    const { folder } = runs;
    if (folder === null) return;
    for (const run of followed.look(folder.fsPath, runs.all)) {
      claims
        .take([folder.fsPath, run.id, run.started, run.ended])
        .then(async (first) => (first ? tell(run, folder) : undefined))
        .catch((thrown: unknown) => log.error(String(thrown)));
    }
    const now = JSON.stringify(followed.remembered);
    if (now === remembered) return;
    remembered = now;
    void context.workspaceState.update(followedKey, followed.remembered);
  };
  context.subscriptions.push(
    runs.onDidChange(look),
    launches.onDidBegin(({ folder, run, ended }) => {
      followed.follow(folder.fsPath, run, ended);
      look();
    }),
  );
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
  // Another program that started it has its log.
  const logs =
    run.launch === null ? [] : [command(vscode.l10n.t("Show Runner Log"), "preceptor.showRunnerLog", run.id)];
  switch (run.state) {
    case "done": {
      const last = run.iterations.findLast(({ accuracy }) => accuracy !== null)?.accuracy ?? null;
      const base = run.iterations.find(({ accuracy }) => accuracy !== null)?.accuracy?.before ?? null;
      const measured = last === null ? null : accuracyText({ before: base, after: last.after });
      const text = doneText(name, measured, isOpen(run));
      const report = command(vscode.l10n.t("Open Report"), "preceptor.openReport", { run: run.id });
      return act(await vscode.window.showInformationMessage(text, report));
    }
    case "needs-person": {
      const { need } = run;
      // Why a model of the editor does not answer is in its own words only: gone, refused or used up.
      const why = need?.kind === "editor" ? plainLine(need.message, 300).replace(/\.$/u, "") : null;
      const words = why ?? (need === null ? vscode.l10n.t("needs you") : needText(need.kind));
      const text = vscode.l10n.t("{0}: {1}.", name, words);
      const actions = needActions(need).map((action) => actionOf(action, run, folder));
      return act(await vscode.window.showWarningMessage(text, ...actions));
    }
    case "failed": {
      const why = run.fault === null ? "" : faultSentence(run.fault);
      return act(await vscode.window.showErrorMessage(vscode.l10n.t("{0} failed. {1}", name, why), ...logs, resume));
    }
    case "stopped":
      return act(
        await vscode.window.showWarningMessage(
          vscode.l10n.t("{0} stopped: its process is gone. What was paid for is kept.", name),
          resume,
          ...logs,
        ),
      );
    case "unreadable": {
      const why = run.fault === null ? "" : plain(describeFault(run.fault), 500);
      return act(
        await vscode.window.showErrorMessage(vscode.l10n.t("{0} cannot be read any more. {1}", name, why), ...logs),
      );
    }
    case "cancelled":
    case "running":
    case "new":
      // Whoever cancelled it knows.
      return;
  }
}

/** That a run is done, or done so far, as the Iterations view has it. */
function doneText(name: string, measured: string | null, open: boolean): string {
  const { t } = vscode.l10n;
  if (measured === null) return open ? t("{0} is done so far.", name) : t("{0} is done.", name);
  return open ? t("{0} is done so far: {1}.", name, measured) : t("{0} is done: {1}.", name, measured);
}

function actionOf(action: NeedAction, run: RunView, folder: vscode.Uri): Action {
  const { t } = vscode.l10n;
  switch (action) {
    case "review":
      return command(t("Review"), "preceptor.showInstructorOutput", { run: run.id });
    case "resume":
      return command(t("Resume"), "preceptor.resumeRun", run.id);
    case "show":
      return command(t("Show Run"), `${views.iterations}.focus`);
    case "secret":
      return {
        title: t("Set Secret..."),
        // With the key there, the run may go on: the screen before it says so.
        run: async () => {
          const stored = await vscode.commands.executeCommand("preceptor.setSecret", run.need?.secret);
          if (stored === true) await vscode.commands.executeCommand("preceptor.resumeRun", run.id);
        },
      };
    case "configuration":
      return {
        title: t("Open Configuration"),
        run: () => vscode.window.showTextDocument(vscode.Uri.joinPath(folder, "preceptor.json")),
      };
  }
}

async function act(action: Action | undefined): Promise<void> {
  await action?.run();
}
