import path from "node:path";
import * as vscode from "vscode";
import type { ReportHost, ReportPage, ReportState } from "../../protocol/panels/report.js";
import type { Handlers, Peer } from "../../protocol/rpc.js";
import type { ReportForm, RunView } from "../../protocol/worker/index.js";
import { openBoth } from "../cases/openCase.js";
import type { EngineClient } from "../engine/engineClient.js";
import { faultOf, type Messages } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import { openPage, pageOptions, viewTypeOf } from "../webview/pagePanel.js";
import { reportWords } from "./words.js";

export interface ReportServices {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly messages: Messages;
  readonly log: vscode.LogOutputChannel;
}

/** Reports of runs: one panel a run, so that two may stand side by side. */
export function registerReport(context: vscode.ExtensionContext, services: ReportServices): void {
  const panels = new ReportPanels(context.extensionUri, services);
  const { messages } = services;
  context.subscriptions.push(
    vscode.commands.registerCommand("preceptor.openReport", async (argument: unknown) =>
      messages.guard(async () => panels.show(await panels.chosen(argument))),
    ),
    vscode.commands.registerCommand("preceptor.exportReport", async (argument: unknown) =>
      messages.guard(async () => panels.exportOne(await panels.chosen(argument))),
    ),
    vscode.window.registerWebviewPanelSerializer(viewTypeOf("report"), {
      deserializeWebviewPanel: async (panel, state: unknown) => panels.restore(panel, state),
    }),
    services.engine.on("runs/changed", ({ folder, runs }) => panels.changed(folder, runs)),
    // A configuration that breaks, or is mended, is told.
    services.project.onDidChange(() => panels.refresh()),
  );
}

type RunOfProject = Pick<ReportState, "folder" | "run">;

interface OpenReport {
  readonly panel: vscode.WebviewPanel;
  readonly peer: Peer<ReportPage, ReportHost>;
  /** Evaluations that had ended when the page was told last; null before the first news of the run. */
  evaluations: number | null;
}

/** Schemas are made when a report is first shown: activation does not wait for them. */
const contracts = async () => ({
  ...(await import("../../protocol/panels/report.js")),
  wire: await import("../../protocol/rpc.js"),
});
type Contracts = Awaited<ReturnType<typeof contracts>>;

class ReportPanels {
  readonly #extensionUri: vscode.Uri;
  readonly #services: ReportServices;
  readonly #open = new Map<string, OpenReport>();

  constructor(extensionUri: vscode.Uri, services: ReportServices) {
    this.#extensionUri = extensionUri;
    this.#services = services;
  }

  /** The run that a menu or our own code names; else the person chooses, where there is more than one. */
  async chosen(argument: unknown): Promise<RunOfProject | null> {
    const { project } = this.#services;
    // A window that has just opened still reads its project.
    if (project.state.state === "loading") await project.refresh();
    const named = runOf(argument);
    const folder = folderOf(argument) ?? project.shown?.folder.fsPath;
    if (folder === undefined) return null;
    if (named !== null) return { folder, run: named };
    const runs = [...(project.shown?.project.runs ?? [])].reverse();
    const [only] = runs;
    if (runs.length <= 1) return only === undefined ? null : { folder, run: only };
    const chosen = await vscode.window.showQuickPick(
      runs.map((run) => ({ label: plainLine(run, 80), run })),
      { title: vscode.l10n.t("Open Report"), placeHolder: vscode.l10n.t("Run") },
    );
    return chosen === undefined ? null : { folder, run: chosen.run };
  }

  async show(chosen: RunOfProject | null): Promise<void> {
    if (chosen === null) return;
    const { folder, run } = chosen;
    const loaded = await contracts();
    const present = this.#open.get(keyOf(folder, run));
    if (present !== undefined) {
      present.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      viewTypeOf("report"),
      titleOf(run),
      vscode.ViewColumn.Active,
      pageOptions(this.#extensionUri),
    );
    this.#attach(loaded, panel, { folder, run, before: null, after: null, list: null, both: false, scroll: 0 });
  }

  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const loaded = await contracts();
    const parsed = loaded.reportState.safeParse(state);
    if (!parsed.success) {
      // A panel without its state cannot say what it showed.
      panel.dispose();
      return;
    }
    panel.title = titleOf(parsed.data.run);
    this.#attach(loaded, panel, parsed.data);
  }

  /** Asks for a form, and exports a run. */
  async exportOne(chosen: RunOfProject | null): Promise<void> {
    if (chosen === null) return;
    const form = await chooseForm();
    if (form !== undefined) await this.#export(chosen.folder, chosen.run, form);
  }

