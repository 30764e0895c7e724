import * as vscode from "vscode";
import type { TriageClass } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { Messages } from "../messages.js";
import { AskAgain } from "./askAgain.js";
import { uriOf, type CaseDocuments, type Located } from "./caseDocuments.js";
import { CaseOpener } from "./caseOpener.js";
import type { CurrentCase } from "./currentCase.js";
import { caseName } from "./layout/title.js";
import type { CaseLocator } from "./located.js";
import { openCase, openDocument } from "./openCase.js";
import { passedWords, runTests } from "./runTests.js";
import type { Scratch } from "./scratch.js";
import type { Triage } from "./triage.js";

type Direction = "next" | "previous";

/** An error with its place among those that the Benchmarks view lists, from 1. */
export interface PlacedCase {
  readonly located: Located;
  readonly position: number;
  readonly count: number;
}

/** Where the next error is: as the Benchmarks view lists them. */
export interface CaseOrder {
  neighbour(located: Located, direction: Direction): Promise<PlacedCase | null>;
  /** Shows the row of a case, where the view is on screen. */
  reveal(located: Located): Promise<void>;
}

interface CaseCommandParts {
  readonly engine: EngineClient;
  readonly documents: CaseDocuments;
  readonly current: CurrentCase;
  readonly locator: CaseLocator;
  readonly messages: Messages;
  readonly scratch: Scratch;
  readonly triage: Triage;
  readonly order: CaseOrder;
}

/** Commands about one case. Each takes a case, or means the current one. */
export function registerCaseCommands(context: vscode.ExtensionContext, parts: CaseCommandParts): void {
  const { engine, documents, current, locator, messages, scratch, triage, order } = parts;
  const asking = new AskAgain(engine);
  const register = (name: string, action: (located: Located) => Promise<void>): void => {
    const guarded = async (argument: unknown): Promise<void> => {
      await messages.guard(async () => {
        // A palette or a key may reach a command where its menu is hidden.
        if (!vscode.workspace.isTrusted) return;
        const located = await locator.require(argument);
        if (located !== null) await action(located);
      });
    };
    context.subscriptions.push(vscode.commands.registerCommand(name, guarded));
  };
  const opener = new CaseOpener(async (located) => openCase(documents, located));
  const step = async (located: Located, direction: Direction): Promise<void> =>
    opener.step(located, async (from) => {
      const neighbour = await order.neighbour(from, direction);
      if (neighbour === null) {
        tellEnd(direction);
        return null;
      }
      const { located: found, position, count } = neighbour;
      current.set(found);
      vscode.window.setStatusBarMessage(vscode.l10n.t("Error {0} of {1}", position, count), 4000);
      void messages.guard(async () => order.reveal(found));
      return found;
    });
  register("preceptor.openCase", async (located) => {
    current.set(located);
    await opener.show(located);
  });
  register("preceptor.nextError", async (located) => step(located, "next"));
  register("preceptor.previousError", async (located) => step(located, "previous"));
  register("preceptor.runTests", async (located) => {
    const run = await runTests(engine, located, null);
    documents.keepRun(located, run);
    vscode.window.setStatusBarMessage(passedWords(run), 5000);
  });
  register("preceptor.compareWithReference", async (located) => compareWithReference(documents, located));
  register("preceptor.tryFix", async (located) => scratch.open(located));
  register("preceptor.askAgain", async (located) => asking.ask(located));
  register("preceptor.showCaseDetails", async (located) => openDocument(uriOf(located, "details"), true));
  register("preceptor.openRawAnswer", async (located) => openDocument(uriOf(located, "raw"), true));
  register("preceptor.markCase", async (located) => triage.choose(located));
  register("preceptor.addNote", async (located) => triage.addNote(located));
  const decisions: { readonly [command: string]: TriageClass | null } = {
    "preceptor.markArtefact": "artefact",
    "preceptor.markBadGold": "bad-gold",
    "preceptor.markIgnored": "ignored",
    "preceptor.markTrueError": "true-error",
    "preceptor.clearTriage": null,
  };
  for (const [command, decision] of Object.entries(decisions)) {
    register(command, async (located) => triage.decide(located, decision));
  }
}

async function compareWithReference(documents: CaseDocuments, located: Located): Promise<void> {
  const detail = await documents.detail(located);
  const code = detail.special.kind === "code";
  const title = vscode.l10n.t("{0}: response ↔ reference", caseName(detail));
  await vscode.commands.executeCommand(
    "vscode.diff",
    uriOf(located, code ? "program" : "before"),
    uriOf(located, code ? "referenceProgram" : "reference"),
    title,
    { preview: true },
  );
}

function tellEnd(direction: Direction): void {
  const words =
    direction === "next" ? vscode.l10n.t("This was the last error.") : vscode.l10n.t("This was the first error.");
  vscode.window.setStatusBarMessage(words, 4000);
}
