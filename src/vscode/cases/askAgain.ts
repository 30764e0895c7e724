import * as vscode from "vscode";
import type { Askable } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { plainLine } from "../plainText.js";
import { uriOf, type Located } from "./caseDocuments.js";
import { nextSample, temperaturesOf } from "./sampling.js";
import { costWords } from "./caseWords.js";

interface Choice extends vscode.QuickPickItem {
  readonly who: Askable;
}

/** Asks somebody else, or the same model in another way, and puts the answers side by side. */
export class AskAgain {
  readonly #engine: EngineClient;
  /** Answers so far to the same question: another one is another sample. */
  readonly #samples = new Map<string, number>();

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  async ask(located: Located): Promise<void> {
    const options = await this.#engine.call("case/askOptions", located);
    const { t } = vscode.l10n;
    const models = options.models.map(({ name, title, isTarget }): Choice => ({
      label: plainLine(name, 60),
      description: [plainLine(title, 60), ...(isTarget ? [t("target")] : [])].join(" · "),
      who: { kind: "model", name },
    }));
    const checkpoints = options.checkpoints.map(({ run, iteration, hash }): Choice => ({
      label: t("After iteration {0}", iteration),
      description: `${plainLine(run, 60)} · ${hash.slice(0, 8)}`,
      who: { kind: "checkpoint", run, iteration },
    }));
    const separator = (label: string): Choice => ({
      label,
      kind: vscode.QuickPickItemKind.Separator,
      who: { kind: "model", name: "" },
    });
    const items = [separator(t("Models")), ...models];
    if (checkpoints.length > 0) items.push(separator(t("Checkpoints of the target")), ...checkpoints);
    const chosen = await vscode.window.showQuickPick(items, {
      title: t("Ask Again (1/2)"),
      placeHolder: t("Who is to answer?"),
    });
    if (chosen === undefined) return;
    const temperature = await askTemperature(options.temperature);
    if (temperature === undefined) return;
    await this.#show(located, chosen.who, temperature);
  }

  async #show(located: Located, who: Askable, temperature: number | null): Promise<void> {
    const { folder, ref } = located;
    const same = JSON.stringify([folder, ref.key, who, temperature]);
    const asked = this.#samples.get(same) ?? 0;
    const sample = nextSample(temperature, asked);
    const cap = vscode.workspace.getConfiguration("preceptor").get("singleCallBudget", 1);
    const answer = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Asking again"), cancellable: true },
      async (_progress, token) =>
        this.#engine.call("case/ask", { folder, ref, who, temperature, sample, cap }, { token }),
    );
    this.#samples.set(same, asked + 1);
    const { t } = vscode.l10n;
    const verdict = answer.correct === null ? t("not judged") : answer.correct ? t("✓ right") : t("✗ wrong");
    const price = answer.cached ? t("already paid") : costWords(answer.cost, answer.currency);
    const how = temperature === null ? "" : ` · T ${temperature}`;
    const title = `${ref.key} ↔ ${plainLine(answer.model, 40)}${how} · ${verdict} · ${price}`;
    await vscode.commands.executeCommand(
      "vscode.diff",
      uriOf(located, "before"),
      uriOf(located, "answer", answer.key),
      plainLine(title, 160),
      { preview: true },
    );
  }
}

/** Undefined when the person leaves. */
async function askTemperature(usual: number | null): Promise<number | null | undefined> {
  const { t } = vscode.l10n;
  const items = temperaturesOf(usual).map((value) => ({
    label: value === null ? t("the model's own") : String(value),
    description: value === usual ? t("as in the run") : "",
    value,
  }));
  const other = { label: t("Other..."), description: "", value: "other" as const };
  const chosen = await vscode.window.showQuickPick([...items, other], {
    title: t("Ask Again (2/2)"),
    placeHolder: t("Temperature: 0 gives the likeliest answer, higher ones vary"),
  });
  if (chosen === undefined || chosen.value !== "other") return chosen?.value;
  const typed = await vscode.window.showInputBox({
    title: t("Temperature"),
    placeHolder: "0.5",
    validateInput: (text) => (isTemperature(text) ? undefined : t("A number from 0 to 2")),
  });
  return typed === undefined ? undefined : Number(typed);
}

function isTemperature(text: string): boolean {
  const value = Number(text);
  return text.trim() !== "" && value >= 0 && value <= 2;
}
