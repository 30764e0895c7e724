import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import { requireTrust } from "../runner/trust.js";
import type { ActiveProject } from "./activeProject.js";
import type { BenchmarkFiles } from "./benchmarkFiles.js";
import { createProject } from "./createProject.js";

/** Commands about the project as a whole. */
export function registerProjectCommands(
  context: vscode.ExtensionContext,
  {
    engine,
    project,
    files,
    messages,
    log,
  }: {
    engine: EngineClient;
    project: ActiveProject;
    files: BenchmarkFiles;
    messages: Messages;
    log: vscode.LogOutputChannel;
  },
): void {
  const register = (name: string, action: () => Promise<void>): void => {
    context.subscriptions.push(vscode.commands.registerCommand(name, async () => messages.guard(action)));
  };
  register("preceptor.showLog", async () => log.show());
  register("preceptor.refreshProject", async () => project.refresh());
  register("preceptor.selectProject", async () => selectProject(project));
  register("preceptor.createProject", async () => {
    requireTrust();
    const folder = await createProject(engine, project);
    // The reminder stays until somebody has an answer; the project is there meanwhile.
    if (folder !== null) void messages.guard(async () => files.remind(folder));
  });
  context.subscriptions.push(
    vscode.commands.registerCommand("preceptor.downloadBenchmarks", async (agreed: unknown) =>
      messages.guard(async () => {
        requireTrust();
        return downloadBenchmarks(files, project, agreed instanceof vscode.Uri ? agreed : null);
      }),
    ),
  );
}

/** @param agreed folder of a project about which a person was told already whose files these are. */
async function downloadBenchmarks(
  files: BenchmarkFiles,
  project: ActiveProject,
  agreed: vscode.Uri | null,
): Promise<boolean> {
  if (agreed !== null) {
    await files.download(agreed);
    return true;
  }
  const folder = await project.requireFolder();
  const missing = await files.missing(folder);
  if (missing.length > 0) await files.offer(folder, missing);
  else void vscode.window.showInformationMessage(vscode.l10n.t("All files of this project's benchmarks are there."));
  return true;
}

async function selectProject(project: ActiveProject): Promise<void> {
  const current = project.state.state === "ready" || project.state.state === "broken" ? project.state.folder : null;
  const folders = await project.candidates();
  const items = folders.map((folder) => ({
    label: plainLine(folder.path.split("/").at(-1) ?? folder.path, 80),
    description: folder.toString() === current?.toString() ? vscode.l10n.t("current") : "",
    detail: plainLine(vscode.workspace.asRelativePath(folder), 200),
    folder,
  }));
  const other = { label: vscode.l10n.t("Other Folder..."), description: "", detail: "", folder: null };
  const chosen = await vscode.window.showQuickPick([...items, other], {
    title: vscode.l10n.t("Select Project"),
    placeHolder: vscode.l10n.t("A folder with preceptor.json"),
  });
  if (chosen === undefined) return;
  if (chosen.folder !== null) return project.choose(chosen.folder);
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: vscode.l10n.t("Select Project"),
    })) ?? [];
  if (folder !== undefined) await project.choose(folder);
}
