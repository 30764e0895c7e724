/** Import Results…: files of another tool become a run of this project, or of one that is made for them. */
import * as vscode from "vscode";
import type { ImportedResult } from "../../protocol/worker/index.js";
import { RequestFault } from "../../protocol/requestFault.js";
import type { EngineClient } from "../engine/engineClient.js";
import { views } from "../manifest.js";
import type { Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import type { BenchmarkFiles } from "../project/benchmarkFiles.js";
import { requireTrust } from "../runner/trust.js";
import { ImportDialog, type ImportPlan } from "./importDialog.js";
import { LeftOutDocuments, leftOutScheme } from "./leftOut.js";
import { NewProjectForFiles } from "./newProjectForFiles.js";
import { becomesWords, leftOutWords } from "./words.js";
import type { Work } from "./work.js";
import { number } from "../numbers.js";

export interface ImportParts {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly work: Work;
  readonly files: BenchmarkFiles;
  readonly messages: Messages;
}

export function registerImport(
  context: vscode.ExtensionContext,
  { engine, project, work, files: benchmarkFiles, messages }: ImportParts,
): void {
  const leftOut = new LeftOutDocuments();
  const forFiles = new NewProjectForFiles(engine, project, context.globalState, work);
  const importResults = async (given: readonly string[]): Promise<void> => {
    requireTrust();
    work.requireIdle();
    const files = given.length > 0 ? given : await pickFiles();
    if (files.length === 0) return;
    await vscode.commands.executeCommand(`${views.benchmarks}.focus`);
    try {
      let folder = await folderFor(files, project, forFiles);
      const missing = await benchmarkFiles.missing(folder);
      if (missing.length > 0) await benchmarkFiles.offer(folder, missing);
      let plan = await new ImportDialog(engine, folder.fsPath, pickFiles).show(files);
      if ("elsewhere" in plan) {
        const { elsewhere } = plan;
        folder = await forFiles.make(elsewhere);
        plan = await new ImportDialog(engine, folder.fsPath, pickFiles).show(elsewhere);
      }
      if (!("elsewhere" in plan)) await run(folder, plan);
    } finally {
      await engine.call("import/close", {});
    }
  };

  const run = async (folder: vscode.Uri, { sources, verdicts }: ImportPlan, again = false): Promise<void> => {
    await project.choose(folder);
    const label = verdicts === "judged" ? vscode.l10n.t("Judging responses") : vscode.l10n.t("Importing responses");
    const result = await work.run(label, async (token) =>
      engine.call("import/run", { folder: folder.fsPath, sources: [...sources], verdicts, again }, { token }),
    );
    // Judging takes its time: whoever went on meanwhile, perhaps to another project, stays there.
    await project.refresh();
    void messages.guard(async () => tell(result, leftOut, async () => run(folder, { sources, verdicts }, true)));
  };

  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(leftOutScheme, leftOut),
    vscode.commands.registerCommand("preceptor.importResults", async (first?: unknown, all?: unknown) =>
      messages.guard(async () => importResults(pathsIn(first, all))),
    ),
    vscode.commands.registerCommand("preceptor.cancelImport", () => work.cancel()),
  );
}

/** The project that is open, else one that is made for the files. */
async function folderFor(
  files: readonly string[],
  project: ActiveProject,
  forFiles: NewProjectForFiles,
): Promise<vscode.Uri> {
  if (project.state.state === "loading") await project.refresh();
  const { state } = project;
  if (state.state === "ready") return state.folder;
  if (state.state === "broken") throw new RequestFault(state.fault);
  return forFiles.make(files);
}

/** Says what the view does not show by itself: what is never taught, what was left out, and that nothing was new. */
async function tell(result: ImportedResult, documents: LeftOutDocuments, again: () => Promise<void>): Promise<void> {
  const { run, already, leftOut, fault, matched } = result;
  const show = vscode.l10n.t("Show Left-Out Rows");
  const importAgain = vscode.l10n.t("Import Again");
  const name = plainLine(run, 60);
  if (fault !== null) throw new RequestFault(fault);
  const left = leftOutWords(leftOut);
  const rows = left === "" ? [] : [show];
  if (already) {
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t("{0} has these responses already; nothing was added.", name),
      ...rows,
      importAgain,
    );
    if (chosen === show) await documents.show(result);
    if (chosen === importAgain) await again();
    return;
  }
  const evaluated = becomesWords(result);
  if (left === "" && evaluated.length === 0) return;
  const counts = [...Object.values(matched), ...Object.values(result.evaluated).map(({ added }) => added)];
  const count = number(counts.reduce((sum, each) => sum + each, 0));
  const imported =
    left === ""
      ? vscode.l10n.t("{0}: {1} responses imported.", name, count)
      : vscode.l10n.t("{0}: {1} responses imported. Left out: {2}.", name, count, left);
  const chosen = await vscode.window.showInformationMessage([imported, ...evaluated].join(" "), ...rows);
  if (chosen === show) await documents.show(result);
}

async function pickFiles(): Promise<readonly string[]> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Import Results"),
    openLabel: vscode.l10n.t("Import Results"),
    canSelectMany: true,
    filters: {
      [vscode.l10n.t("Recorded outputs")]: ["jsonl", "json", "eval", "csv", "parquet", "gz"],
      [vscode.l10n.t("All files")]: ["*"],
    },
  });
  return (chosen ?? []).map(({ fsPath }) => fsPath);
}

/** Files from the Explorer (the clicked one and all selected ones), or paths that a caller gives. */
function pathsIn(first: unknown, all: unknown): string[] {
  const given = Array.isArray(all) && all.length > 0 ? all : Array.isArray(first) ? first : [first];
  return (given as readonly unknown[]).flatMap((each) => {
    if (typeof each === "string") return [each];
    return each instanceof vscode.Uri && each.scheme === "file" ? [each.fsPath] : [];
  });
}
