import * as vscode from "vscode";
import type { TriageClass } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { CaseDocuments, Located } from "./caseDocuments.js";
import { triageWords } from "./caseWords.js";

/** A person's decisions about single cases. */
export class Triage {
  readonly #engine: EngineClient;
  readonly #documents: CaseDocuments;

  constructor(engine: EngineClient, documents: CaseDocuments) {
    this.#engine = engine;
    this.#documents = documents;
  }

  async decide(located: Located, decision: TriageClass | null): Promise<void> {
    const { folder, ref } = located;
    await this.#engine.call("case/triage", { folder, keys: [ref.key], decision, note: null });
    this.#documents.refresh(located);
  }

  /** Asks what the error is, with what holds now marked. */
  async choose(located: Located): Promise<void> {
    const { triage } = await this.#documents.detail(located);
    const current = triage?.decision ?? null;
    const { t } = vscode.l10n;
    const items: (vscode.QuickPickItem & { readonly decision: TriageClass | null })[] = classes().map(
      ({ decision, detail }) => ({
        label: triageWords(decision),
        description: decision === current ? t("current") : "",
        detail,
        decision,
      }),
    );
    if (current !== null) {
      items.push({ label: t("take the decision back"), description: "", detail: "", decision: null });
    }
    const chosen = await vscode.window.showQuickPick(items, {
      title: t("Mark As"),
      placeHolder: t("Artefacts, bad golds and ignored cases are neither taught nor used as contrast"),
    });
    if (chosen !== undefined) await this.decide(located, chosen.decision);
  }

  async addNote(located: Located): Promise<void> {
    const { triage } = await this.#documents.detail(located);
    const note = await vscode.window.showInputBox({
      title: vscode.l10n.t("Add Note"),
      placeHolder: vscode.l10n.t("What is to know about this case"),
      prompt: vscode.l10n.t("It is kept in decisions/triage.jsonl, which is made to be committed."),
      value: triage?.note ?? "",
    });
    if (note === undefined) return;
    await this.#engine.call("case/note", { folder: located.folder, key: located.ref.key, note });
    this.#documents.refresh(located);
  }
}

function classes(): { readonly decision: TriageClass; readonly detail: string }[] {
  const { t } = vscode.l10n;
  return [
    { decision: "true-error", detail: t("The answer is wrong.") },
    { decision: "artefact", detail: t("The answer is right; the harness read or ran it wrongly.") },
    { decision: "bad-gold", detail: t("The benchmark's own answer is wrong.") },
    { decision: "disputed", detail: t("People or protocols disagree.") },
    { decision: "ignored", detail: t("Left out for another reason.") },
  ];
}
