/** Tasks of type `preceptor`: the command line in a terminal, with its faults in the Problems view. */
import * as vscode from "vscode";
import { RequestFault } from "../../protocol/requestFault.js";
import type { Messages } from "../messages.js";
import type { ActiveProject } from "../project/activeProject.js";
import type { Runner } from "../runner/runner.js";
import { requireTrust } from "../runner/trust.js";
import { wordsOf } from "./commandLine.js";
import { RunnerTerminal } from "./runnerTerminal.js";

const taskType = "preceptor";
const problemMatcher = "$preceptor";

interface PreceptorTask extends vscode.TaskDefinition {
  readonly type: typeof taskType;
  /** The command, which may be of two words: `benchmarks check`. */
  readonly command: string;
  readonly args?: unknown;
  /** Folder of the project, from the workspace's folder on; without it the project that the views show. */
  readonly project?: string;
}

/** Commands that are offered without being written into tasks.json. */
const offered = ["iterate", "evaluate", "report", "doctor", "benchmarks check", "status"] as const;

export function registerTasks(
  context: vscode.ExtensionContext,
  { project, runner, messages }: { project: ActiveProject; runner: Runner; messages: Messages },
): void {
  const make = (
    definition: PreceptorTask,
    folder: vscode.Uri,
    scope: vscode.WorkspaceFolder | vscode.TaskScope,
  ): vscode.Task => {
    const words = wordsOf(definition.command, definition.args);
    const execution = new vscode.CustomExecution(async () => new RunnerTerminal(runner, folder, words));
    return new vscode.Task(definition, scope, definition.command, "preceptor", execution, problemMatcher);
  };
  const own = (command: string, args: readonly string[] = []): vscode.Task | null => {
    const folder = shownFolder(project);
    if (folder === null) return null;
    const scope = vscode.workspace.getWorkspaceFolder(folder) ?? vscode.TaskScope.Workspace;
    return make({ type: taskType, command, ...(args.length === 0 ? {} : { args }) }, folder, scope);
  };
  context.subscriptions.push(
    vscode.tasks.registerTaskProvider(taskType, {
      provideTasks: () => offered.flatMap((command) => own(command) ?? []),
      resolveTask: ({ definition, scope }) => {
        if (!isOurs(definition)) return undefined;
        const folder = folderOf(definition, scope, project);
        return folder === null ? undefined : make(definition, folder, scope ?? vscode.TaskScope.Workspace);
      },
    }),
    vscode.commands.registerCommand("preceptor.runTask", async (command: unknown, ...args: readonly unknown[]) =>
      messages.guard(async () => {
        requireTrust();
        const words = args.filter((each) => typeof each === "string");
        const task = typeof command === "string" ? own(command, words) : null;
        if (task === null) throw noProject();
        await vscode.tasks.executeTask(task);
      }),
    ),
  );
}

function isOurs(definition: vscode.TaskDefinition): definition is PreceptorTask {
  return definition.type === taskType && typeof definition["command"] === "string" && definition["command"] !== "";
}

function folderOf(
  { project: named }: PreceptorTask,
  scope: vscode.Task["scope"],
  project: ActiveProject,
): vscode.Uri | null {
  const workspace = typeof scope === "object" ? scope.uri : vscode.workspace.workspaceFolders?.[0]?.uri;
  if (named !== undefined && workspace !== undefined) return vscode.Uri.joinPath(workspace, named);
  return shownFolder(project) ?? workspace ?? null;
}

/** The project that is shown, also while it is broken: what is wrong with it is what Check is there to say. */
function shownFolder({ state }: ActiveProject): vscode.Uri | null {
  return state.state === "ready" || state.state === "broken" ? state.folder : null;
}

function noProject(): RequestFault {
  return new RequestFault({
    kind: "usage",
    message: vscode.l10n.t("There is no project here that can be used."),
    remedy: vscode.l10n.t("Open a folder with preceptor.json, or repair the one that is open."),
  });
}
