import * as vscode from "vscode";
import type { CaseDetail } from "../../protocol/worker/index.js";
import { number } from "../numbers.js";
import { plainLine } from "../plainText.js";
import type { CaseAddress, CasePart } from "./caseAddress.js";
import { addressOf, uriOf, type CaseDocuments, type Located } from "./caseDocuments.js";
import { caseTokensWords, costWords, reasonWords, triageWords } from "./caseWords.js";
import type { CaseText } from "./layout/caseText.js";
import { caseName, judgementsOf } from "./layout/title.js";
import { rangeIn } from "./ranges.js";

/** Actions and facts above the first line of a case document. */
export class CaseLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #documents: CaseDocuments;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listening: vscode.Disposable;

  constructor(documents: CaseDocuments) {
    this.#documents = documents;
    this.#listening = documents.onDidChange(() => this.#changed.fire());
  }

  readonly onDidChangeCodeLenses = this.#changed.event;

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const address = addressOf(document.uri);
    if (address === null || !vscode.workspace.isTrusted) return [];
    try {
      const detail = await this.#documents.detail(address);
      const text = await this.#documents.text(address);
      const top = new vscode.Range(0, 0, 0, 0);
      // A program has no heading, so that what is above a response in other documents is above its first line.
      const response = text.responseAt === null ? top : rangeIn(text.text, [text.responseAt, text.responseAt]);
      return [
        ...actionsOf(address, address.part, detail).map((command) => new vscode.CodeLens(top, command)),
        ...factsOf(address, address.part, detail).map((command) => new vscode.CodeLens(response, command)),
        ...(await this.#failures(address, text)),
      ];
    } catch {
      // The document itself says in words why the case cannot be shown.
      return [];
    }
  }

  /** What is wrong with a program, above the line where it shows; a click goes to the test. */
  async #failures(address: CaseAddress, { text, marks }: CaseText): Promise<vscode.CodeLens[]> {
    if (address.part !== "program") return [];
    const tests = await this.#documents.text({ ...address, part: "tests" });
    return marks.flatMap(({ span, problem }) => {
      if (problem === undefined) return [];
      const { related, message } = problem;
      const open = {
        command: "vscode.open",
        arguments: [
          uriOf(address, "tests"),
          {
            viewColumn: vscode.ViewColumn.Beside,
            ...(related === null ? {} : { selection: rangeIn(tests.text, related.span) }),
          } satisfies vscode.TextDocumentShowOptions,
        ],
      };
      return [new vscode.CodeLens(rangeIn(text, span), { title: `✗ ${plainLine(message, 120)}`, ...open })];
    });
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }
}

type MakeCommand = (id: string, title: string, tooltip?: string) => vscode.Command;

/** Commands name the project, too: a document may be of another one than the window shows by now. */
function commandsFor({ folder, ref }: Located): MakeCommand {
  return (id, title, tooltip) => ({
    command: id,
    title,
    arguments: [{ folder, ref }],
    ...(tooltip === undefined ? {} : { tooltip }),
  });
}

function actionsOf(located: Located, part: CasePart, detail: CaseDetail): vscode.Command[] {
  const command = commandsFor(located);
  const { t } = vscode.l10n;
  const { special } = detail;
  const runTests = command("preceptor.runTests", t("{0} Run Tests", "$(play)"));
  switch (part) {
    case "program":
    case "case":
      return [
        ...(special.kind === "code" ? [runTests] : []),
        ...(special.kind === "code" && special.referenceProgram !== null
          ? [command("preceptor.compareWithReference", t("Compare with Reference"))]
          : []),
        command("preceptor.showContrastSet", t("Contrast Set")),
        ...triageLenses(detail, command),
        ...otherReading(located, detail),
        ...(special.kind === "code" ? [command("preceptor.tryFix", t("Try a Fix"))] : []),
        command("preceptor.askAgain", t("Ask Again...")),
      ];
    case "tests":
      return [runTests];
    case "details":
      return [command("preceptor.addNote", t("Add Note...")), command("preceptor.openRawAnswer", t("Open Raw Answer"))];
    case "reference":
    case "otherProgram":
    case "referenceProgram":
    case "raw":
    case "answer":
    case "before":
      return [];
  }
}

/** Where the verdict hangs on which program was cut out of the response, the difference to what the other protocol cuts out. */
function otherReading(located: Located, detail: CaseDetail): vscode.Command[] {
  const { special } = detail;
  if (special.kind !== "code" || special.otherProgram === null) return [];
  // The protocols differ in most responses, and it matters where their verdicts do.
  if (!detail.disputed && detail.artefact?.reason !== "extraction") return [];
  const { otherProtocol } = judgementsOf(detail);
  const { t } = vscode.l10n;
  const title = t("{0}: {1} ↔ {2}", caseName(detail), detail.protocol, otherProtocol);
  return [
    {
      command: "vscode.diff",
      title: otherProtocol === "clean" ? t("As the Clean Protocol Reads It") : t("As the Paper's Protocol Reads It"),
      arguments: [uriOf(located, "program"), uriOf(located, "otherProgram"), plainLine(title, 160), { preview: true }],
    },
  ];
}

/** What the answer took, and the way to everything else that is known of it. */
function factsOf(located: Located, part: CasePart, detail: CaseDetail): vscode.Command[] {
  if (part !== "program" && part !== "case") return [];
  const command = commandsFor(located);
  const { t } = vscode.l10n;
  const { hidden } = detail.response;
  const more = t("Open Raw Answer ({0} more characters)", number(hidden));
  return [
    command("preceptor.showCaseDetails", factsLine(detail), t("Prompt, raw answer, note and history of verdicts")),
    ...(hidden > 0 ? [command("preceptor.openRawAnswer", more)] : []),
  ];
}

function triageLenses({ triage, artefact }: CaseDetail, command: MakeCommand): vscode.Command[] {
  const { t } = vscode.l10n;
  if (triage?.decision != null) {
    const words = t("{0} Marked as {1}", "$(flag)", triageWords(triage.decision));
    return [command("preceptor.markCase", words, plainLine(triage.note, 200))];
  }
  if (artefact !== null) {
    const words = t("{0} Artefact? {1}", "$(warning)", reasonWords(artefact.reason));
    return [command("preceptor.markCase", words, plainLine(artefact.evidence, 200))];
  }
  return [command("preceptor.markCase", t("Mark As..."))];
}

function factsLine(detail: CaseDetail): string {
  const { cost, currency, disputed } = detail;
  const parts = [caseTokensWords(detail), ...(cost === null || cost === 0 ? [] : [costWords(cost, currency)])];
  if (disputed) parts.push(vscode.l10n.t("disputed"));
  return parts.join(" · ");
}
