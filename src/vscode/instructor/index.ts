import * as vscode from "vscode";
import type { InstructorState } from "../../protocol/panels/instructor.js";
import { sampleFilter } from "../../protocol/worker/sampleFilter.js";
import { readCase } from "../cases/caseAddress.js";
import type { CurrentCase } from "../cases/currentCase.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import type { ActiveProject } from "../project/activeProject.js";
import { viewTypeOf } from "../webview/pagePanel.js";
import { InstructorPanel, newestOutput, type Action } from "./instructorPanel.js";

export interface InstructorServices {
  readonly engine: EngineClient;
  readonly project: ActiveProject;
  readonly current: CurrentCase;
  readonly messages: Messages;
  readonly log: vscode.LogOutputChannel;
}

type Target = Omit<InstructorState, "folder" | "filter"> & Partial<Pick<InstructorState, "folder" | "filter">>;

const actions: { readonly [command: string]: Action } = {
  "preceptor.acceptSample": "accept",
  "preceptor.rejectSample": "reject",
  "preceptor.editSample": "edit",
  "preceptor.regenerateSamples": "regenerate",
  "preceptor.undoSampleDecision": "undo",
};

/** The Instructor output panel and its commands. */
export function registerInstructor(
  context: vscode.ExtensionContext,
  { engine, project, current, messages, log }: InstructorServices,
): void {
  const panel = new InstructorPanel(context.extensionUri, { engine, project, log });
  const folderOf = (target: Target | null): string | null => target?.folder ?? project.shown?.folder.fsPath ?? null;
  const noProject = (): void => {
    void vscode.window.showInformationMessage(vscode.l10n.t("Open a project and run an iteration first."));
  };
  const register = (name: string, action: (argument: unknown) => Promise<void>): void => {
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (argument: unknown) => messages.guard(async () => action(argument))),
    );
  };
  context.subscriptions.push(
    panel,
    vscode.window.registerWebviewPanelSerializer(viewTypeOf("instructor"), {
      deserializeWebviewPanel: async (restored, state: unknown) =>
        panel.restore(restored, state, (await settled(project))?.folder.fsPath ?? null),
    }),
  );
  register("preceptor.showInstructorOutput", async (argument) => {
    const { located } = current;
    const target = targetOf(argument) ?? (located?.ref.stage === "collect" ? targetOf(located) : null) ?? newest;
    const folder = folderOf(target);
    if (folder === null) return noProject();
    await panel.show({ ...newestOutput(folder), ...target });
  });
  for (const [command, action] of Object.entries(actions)) {
    register(command, async () => {
      if (!panel.act(action)) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t("Open the instructor's output and choose a sample first."),
        );
      }
    });
  }
  register("preceptor.finishReview", async (argument) => {
    const target = targetOf(argument);
    const folder = folderOf(target);
    if (folder === null) return noProject();
    const shown = target === null ? panel.place : null;
    if (shown !== null) return panel.finishReview(shown);
    const { run, iteration } = await engine.call("samples/overview", {
      folder,
      run: target?.run ?? null,
      iteration: target?.iteration ?? null,
    });
    return panel.finishReview({ folder, run, iteration });
  });
}

const newest: Target = { run: null, iteration: null, error: null, sample: null };

/** The project, once it has been read. */
async function settled(project: ActiveProject): Promise<ActiveProject["ready"]> {
  if (project.state.state === "loading") {
    await new Promise<void>((resolve) => {
      const listening = project.onDidChange(() => {
        if (project.state.state === "loading") return;
        listening.dispose();
        resolve();
      });
    });
  }
  return project.ready;
}

/** A case, a run (a row of the Iterations view, or what a notification hands over), a sample; null for nothing. */
function targetOf(argument: unknown): Target | null {
  const found = readCase(argument);
  if (found !== null) {
    const { run, iteration, stage, key } = found.ref;
    const place = found.folder === null ? {} : { folder: found.folder };
    // Cases of evaluation splits are never taught: then the run is shown from its beginning.
    return { ...place, ...(stage === "collect" ? { run, iteration, error: key, sample: null } : { ...newest, run }) };
  }
  if (typeof argument !== "object" || argument === null) return null;
  if ("ref" in argument) return targetOf(argument.ref);
  if (!("run" in argument) || typeof argument.run !== "string") return null;
  const iteration = "iteration" in argument && typeof argument.iteration === "number" ? argument.iteration : null;
  const sample = "sample" in argument && typeof argument.sample === "string" ? argument.sample : null;
  const target = { run: argument.run, iteration: iteration === 0 ? null : iteration, error: null, sample };
  // A figure of a report names its project, and which samples it counts.
  const filter = sampleFilter.safeParse("filter" in argument ? argument.filter : null);
  const folder = "folder" in argument && typeof argument.folder === "string" ? { folder: argument.folder } : {};
  return { ...target, ...folder, ...(filter.success ? { filter: filter.data } : {}) };
}
