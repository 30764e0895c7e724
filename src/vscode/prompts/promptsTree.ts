import * as vscode from "vscode";
import type { TemplateEntry } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { views } from "../manifest.js";
import { plain, plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";

/** A strategy with its templates, or one template. */
export type PromptNode =
  | { readonly kind: "strategy"; readonly strategy: string; readonly templates: readonly TemplateEntry[] }
  | {
      readonly kind: "template";
      readonly entry: TemplateEntry;
      /** Another file of the project is for the same strategy, family and set: neither serves. */
      readonly twin: boolean;
    };

/** Strategies and families in the order of the documentation; others follow by name. */
const strategies = ["LE", "LEC", "AugGPT", "judge"];
const families = ["math", "choice", "code", "any"];

/** Templates by strategy and family; those that the project changed stand out by icon and description. */
export class PromptsTree implements vscode.TreeDataProvider<PromptNode>, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #project: ActiveProject;
  readonly #messages: Messages;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #filesChanged = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [];
  #watcher: vscode.FileSystemWatcher | null = null;
  #watched = "";

  constructor(engine: EngineClient, project: ActiveProject, messages: Messages) {
    this.#engine = engine;
    this.#project = project;
    this.#messages = messages;
    this.#disposables.push(
      this.#changed,
      this.#filesChanged,
      project.onDidChange(() => this.#follow()),
    );
    this.#follow();
  }

  readonly onDidChangeTreeData = this.#changed.event;
  /** Fires when a template of the project came or went: others may serve, or clash, now. */
  readonly onDidChangeFiles = this.#filesChanged.event;

  refresh(): void {
    this.#changed.fire();
  }

  async getChildren(node?: PromptNode): Promise<PromptNode[]> {
    if (node?.kind === "template") return [];
    if (node?.kind === "strategy")
      return node.templates.map((entry) => ({
        kind: "template",
        entry,
        twin: node.templates.some(
          (other) => other !== entry && other.family === entry.family && other.set === entry.set,
        ),
      }));
    const { shown } = this.#project;
    if (shown === null) return [];
    const found = await this.#messages.guard(async () =>
      this.#engine.call("prompts/list", { folder: shown.folder.fsPath }),
    );
    const templates = (found?.templates ?? []).filter(({ overridden }) => !overridden);
    return [...new Set(templates.map(({ strategy }) => strategy))]
      .sort((a, b) => byRank(strategies, a, b))
      .map((strategy) => ({
        kind: "strategy",
        strategy,
        templates: templates
          .filter((entry) => entry.strategy === strategy)
          .sort((a, b) => Number(b.inUse) - Number(a.inUse) || byRank(families, a.family, b.family)),
      }));
  }

  getTreeItem(node: PromptNode): vscode.TreeItem {
    return node.kind === "strategy" ? strategyItem(node) : templateItem(node);
  }

  /** The family and the set of a template are told by the item around it, so only details wait for the tooltip. */
  resolveTreeItem(item: vscode.TreeItem, node: PromptNode): vscode.TreeItem {
    if (node.kind === "template") {
      const { description, path } = node.entry;
      item.tooltip = plain(`${description}\n${path}`, 600);
    }
    return item;
  }

  dispose(): void {
    this.#watcher?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Watches the templates of the project that is shown. */
  #follow(): void {
    const folder = this.#project.ready?.folder;
    const watched = folder?.toString() ?? "";
    if (watched !== this.#watched) {
      this.#watched = watched;
      this.#watcher?.dispose();
      this.#watcher = null;
      if (folder !== undefined) {
        const watcher = vscode.workspace.createFileSystemWatcher(
          // Of a folder that is new, its first file may not be told.
          new vscode.RelativePattern(folder, "{prompts,prompts/*.prompt}"),
        );
        const changed = (): void => this.#changed.fire();
        const others = (): void => {
          changed();
          this.#filesChanged.fire();
        };
        watcher.onDidCreate(others);
        watcher.onDidChange(changed);
        watcher.onDidDelete(others);
        this.#watcher = watcher;
      }
    }
    this.#changed.fire();
  }
}

function byRank(known: readonly string[], a: string, b: string): number {
  const rank = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length);
  return rank(a) - rank(b) || a.localeCompare(b, "en");
}

function strategyItem({ strategy, templates }: Extract<PromptNode, { kind: "strategy" }>): vscode.TreeItem {
  const item = new vscode.TreeItem(plainLine(strategy, 60), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `strategy:${strategy}`;
  item.contextValue = ";strategy;";
  const changed = templates.filter((entry) => entry.changed).length;
  if (changed > 0) item.description = vscode.l10n.t("{0} changed", changed);
  return item;
}

function templateItem(node: Extract<PromptNode, { kind: "template" }>): vscode.TreeItem {
  const { t } = vscode.l10n;
  const { entry, twin } = node;
  const { family, set, origin, changed, shipped, errors, warnings, inUse, strategy } = entry;
  const item = new vscode.TreeItem(familyTitle(family), vscode.TreeItemCollapsibleState.None);
  const own = origin === "project";
  const remarks = [
    // Two of one place are told apart by their files.
    ...(twin ? [plainLine(entry.fileName, 60)] : []),
    plainLine(set, 20),
    ...(inUse ? [] : [t("not in use")]),
    ...(own ? [changed ? t("changed from shipped") : shipped === null ? t("your own") : t("same as shipped")] : []),
    ...(errors > 0 ? [t("{0} errors", errors)] : warnings > 0 ? [t("{0} warnings", warnings)] : []),
  ];
  item.id = `template:${entry.path}`;
  item.description = remarks.join(" · ");
  item.iconPath = new vscode.ThemeIcon(
    errors > 0 ? "error" : warnings > 0 ? "warning" : !own ? "file" : changed ? "edit" : "files",
  );
  item.accessibilityInformation = { label: [strategy, familyTitle(family), ...remarks].join(", ") };
  item.contextValue = [
    "",
    "template",
    origin,
    ...(changed ? ["changed"] : []),
    ...(shipped === null ? [] : ["has-shipped"]),
    "",
  ].join(";");
  item.command = {
    command: "preceptor.openPrompt",
    title: t("Open Template"),
    arguments: [node],
  };
  return item;
}

function familyTitle(family: string): string {
  const { t } = vscode.l10n;
  const titles: { readonly [family: string]: string } = {
    math: t("Math"),
    choice: t("Multiple choice"),
    code: t("Code"),
    any: t("All families"),
  };
  return Object.hasOwn(titles, family) ? (titles[family] ?? family) : plainLine(family, 60);
}

export function createPromptsView(tree: PromptsTree): vscode.TreeView<PromptNode> {
  return vscode.window.createTreeView(views.prompts, { treeDataProvider: tree, showCollapseAll: true });
}
