/** Cases as documents: what a failing case looks like in the editor, and what can be done about it there. */
import * as vscode from "vscode";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { setContext } from "../manifest.js";
import type { ActiveProject } from "../project/activeProject.js";
import { caseScheme } from "./caseAddress.js";
import { addressOf, CaseDocuments, type Located } from "./caseDocuments.js";
import { registerCaseFileSystem } from "./caseFileSystem.js";
import { CaseLenses } from "./caseLenses.js";
import { CaseMarks } from "./caseMarks.js";
import { CaseStatus } from "./caseStatus.js";
import { CaseWatch } from "./caseWatch.js";
import { registerCaseCommands, type CaseOrder } from "./commands.js";
import type { CurrentCase } from "./currentCase.js";
import { FactsHover } from "./factsHover.js";
import { CaseLocator } from "./located.js";
import { ProgramTests } from "../testExplorer/programTests.js";
import { Scratch } from "./scratch.js";
import { Triage } from "./triage.js";

/** Registers everything about single cases. `order` says where the next error is. */
export function registerCases(
  context: vscode.ExtensionContext,
  {
    engine,
    project,
    current,
    messages,
    order,
  }: { engine: EngineClient; project: ActiveProject; current: CurrentCase; messages: Messages; order: CaseOrder },
): void {
  const documents = new CaseDocuments(engine);
  const locator = new CaseLocator(project, current);
  const triage = new Triage(engine, documents);
  const scratch = new Scratch(context.globalStorageUri, { engine, documents, messages });
  const marks = new CaseMarks(documents);
  const lenses = new CaseLenses(documents);
  const selector = { scheme: caseScheme };
  const follow = (editor: vscode.TextEditor | undefined): void => {
    const address = editor === undefined ? null : addressOf(editor.document.uri);
    if (address !== null) current.set(address);
  };
  context.subscriptions.push(
    documents,
    scratch,
    marks,
    lenses,
    registerCaseFileSystem(documents),
    new CaseStatus(documents),
    new CaseWatch(documents),
    new ProgramTests({ engine, project, documents, current, messages }),
    vscode.languages.registerCodeLensProvider(selector, lenses),
    vscode.languages.registerHoverProvider(selector, marks),
    vscode.languages.registerInlayHintsProvider(selector, marks),
    vscode.languages.registerHoverProvider(selector, new FactsHover(documents)),
    vscode.window.onDidChangeActiveTextEditor(follow),
    current.onDidChange(
      (located) => void tellContext(documents, locator.of(undefined), () => current.located === located),
    ),
    vscode.workspace.onDidGrantWorkspaceTrust(() => documents.refreshAll()),
    project.onDidChange(() => documents.refreshAll()),
  );
  follow(vscode.window.activeTextEditor);
  registerCaseCommands(context, {
    engine,
    documents,
    current,
    locator,
    messages,
    scratch,
    triage,
    order: order,
  });
}

/** Commands about programs are offered for programs only. `isCurrent` says whether the person still looks at the case. */
async function tellContext(documents: CaseDocuments, located: Located | null, isCurrent: () => boolean): Promise<void> {
  await setContext("preceptor.hasCase", located !== null);
  if (located === null) return;
  try {
    const { special } = await documents.detail(located);
    if (isCurrent()) await setContext("preceptor.caseIsCode", special.kind === "code");
  } catch {
    // The document of the case says why it cannot be read; there is nothing to run then.
    if (isCurrent()) await setContext("preceptor.caseIsCode", false);
  }
}
