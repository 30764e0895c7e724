import * as vscode from "vscode";
import type { CaseRef } from "../../protocol/worker/caseRef.js";
import type { EngineClient } from "../engine/engineClient.js";
import { faultOf, faultSentence } from "../messages.js";
import { plainLine } from "../plainText.js";
import { outcomeWords } from "./words.js";

const mostHits = 100;
/** How long the list waits for the next key before it searches, in milliseconds. */
const typingPause = 75;

interface CaseItem extends vscode.QuickPickItem {
  readonly ref?: CaseRef;
}

/** A list of the cases of a run (null: the newest) that searches keys, questions and responses while one types. */
export function goToCase(engine: EngineClient, folder: string, run: string | null): void {
  const { t } = vscode.l10n;
  const pick = vscode.window.createQuickPick<CaseItem>();
  pick.title = run === null ? t("Go to Case") : t("Go to Case of {0}", plainLine(run, 60));
  pick.placeholder = t("Key or text of a question or response");
  // The engine has chosen; the list must not choose again.
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  let source = new vscode.CancellationTokenSource();
  let timer: NodeJS.Timeout | undefined;
  const find = async (): Promise<void> => {
    source.cancel();
    source.dispose();
    source = new vscode.CancellationTokenSource();
    const { token } = source;
    pick.busy = true;
    try {
      const text = pick.value;
      const { hits, more } = await engine.call("benchmarks/find", { folder, run, text, limit: mostHits }, { token });
      if (token.isCancellationRequested) return;
      const items: CaseItem[] = hits.map(({ ref, question, verdict, outcome }) => ({
        label: plainLine(ref.key, 80),
        description: outcomeWords(verdict === "right" ? verdict : outcome),
        detail: plainLine(question, 120),
        alwaysShow: true,
        ref,
      }));
      if (more) items.push({ label: t("Type more to see fewer"), kind: vscode.QuickPickItemKind.Separator });
      pick.items = items.length > 0 ? items : [{ label: t("No case has this key or text"), alwaysShow: true }];
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.kind !== "cancelled") pick.items = [{ label: faultSentence(fault), alwaysShow: true }];
    } finally {
      if (!token.isCancellationRequested) pick.busy = false;
    }
  };
  pick.onDidChangeValue(() => {
    clearTimeout(timer);
    timer = setTimeout(() => void find(), typingPause);
  });
  pick.onDidAccept(async () => {
    const ref = pick.selectedItems[0]?.ref;
    if (ref === undefined) return;
    pick.hide();
    await vscode.commands.executeCommand("preceptor.openCase", { folder, ref });
  });
  pick.onDidHide(() => {
    clearTimeout(timer);
    source.cancel();
    source.dispose();
    pick.dispose();
  });
  pick.show();
  void find();
}