  /** News of runs come several times a second; a report changes when an evaluation has ended. */
  changed(folder: string, runs: readonly RunView[]): void {
    for (const run of runs) {
      const open = this.#open.get(keyOf(folder, run.id));
      if (open === undefined) continue;
      const stages = run.iterations.flatMap((iteration) => iteration.stages);
      const ended = stages.filter(
        ({ stage, state }) => stage === "evaluate" && ["done", "reused"].includes(state),
      ).length;
      if (open.evaluations !== null && open.evaluations !== ended) open.peer.say("changed", {});
      open.evaluations = ended;
    }
  }

  /** Lets every page ask again. */
  refresh(): void {
    for (const { peer } of this.#open.values()) peer.say("changed", {});
  }

  #attach({ wire, reportHost, reportPage }: Contracts, panel: vscode.WebviewPanel, state: ReportState): void {
    const { log } = this.#services;
    const key = keyOf(state.folder, state.run);
    const peer = openPage(
      panel,
      { wire, page: "report", remote: reportPage, own: reportHost },
      { extensionUri: this.#extensionUri, handlers: this.#handlers(state), describe: faultOf, log },
    );
    this.#open.set(key, { panel, peer, evaluations: null });
    panel.onDidDispose(() => this.#open.delete(key));
  }

  /** Asks for a place, and writes the same text as the command line does. */
  async #export(folder: string, run: string, form: ReportForm): Promise<void> {
    const name = `${path.basename(folder)}-${run}.${endings[form]}`;
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(vscode.Uri.file(folder), name),
      saveLabel: vscode.l10n.t("Export"),
    });
    if (target === undefined) return;
    const { text } = await this.#services.engine.call("report/export", { folder, run, form });
    await vscode.workspace.fs.writeFile(target, Buffer.from(text, "utf8"));
  }

  /** A panel is about one run of one project, also when another project is looked at meanwhile. */
  #handlers(opened: ReportState): Handlers<ReportHost> {
    const { engine } = this.#services;
    const { folder, run } = opened;
    // A page that something else covered is made anew, and asks again where it was.
    let state = opened;
    return {
      strings: async () => reportWords(),
      view: async (_params, { signal }) => ({
        ...(await engine.call("report/view", { folder, run }, { signal })),
        state,
      }),
      remember: async (looked) => {
        state = { ...looked, folder, run };
        return { state };
      },
      compare: async (params, { signal }) => engine.call("report/compare", { ...params, folder }, { signal }),
      cases: async (params, { signal }) => engine.call("report/cases", { ...params, folder }, { signal }),
      openCase: async ({ ref, before }) => {
        const after = { folder, ref };
        if (before === null) {
          await vscode.commands.executeCommand("preceptor.openCase", after);
          return {};
        }
        const { special } = await engine.call("case/detail", after);
        await openBoth({ folder, ref: { ...ref, ...before } }, after, special.kind === "code");
        return {};
      },
      openSamples: async ({ iteration, ...filter }) => {
        await vscode.commands.executeCommand("preceptor.showInstructorOutput", { folder, run, iteration, filter });
        return {};
      },
      export: async ({ form }) => {
        await this.#export(folder, run, form);
        return {};
      },
    };
  }
}

/** Ending of a file name by form. */
const endings: { readonly [form in ReportForm]: string } = { markdown: "md", csv: "csv", html: "html" };

async function chooseForm(): Promise<ReportForm | undefined> {
  const chosen = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t("HTML"),
        detail: vscode.l10n.t("One page that needs nothing else"),
        form: "html" as const,
      },
      { label: vscode.l10n.t("Markdown"), detail: vscode.l10n.t("Tables for a text"), form: "markdown" as const },
      { label: vscode.l10n.t("CSV"), detail: vscode.l10n.t("Figures for a spreadsheet"), form: "csv" as const },
    ],
    { title: vscode.l10n.t("Export Report"), placeHolder: vscode.l10n.t("Form") },
  );
  return chosen?.form;
}

function runOf(argument: unknown): string | null {
  if (typeof argument !== "object" || argument === null || !("run" in argument)) return null;
  const { run } = argument;
  if (typeof run === "string") return run;
  if (typeof run === "object" && run !== null && "id" in run && typeof run.id === "string") return run.id;
  return null;
}

/** Our own code may name the project; a row is one of the project that the views show. */
function folderOf(argument: unknown): string | null {
  const named = typeof argument === "object" && argument !== null && "folder" in argument;
  return named && typeof argument.folder === "string" ? argument.folder : null;
}

function keyOf(folder: string, run: string): string {
  return `${folder}\0${run}`;
}

function titleOf(run: string): string {
  return vscode.l10n.t("Report of {0}", plainLine(run, 40));
}
