import * as vscode from "vscode";
import type { CaseDetail, CaseRef, PastVerdict, TestsRun } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { decisionsFile, fileStamp } from "../files.js";
import { describeFault, faultOf } from "../messages.js";
import { caseId, caseScheme, readAddress, writeAddress, type CaseAddress, type CasePart } from "./caseAddress.js";
import { caseWords } from "./caseWords.js";
import type { CaseText, Mark } from "./layout/caseText.js";
import { choiceText } from "./layout/choice.js";
import {
  programText,
  recordedVerdict,
  referenceText,
  testsText,
  verdictOfRun,
  type ProgramVerdict,
} from "./layout/code.js";
import { detailsText } from "./layout/details.js";
import { mathReference, mathText } from "./layout/math.js";
import { plainReference, plainText } from "./layout/text.js";

/** A case of a project. */
export interface Located {
  readonly folder: string;
  readonly ref: CaseRef;
}

/** Documents that each family makes in its own way. */
type FamilyPart = Exclude<CasePart, "raw" | "before" | "answer" | "details">;

/** Details that are kept: a person goes back and forth between a few cases. */
const mostKept = 30;

/**
 * What case documents show. Details are asked of the engine once and kept until the case changes; each document is made of
 * them when it is needed, so that it can be shown again after a reload.
 */
export class CaseDocuments implements vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #changed = new vscode.EventEmitter<Located>();
  readonly #details = new Map<string, { readonly decisions: string; readonly detail: Promise<CaseDetail> }>();
  readonly #runs = new Map<string, TestsRun>();

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  /** Fires when what is known of a case has changed. */
  readonly onDidChange = this.#changed.event;

  async detail({ folder, ref }: Located): Promise<CaseDetail> {
    const id = caseId(folder, ref);
    // Whoever decides in a view, in another window or on the command line tells nobody here.
    const decisions = await fileStamp(decisionsFile(folder));
    const before = this.#details.get(id);
    const kept =
      before?.decisions === decisions
        ? before
        : { decisions, detail: this.#engine.call("case/detail", { folder, ref }) };
    this.#details.delete(id);
    this.#details.set(id, kept);
    // What failed is asked again the next time.
    kept.detail.catch(() => {
      if (this.#details.get(id) === kept) this.#details.delete(id);
    });
    for (const oldest of this.#details.keys()) {
      if (this.#details.size <= mostKept) break;
      this.#details.delete(oldest);
    }
    return kept.detail;
  }

  async history({ folder, ref }: Located): Promise<readonly PastVerdict[]> {
    return (await this.#engine.call("case/history", { folder, ref })).verdicts;
  }

  /** How the program's tests went when they last ran in this window; null when they did not. */
  lastRun({ folder, ref }: Located): TestsRun | null {
    return this.#runs.get(caseId(folder, ref)) ?? null;
  }

  keepRun(located: Located, run: TestsRun): void {
    this.#runs.set(caseId(located.folder, located.ref), run);
    this.#changed.fire(located);
  }

  /** The case is asked again: a decision was made, or its run changed. */
  refresh(located: Located): void {
    this.#details.delete(caseId(located.folder, located.ref));
    this.#changed.fire(located);
  }

  /** Everything that is shown is asked again. */
  refreshAll(): void {
    this.#details.clear();
    const shown = new Map<string, Located>();
    for (const { uri } of vscode.workspace.textDocuments) {
      const address = addressOf(uri);
      if (address !== null) shown.set(caseId(address.folder, address.ref), address);
    }
    for (const located of shown.values()) this.#changed.fire(located);
  }

  /** The text of a document with its marks; where it cannot be shown, the reason in words. */
  async text(address: CaseAddress): Promise<CaseText> {
    if (!vscode.workspace.isTrusted)
      return apology(address, vscode.l10n.t("This workspace is not trusted, so that Preceptor reads nothing of it."));
    try {
      return await this.#compose(address);
    } catch (thrown) {
      return apology(address, `${vscode.l10n.t("This case cannot be shown.")}\n${describeFault(faultOf(thrown))}`);
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #compose(address: CaseAddress): Promise<CaseText> {
    const { folder, ref, part, answer } = address;
    switch (part) {
      case "raw":
      case "before":
        return unmarked((await this.#engine.call("case/text", { folder, ref, part: "response" })).text);
      case "answer": {
        const { text } = await this.#engine.call("case/answer", { folder, answer: answer ?? "" });
        return unmarked(text ?? vscode.l10n.t("The project no longer has this answer."));
      }
      case "details":
        return detailsText(await this.detail(address), await this.history(address), caseWords());
      case "case":
      case "reference":
      case "program":
      case "otherProgram":
      case "tests":
      case "referenceProgram":
        return this.#composeFamily(part, await this.detail(address), address);
    }
  }

  #composeFamily(part: FamilyPart, detail: CaseDetail, located: Located): CaseText {
    const words = caseWords();
    const { special } = detail;
    switch (special.kind) {
      case "math":
        return part === "reference" ? mathReference(detail, special, words) : mathText(detail, special, words);
      case "choice":
        return part === "reference" ? plainReference(detail, words) : choiceText(detail, special, words);
      case "text":
        return part === "reference" ? plainReference(detail, words) : plainText(detail, words);
      case "code": {
        const run = this.lastRun(located);
        const verdict: ProgramVerdict = run === null ? recordedVerdict(detail, special) : verdictOfRun(run);
        if (part === "tests") return testsText(detail, special, verdict, words);
        if (part === "referenceProgram") return referenceText(special, words);
        if (part === "otherProgram") return unmarked(special.otherProgram ?? special.program ?? "");
        return programText(detail, special, verdict, words);
      }
    }
  }
}

export function uriOf(located: Located, part: CasePart, answer?: string): vscode.Uri {
  const { folder, ref } = located;
  const address = { folder, ref, part, ...(answer === undefined ? {} : { answer }) };
  return vscode.Uri.from({ scheme: caseScheme, ...writeAddress(address) });
}

/** What a document of ours shows; null for any other. */
export function addressOf(uri: vscode.Uri): CaseAddress | null {
  return uri.scheme === caseScheme ? readAddress(uri.query) : null;
}

/** A text as it is, but for NUL, which would make the editor refuse it as a binary file. */
function unmarked(text: string): CaseText {
  return { text: text.replaceAll("\u0000", "\u2400"), marks: [], responseAt: null };
}

/** A document that says why it shows nothing else; in Python as a comment. */
function apology({ part }: CaseAddress, reason: string): CaseText {
  const python = ["program", "otherProgram", "tests", "referenceProgram"].includes(part);
  const lines = reason.split("\n").map((line) => (python ? `# ${line}` : line));
  const marks: Mark[] = [{ span: [0, lines[0]?.length ?? 0], style: "note" }];
  return { text: `${lines.join("\n")}\n`, marks, responseAt: null };
}
