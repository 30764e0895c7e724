/** Tasks of type `preceptor`: the command line in a terminal, with its faults in the Problems view. */
import * as vscode from "vscode";
import { RequestFault } from "../../protocol/rpc.js";
import type { Messages } from "../messages.js";
import type { ActiveProject } from "../project/activeProject.js";
import type { Runner } from "../runner/runner.js";
import { requireTrust } from "../runner/trust.js";
import { RunnerTerminal } from "./runnerTerminal.js";

const taskType = "preceptor";
const problemMatcher = "$preceptor";

interface PreceptorTask extends vscode.TaskDefinition {
  readonly type: typeof taskType;
  /** The command, which may be of two words: `benchmarks check`. */
  readonly command: string;
  readonly args?: readonly string[];
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
    const words = [...definition.command.split(" "), ...(definition.args ?? [])];
    const execution = new vscode.CustomExecution(async () => new RunnerTerminal(runner, { project: folder, words }));
    return new vscode.Task(definition, scope, definition.command, "preceptor", execution, problemMatcher);
  };
  const own = (command: string): vscode.Task | null => {
    const { ready } = project;
    if (ready === null) return null;
    const scope = vscode.workspace.getWorkspaceFolder(ready.folder) ?? vscode.TaskScope.Workspace;
    return make({ type: taskType, command }, ready.folder, scope);
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
    vscode.commands.registerCommand("preceptor.runTask", async (command: unknown) =>
      messages.guard(async () => {
        requireTrust();
        const task = typeof command === "string" ? own(command) : null;
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
  return project.ready?.folder ?? workspace ?? null;
}

function noProject(): RequestFault {
  return new RequestFault({
    kind: "usage",
    message: vscode.l10n.t("There is no project here that can be used."),
    remedy: vscode.l10n.t("Open a folder with preceptor.json, or repair the one that is open."),
  });
}
