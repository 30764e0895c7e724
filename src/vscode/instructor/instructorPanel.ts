import * as vscode from "vscode";
import type { InstructorHost, InstructorPage, InstructorState } from "../../protocol/panels/instructor.js";
import type { Handlers, Peer } from "../../protocol/rpc.js";
import type { SampleDecision } from "../../protocol/worker/samples.js";
import type { Located } from "../cases/caseDocuments.js";
import type { EngineClient } from "../engine/engineClient.js";
import { faultOf } from "../messages.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import { openPage, pageOptions, viewTypeOf } from "../webview/pagePanel.js";
import { DecisionHistory } from "./decisionHistory.js";
import { instructorWords } from "./words.js";

/** What is typed stays in its form either way; the question is whether the run goes on without it. */
async function askAboutChange(): Promise<"show" | "finish" | "cancel"> {
  const { t } = vscode.l10n;
  const [show, finish] = [t("Show the Change"), t("Finish without It")];
  const answer = await vscode.window.showWarningMessage(
    t("A sample is being changed. Finish the review without the change?"),
    { modal: true, detail: t("The run goes on with the sample as it is. What you typed stays in the panel.") },
    show,
    finish,
  );
  return answer === show ? "show" : answer === finish ? "finish" : "cancel";
}

export type Action = "accept" | "reject" | "edit" | "regenerate" | "undo";

/** The run and iteration that a panel is about, once it knows. */
interface Place {
  readonly folder: string;
  readonly run: string;
  readonly iteration: number;
}

/** The newest iteration of the newest run of a project. */
export function newestOutput(folder: string): InstructorState {
  return { folder, run: null, iteration: null, error: null, sample: null, filter: { state: "all", gate: null } };
}

/** Schemas are made when a panel is first shown: activation does not wait for them. */
const contracts = async () => ({
  ...(await import("../../protocol/panels/instructor.js")),
  wire: await import("../../protocol/rpc.js"),
});
type Contracts = Awaited<ReturnType<typeof contracts>>;

