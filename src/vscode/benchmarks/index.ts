/** The Benchmarks view: benchmark → run → group → case. */
import * as vscode from "vscode";
import type { TriageClass } from "../../protocol/worker/index.js";
import type { CaseOrder } from "../cases/commands.js";
import type { EngineClient } from "../engine/engineClient.js";
import { views } from "../manifest.js";
import { openFault, type Messages } from "../messages.js";
import type { ActiveProject } from "../project/activeProject.js";
import { CaseActions } from "./actions.js";
import { BenchmarksTree } from "./benchmarksTree.js";
import { chooseConditions, chooseGrouping, chooseSort, search } from "./choices.js";
import { registerDisputedBadge } from "./disputedBadge.js";
import { goToCase } from "./goToCase.js";
import { selectionsOf, type Node } from "./nodes.js";
import { followFiles } from "./polling.js";
import { ViewOptions } from "./viewOptions.js";
import { filterWords } from "./words.js";

export function registerBenchmarks(
  context: vscode.ExtensionContext,
  { engine, project, messages }: { engine: EngineClient; project: ActiveProject; messages: Messages },
): CaseOrder {
  const options = new ViewOptions(context.workspaceState);
  const tree = new BenchmarksTree(engine, project, options);
  const view = vscode.window.createTreeView(views.benchmarks, {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const actions = new CaseActions(engine);
  const describe = (): void => {
    const { filter, filtered } = options;
    const parts = [project.nameAmongSeveral, filtered ? vscode.l10n.t("filtered") : ""];
    view.description = parts.filter((part) => part !== "").join(" · ");
    // The welcome text, which says it then, is hidden by a message.
    view.message = filtered && !tree.matchesNothing ? vscode.l10n.t("Filter: {0}", filterWords(filter)) : "";
  };
  describe();
  context.subscriptions.push(
    options,
    tree,
    view,
    options.onDidChange(() => {
      // The rows first: the editor passes the first of several changes of a view on at once, the others 200 ms later.
      tree.refresh();
      describe();
    }),
    tree.onDidEmpty(describe),
    project.onDidChange(() => {
      tree.refresh();
      describe();
    }),
    registerDisputedBadge(),
    followFiles(view, engine, project, tree),
  );

  const register = (name: string, action: (folder: string, nodes: readonly Node[]) => Promise<void> | void): void => {
    const guarded = async (clicked?: Node, chosen?: readonly Node[]): Promise<void> => {
      await messages.guard(async () => {
        const folder = project.shown?.folder.fsPath;
        // A palette or a key may reach a command where its menu is hidden.
        if (folder === undefined) return;
        const nodes = chosen ?? (clicked === undefined ? view.selection : [clicked]);
        await action(folder, nodes);
      });
    };
    context.subscriptions.push(vscode.commands.registerCommand(name, guarded));
  };
  const selected = (nodes: readonly Node[]): ReturnType<typeof selectionsOf> => selectionsOf(nodes, options);

  register("preceptor.groupCases", async () => chooseGrouping(options));
  register("preceptor.sortCases", async () => chooseSort(options));
  register("preceptor.filterCases", async (folder) => chooseConditions(options, engine, folder));
  register("preceptor.searchCases", (folder) => {
    search(options, () => void messages.guard(async () => chooseConditions(options, engine, folder)));
  });
  register("preceptor.clearFilter", async () => options.clear());
  register("preceptor.showArtefacts", async () => {
    await options.clear();
    await options.restrict({ artefact: true });
    await vscode.commands.executeCommand(`${views.benchmarks}.focus`);
  });
  register("preceptor.showRightAnswers", async () => options.restrict({ right: true }));
  register("preceptor.hideRightAnswers", async () => options.restrict({ right: false }));
  register("preceptor.goToCase", (folder, nodes) => goToCase(engine, folder, runOf(nodes)));
  register("preceptor.copyCaseKeys", async (folder, nodes) => actions.copyKeys(folder, selected(nodes)));
  register("preceptor.copyCasesAsMarkdown", async (folder, nodes) => actions.copyMarkdown(folder, selected(nodes)));
  register("preceptor.exportCases", async (folder, nodes) => {
    const selections = selected(nodes);
    await actions.export(folder, selections, selections[0]?.set.benchmark ?? "cases");
  });
  register("preceptor.openProblem", async (_folder, [node]) => {
    if (node?.kind === "problem") await openFault(node.fault);
  });
  const decisions: { readonly [command: string]: TriageClass | null } = {
    "preceptor.markSelectedArtefact": "artefact",
    "preceptor.markSelectedBadGold": "bad-gold",
    "preceptor.markSelectedIgnored": "ignored",
    "preceptor.markSelectedTrueError": "true-error",
    "preceptor.clearSelectedTriage": null,
  };
  for (const [command, decision] of Object.entries(decisions)) {
    register(command, async (folder, nodes) => {
      if (await actions.decide(folder, selected(nodes), decision)) tree.refresh();
    });
  }
  context.subscriptions.push(
    vscode.commands.registerCommand("preceptor.openConfiguration", async () =>
      messages.guard(async () => {
        const { state } = project;
        if (state.state === "broken") await openFault(state.fault);
        else if (state.state === "ready") {
          await vscode.window.showTextDocument(vscode.Uri.joinPath(state.folder, "preceptor.json"));
        }
      }),
    ),
  );
  return viewOrder(engine, options, async ({ folder, ref }) => {
    // The view has no row of another project's case.
    if (!view.visible || folder !== project.shown?.folder.fsPath) return;
    const row = await tree.rowOf(ref);
    // The view may have been closed meanwhile, and must not come back for this.
    if (row !== null && view.visible) await view.reveal(row, { select: true, focus: false });
  });
}

/** Errors as the view lists them, with its filter. */
function viewOrder(engine: EngineClient, options: ViewOptions, reveal: CaseOrder["reveal"]): CaseOrder {
  return {
    reveal,
    async neighbour({ folder, ref }, direction) {
      const { grouping: by, filter, sort } = options;
      const found = await engine.call("benchmarks/neighbour", { folder, ref, by, filter, sort, direction });
      const { ref: there, position, count } = found;
      return there === null ? null : { located: { folder, ref: there }, position, count };
    },
  };
}

/** The run of the chosen rows. */
function runOf(nodes: readonly Node[]): string | null {
  for (const node of nodes) if ("ref" in node) return node.ref.run;
  return null;
}
