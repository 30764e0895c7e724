import * as vscode from "vscode";
import type { AnswerSetRef, GroupRef } from "../../protocol/worker/benchmarks.js";
import type { Result } from "../../protocol/rpc.js";
import type { CaseRef, WorkerContract } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { setContext } from "../manifest.js";
import { faultOf } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import { itemOf, tooltipOf } from "./items.js";
import {
  benchmarkNode,
  caseNode,
  groupNode,
  groupOf,
  problemNode,
  rangeNodes,
  rangeSize,
  setNode,
  type Node,
  type NodeOf,
} from "./nodes.js";
import type { ViewOptions } from "./viewOptions.js";

type ShownProject = NonNullable<ActiveProject["shown"]>;

/** Rows of the Benchmarks view: the engine counts and lists, this only asks it and shows. */
export class BenchmarksTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #project: ActiveProject;
  readonly #options: ViewOptions;
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly #emptied = new vscode.EventEmitter<boolean>();
  #matchesNothing = false;
  #shownStamp: string | null = null;

  constructor(engine: EngineClient, project: ActiveProject, options: ViewOptions) {
    this.#engine = engine;
    this.#project = project;
    this.#options = options;
  }

  readonly onDidChangeTreeData = this.#changed.event;

  /** Fires with whether the filter hides everything, when that changed. */
  readonly onDidEmpty = this.#emptied.event;

  get matchesNothing(): boolean {
    return this.#matchesNothing;
  }

  /** The state of the files that the rows show; null before any. */
  get shownStamp(): string | null {
    return this.#shownStamp;
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return itemOf(node);
  }

  getParent(node: Node): Node | null {
    return node.parent;
  }

  resolveTreeItem(item: vscode.TreeItem, node: Node): vscode.TreeItem {
    item.tooltip = tooltipOf(node);
    return item;
  }

  /** Never rejects: a row says what went wrong where the children would be. */
  async getChildren(node?: Node): Promise<Node[]> {
    const { shown } = this.#project;
    if (shown === null) return [];
    try {
      return await this.#children(shown, node ?? null);
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.kind === "cancelled") return [];
      return [problemNode(node ?? null, "fault", vscode.l10n.t("This cannot be shown"), fault)];
    }
  }

  /** The row of a case; null when the view does not list it. */
  async rowOf({ key, ...stage }: CaseRef): Promise<Node | null> {
    const folder = this.#project.shown?.folder.fsPath;
    if (folder === undefined) return null;
    const { grouping: by, filter, sort } = this.#options;
    const ref = { ...stage, key };
    const { place } = await this.#engine.call("benchmarks/place", { folder, ref, by, filter, sort });
    let level = place === null ? [] : await this.getChildren();
    while (place !== null && level.length > 0) {
      const next = level.find((node) => leadsTo(node, place, key));
      if (next === undefined || next.kind === "case") return next ?? null;
      level = await this.getChildren(next);
    }
    return null;
  }

  dispose(): void {
    this.#changed.dispose();
    this.#emptied.dispose();
  }

  async #tellEmpty(empty: boolean): Promise<void> {
    if (empty === this.#matchesNothing) return;
    this.#matchesNothing = empty;
    await setContext("preceptor.filterMatchesNothing", empty);
    this.#emptied.fire(empty);
  }

  async #children({ folder: { fsPath: folder }, project }: ShownProject, node: Node | null): Promise<Node[]> {
    if (node === null) return this.#roots(folder, project.runs.length > 0);
    switch (node.kind) {
      case "benchmark":
        return this.#sets(node);
      case "set":
        return this.#groups(folder, node);
      case "group":
        if (node.group.shown > rangeSize) {
          return [...rangeNodes(node, node.ref, groupOf(node), node.group.shown)];
        }
        return this.#cases(folder, node, node.ref, groupOf(node), 0, rangeSize);
      case "range":
        return this.#cases(folder, node, node.ref, node.group, node.from, node.to - node.from);
      case "case":
      case "problem":
        return [];
    }
  }

  async #roots(folder: string, hasRuns: boolean): Promise<Node[]> {
    const { filter, filtered } = this.#options;
    const { benchmarks, problems, stamp } = await this.#engine.call("benchmarks/overview", { folder, filter });
    this.#shownStamp = stamp;
    const answered = benchmarks.some(({ sets }) => sets.length > 0);
    // Without a run, the welcome text says the next step. A run that has no answers yet has benchmarks to answer.
    const all = answered || hasRuns ? benchmarks : [];
    const shown = all.filter(({ sets }) => !answered || !filtered || sets.some(mayShow));
    await this.#tellEmpty(filtered && answered && shown.length === 0);
    const troubles = problems.map(({ run, fault }) => {
      const title =
        run === null
          ? vscode.l10n.t("Decisions cannot be read")
          : vscode.l10n.t("{0} cannot be read", plainLine(run, 60));
      return problemNode(null, run ?? "", title, fault);
    });
    return [...this.#configurationTrouble(), ...troubles, ...shown.map(benchmarkNode)];
  }

  /** Says above everything else that what is shown is older than what somebody writes in the configuration. */
  #configurationTrouble(): Node[] {
    const { state } = this.#project;
    if (state.state !== "broken") return [];
    return [problemNode(null, "configuration", vscode.l10n.t("The configuration cannot be read"), state.fault)];
  }

  #sets(node: NodeOf<"benchmark">): Node[] {
    const { filtered } = this.#options;
    return node.benchmark.sets.filter((set) => !filtered || mayShow(set)).map((set) => setNode(node, set));
  }

  async #groups(folder: string, node: NodeOf<"set">): Promise<Node[]> {
    const { grouping, filter } = this.#options;
    const { ref } = node;
    const { by, groups, shown, fault } = await this.#engine.call("benchmarks/groups", {
      folder,
      set: ref,
      by: grouping,
      filter,
    });
    const trouble =
      fault === null ? [] : [problemNode(node, "fault", vscode.l10n.t("Some of it cannot be read"), fault)];
    if (by !== "none") return [...trouble, ...groups.map((group) => groupNode(node, by, group))];
    if (shown > rangeSize) return [...trouble, ...rangeNodes(node, ref, null, shown)];
    return [...trouble, ...(await this.#cases(folder, node, ref, null, 0, rangeSize))];
  }

  async #cases(
    folder: string,
    parent: Node,
    set: AnswerSetRef,
    group: GroupRef | null,
    offset: number,
    limit: number,
  ): Promise<Node[]> {
    const { filter, sort } = this.#options;
    const { cases } = await this.#engine.call("benchmarks/cases", { folder, set, group, filter, sort, offset, limit });
    return cases.map((row) => caseNode(parent, set, row));
  }
}

type Place = NonNullable<Result<WorkerContract, "benchmarks/place">["place"]>;

/** Whether a row is that of a case, or one above it. */
function leadsTo(node: Node, { set, group, before }: Place, key: string): boolean {
  switch (node.kind) {
    case "benchmark":
      return node.benchmark.name === set.benchmark;
    case "set":
      return node.ref.run === set.run && node.ref.iteration === set.iteration && node.ref.stage === set.stage;
    case "group":
      return node.group.value === group?.value;
    case "range":
      return node.from <= before && before < node.to;
    case "case":
      return node.ref.key === key;
    case "problem":
      return false;
  }
}

/** Whether a filter lets a case of the set through, or it is not known yet. */
function mayShow({ shown }: { readonly shown: number | null }): boolean {
  return shown !== 0;
}