/** What an instructor wrote in one iteration of a run, beside the editor: one panel, which shows what was asked for last. */
export class InstructorPanel implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #engine: EngineClient;
  readonly #project: ActiveProject;
  readonly #log: vscode.LogOutputChannel;
  readonly #disposables: vscode.Disposable[];
  /** Here and not in the page, which ends whenever its tab is covered by another. */
  readonly #history = new DecisionHistory();
  #open: { readonly panel: vscode.WebviewPanel; readonly peer: Peer<InstructorPage, InstructorHost> } | null = null;
  #state: InstructorState | null = null;
  #watched: string | null = null;

  constructor(
    extensionUri: vscode.Uri,
    {
      engine,
      project,
      log,
    }: { readonly engine: EngineClient; readonly project: ActiveProject; readonly log: vscode.LogOutputChannel },
  ) {
    this.#extensionUri = extensionUri;
    this.#engine = engine;
    this.#project = project;
    this.#log = log;
    this.#disposables = [
      engine.on("samples/live", ({ folder, run, answer }) => {
        if (this.#isShown(folder, run)) this.#open?.peer.say("live", { answer });
      }),
      engine.on("samples/changed", ({ folder, run }) => {
        if (this.#isShown(folder, run)) this.#open?.peer.say("changed", { state: null });
      }),
      // A configuration that breaks, or is mended, is told.
      project.onDidChange(() => this.#open?.peer.say("changed", { state: null })),
      // A worker that died has forgotten what it watched.
      engine.onDidStart(() => {
        this.#watched = null;
        void this.#watch();
      }),
    ];
  }

  /** Run and iteration that are shown; null while there is no panel. */
  get place(): Place | null {
    const { folder, run, iteration } = this.#state ?? {};
    if (this.#open === null || folder === undefined || run == null || iteration == null) return null;
    return { folder, run, iteration };
  }

  async show(place: InstructorState): Promise<void> {
    const loaded = await contracts();
    // What a person is typing about a sample stays, whatever is shown meanwhile.
    const state = { ...place, forms: this.#state?.forms ?? [] };
    this.#state = state;
    if (this.#open === null) {
      this.#attach(
        loaded,
        vscode.window.createWebviewPanel(
          viewTypeOf("instructor"),
          vscode.l10n.t("Instructor output"),
          { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false },
          pageOptions(this.#extensionUri),
        ),
      );
      return;
    }
    this.#open.panel.reveal(undefined, false);
    this.#open.peer.say("changed", { state });
    this.#stopWatching();
  }

  /** Shows what a panel showed before a reload. One whose state was lost with the window shows the newest run. */
  async restore(panel: vscode.WebviewPanel, state: unknown, folder: string | null): Promise<void> {
    const loaded = await contracts();
    const parsed = loaded.instructorState.safeParse(state);
    const shown = parsed.success ? parsed.data : folder === null ? null : newestOutput(folder);
    if (shown === null || this.#open !== null) {
      // There is nothing to show, or it is shown already: there is one panel only.
      panel.dispose();
      return;
    }
    this.#state = shown;
    this.#attach(loaded, panel);
  }

  /** Does something with what is selected in the panel; false while there is none. */
  act(action: Action): boolean {
    this.#open?.panel.reveal(undefined, false);
    this.#open?.peer.say("act", { action });
    return this.#open !== null;
  }

  /** Finishes the review of an iteration, and lets the run go on. What is typed about its samples is decided about first. */
  async finishReview(place: Place): Promise<void> {
    const { folder, run, iteration } = place;
    const sample = await this.#firstTyped(place);
    if (sample !== null) {
      const answer = await askAboutChange();
      if (answer === "show") await this.show({ ...newestOutput(folder), run, iteration, sample });
      if (answer !== "finish") return;
    }
    await this.#engine.call("samples/finishReview", { folder, run, iteration });
    this.#open?.peer.say("changed", { state: null });
    // Runs of the project that the views show are resumed, so that one sees what goes on.
    if (this.#project.shown?.folder.fsPath !== folder) await this.#project.choose(vscode.Uri.file(folder));
    await vscode.commands.executeCommand("preceptor.resumeRun", { run, agreed: true });
  }

  dispose(): void {
    this.#stopWatching();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #attach({ wire, instructorHost, instructorPage }: Contracts, panel: vscode.WebviewPanel): void {
    const peer = openPage(
      panel,
      { wire, page: "instructor", remote: instructorPage, own: instructorHost },
      { extensionUri: this.#extensionUri, handlers: this.#handlers(), describe: faultOf, log: this.#log },
    );
    this.#open = { panel, peer };
    panel.onDidChangeViewState(() => void (panel.visible ? this.#watch() : this.#stopWatching()));
    panel.onDidDispose(() => {
      this.#open = null;
      this.#stopWatching();
    });
  }

  #handlers(): Handlers<InstructorHost> {
    const engine = this.#engine;
    return {
      strings: async () => instructorWords(),
      overview: async (_params, { signal }) => {
        const { folder, run, iteration } = this.#shown();
        const overview = await engine.call("samples/overview", { folder, run, iteration }, { signal });
        this.#state = { ...this.#shown(), run: overview.run, iteration: overview.iteration };
        this.#history.about(`${folder}#${overview.run}#${overview.iteration}`);
        this.#title();
        await this.#watch();
        return { overview, state: this.#state };
      },
      page: async (params, { signal }) => engine.call("samples/page", { ...this.#in(), ...params }, { signal }),
      place: async (params, { signal }) => engine.call("samples/place", { ...this.#in(), ...params }, { signal }),
      error: async (params, { signal }) => engine.call("samples/error", { ...this.#in(), ...params }, { signal }),
      evidence: async (params, { signal }) => engine.call("samples/evidence", { ...this.#in(), ...params }, { signal }),
      review: async (params) => this.#decided(await engine.call("samples/review", { ...this.#in(), ...params })),
      reviewRange: async (params) =>
        this.#decided(await engine.call("samples/reviewRange", { ...this.#in(), ...params })),
      edit: async (params, { signal }) =>
        this.#decided(await engine.call("samples/edit", { ...this.#in(), ...params }, { signal })),
      undo: async () =>
        this.#history.undo(async (decisions) =>
          engine.call("samples/review", { ...this.#in(), decisions, note: null }),
        ),
      askPrice: async (params, { signal }) => engine.call("samples/askPrice", { ...this.#in(), ...params }, { signal }),
      regenerate: async (params, { signal }) => {
        const cap = vscode.workspace.getConfiguration("preceptor").get("singleCallBudget", 1);
        return engine.call("samples/regenerate", { ...this.#in(), ...params, cap }, { signal });
      },
      finishReview: async () => {
        await this.finishReview(this.#in());
        return {};
      },
      showIteration: async ({ iteration }) => {
        await this.show({ ...this.#shown(), iteration, error: null, sample: null });
        return {};
      },
      remember: async (selected) => {
        this.#state = { ...this.#shown(), ...selected };
        return { state: this.#state };
      },
      openCase: async ({ key }) => {
        await vscode.commands.executeCommand("preceptor.openCase", this.#error(key));
        return {};
      },
      openContrast: async ({ key }) => {
        await vscode.commands.executeCommand("preceptor.showContrastSet", this.#error(key));
        return {};
      },
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
        return {};
      },
    };
  }

  /** The first sample of an iteration about which something is typed that is neither accepted nor cancelled. */
  async #firstTyped({ folder, run, iteration }: Place): Promise<string | null> {
    if (this.#state?.folder !== folder) return null;
    const { filter } = newestOutput(folder);
    for (const { sample, typed } of this.#state.forms ?? []) {
      if (typed === false) continue;
      const asked = { folder, run, iteration, filter, sample, error: null };
      if ((await this.#engine.call("samples/place", asked)).place !== null) return sample;
    }
    return null;
  }

  #decided<Answer extends { readonly before: readonly SampleDecision[] | null }>(answer: Answer): Answer {
    this.#history.add(answer.before);
    return answer;
  }

  #title(): void {
    const { place } = this;
    if (this.#open === null || place === null) return;
    this.#open.panel.title = vscode.l10n.t(
      "Instructor output of {0}, iteration {1}",
      plainLine(place.run, 40),
      place.iteration,
    );
  }

  async #watch(): Promise<void> {
    const { place } = this;
    if (place === null || this.#open?.panel.visible !== true || this.#watched === place.run) return;
    this.#watched = place.run;
    await this.#engine.call("samples/watch", { folder: place.folder, run: place.run });
  }

  #stopWatching(): void {
    const { folder } = this.#state ?? {};
    if (this.#watched === null || folder === undefined) return;
    this.#watched = null;
    this.#engine.call("samples/unwatch", { folder }).catch((thrown: unknown) => this.#log.debug(String(thrown)));
  }

  #isShown(folder: string, run: string): boolean {
    return this.#state?.folder === folder && this.#state.run === run;
  }

  #shown(): InstructorState {
    if (this.#state === null) throw new Error("The panel shows nothing.");
    return this.#state;
  }

  #error(key: string): Located {
    const { folder, run, iteration } = this.#in();
    return { folder, ref: { run, iteration, stage: "collect", key } };
  }

  #in(): Place {
    const { place } = this;
    if (place === null) throw new Error("The panel has not been told yet which iteration it shows.");
    return place;
  }
}
