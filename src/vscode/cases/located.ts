import * as vscode from "vscode";
import type { ActiveProject } from "../project/activeProject.js";
import { readCase } from "./caseAddress.js";
import { addressOf, type Located } from "./caseDocuments.js";
import type { CurrentCase } from "./currentCase.js";

/** Finds out which case a command means. */
export class CaseLocator {
  readonly #project: ActiveProject;
  readonly #current: CurrentCase;

  constructor(project: ActiveProject, current: CurrentCase) {
    this.#project = project;
    this.#current = current;
  }

  /**
   * What a command was given: a case, a reference, a tree item that has one as `ref`, the address of a case document; or
   * nothing, which means the document that has the focus, else the current case. Null when there is no case.
   */
  of(argument: unknown): Located | null {
    const given = this.#given(argument);
    if (given !== null) return given;
    const active = vscode.window.activeTextEditor?.document.uri;
    return (active === undefined ? null : addressOf(active)) ?? this.#current.located;
  }

  /** The same, with words for the person when there is none. */
  async require(argument: unknown): Promise<Located | null> {
    // A window that has just opened still reads its project.
    if (this.#project.state.state === "loading") await this.#project.refresh();
    const located = this.of(argument);
    if (located === null) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Open a case first: choose one in the Benchmarks view."));
    }
    return located;
  }

  #given(argument: unknown): Located | null {
    if (argument instanceof vscode.Uri) return addressOf(argument);
    const given = readCase(argument);
    if (given === null) return null;
    return given.folder === null ? this.#inProject(given.ref) : { folder: given.folder, ref: given.ref };
  }

  #inProject(ref: Located["ref"]): Located | null {
    const folder = this.#project.shown?.folder.fsPath;
    return folder === undefined ? null : { folder, ref };
  }
}
