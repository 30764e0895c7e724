import * as vscode from "vscode";
import {
  caseSort,
  groupings,
  noFilter,
  type CaseFilter,
  type Change,
  type TriageState,
  type Verdict,
} from "../../protocol/worker/caseFilter.js";
import type { EngineClient } from "../engine/engineClient.js";
import type { ViewOptions } from "./viewOptions.js";
import { changeWords, groupingWords, iterationWords, sortWords, triageStateWords, verdictWords } from "./words.js";
import { plainLine } from "../plainText.js";

/** How long the view waits for the next key before it searches, in milliseconds. */
const typingPause = 75;

export async function chooseGrouping(options: ViewOptions): Promise<void> {
  const items = groupings.map((by) => ({
    label: groupingWords(by),
    description: by === options.grouping ? vscode.l10n.t("current") : "",
    by,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Group By"),
    placeHolder: vscode.l10n.t("What stands between a run and its cases"),
  });
  if (chosen !== undefined) await options.group(chosen.by);
}

export async function chooseSort(options: ViewOptions): Promise<void> {
  const items = caseSort.options.map((sort) => ({
    label: sortWords(sort),
    description: sort === options.sort ? vscode.l10n.t("current") : "",
    sort,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Sort By"),
    placeHolder: vscode.l10n.t("Order of the cases in a group; the largest number first"),
  });
  if (chosen !== undefined) await options.order(chosen.sort);
}

/** Reads `/…/` as a regular expression, everything else as text. */
function searchOf(input: string): Pick<CaseFilter, "text" | "regex"> {
  const [, expression] = /^\/(.+)\/$/su.exec(input.trim()) ?? [];
  return expression === undefined ? { text: input.trim(), regex: false } : { text: expression, regex: true };
}

/** An input whose text the view follows while it is typed. Escape brings back what was there before. */
export function search(options: ViewOptions, moreConditions: () => void): void {
  const { t } = vscode.l10n;
  const before = { text: options.filter.text, regex: options.filter.regex };
  const input = vscode.window.createInputBox();
  const conditions: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("filter"),
    tooltip: t("Filter Cases..."),
  };
  input.title = t("Search Cases");
  // What is found is there to be clicked on, which must not put the filter back.
  input.ignoreFocusOut = true;
  input.placeholder = t("Text, or /regular expression/, in keys, questions, responses and errors");
  input.value = before.regex ? `/${before.text}/` : before.text;
  input.buttons = [conditions];
  let timer: NodeJS.Timeout | undefined;
  let accepted = false;
  const apply = async (): Promise<void> => {
    const wanted = searchOf(input.value);
    input.validationMessage = expressionProblem(wanted);
    const { text, regex } = options.filter;
    const changed = text !== wanted.text || regex !== wanted.regex;
    // Enter right after a key that the view has followed already lists nothing anew.
    if (changed && input.validationMessage === undefined) await options.restrict(wanted);
  };
  input.onDidChangeValue(() => {
    clearTimeout(timer);
    timer = setTimeout(() => void apply(), typingPause);
  });
  input.onDidAccept(async () => {
    clearTimeout(timer);
    await apply();
    if (input.validationMessage !== undefined) return;
    accepted = true;
    input.hide();
  });
  input.onDidTriggerButton(() => {
    accepted = true;
    input.hide();
    moreConditions();
  });
  input.onDidHide(() => {
    clearTimeout(timer);
    if (!accepted) void options.restrict(before);
    input.dispose();
  });
  input.show();
}

function expressionProblem({ text, regex }: Pick<CaseFilter, "text" | "regex">): string | undefined {
  if (!regex) return undefined;
  try {
    new RegExp(text, "i");
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

type Condition =
  | { readonly kind: "verdict"; readonly value: Verdict }
  | { readonly kind: "triage"; readonly value: TriageState }
  | { readonly kind: "disputed" }
  | { readonly kind: "artefact" }
  | { readonly kind: "change"; readonly value: Change };

type ConditionItem = vscode.QuickPickItem & { readonly condition?: Condition };

const verdicts: readonly Verdict[] = ["wrong", "no-answer", "cut-off", "right"];
const triageStates: readonly TriageState[] = ["undecided", "true-error", "artefact", "bad-gold", "disputed", "ignored"];

/** Conditions beside the text, several at once; learned and forgotten ask since when. */
export async function chooseConditions(options: ViewOptions, engine: EngineClient, folder: string): Promise<void> {
  const { t } = vscode.l10n;
  const { filter } = options;
  const separator = (label: string): ConditionItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: ConditionItem[] = [
    separator(t("Verdict")),
    ...verdicts.map((value) => ({
      label: verdictWords(value),
      picked: filter.verdicts.includes(value),
      condition: { kind: "verdict", value } as const,
    })),
    separator(t("To look at")),
    {
      label: t("disputed"),
      description: t("the protocols disagree"),
      picked: filter.disputed,
      condition: { kind: "disputed" },
    },
    {
      label: t("artefact?"),
      description: t("an open proposal"),
      picked: filter.artefact,
      condition: { kind: "artefact" },
    },
    separator(t("Triage")),
    ...triageStates.map((value) => ({
      label: triageStateWords(value),
      picked: filter.triage.includes(value),
      condition: { kind: "triage", value } as const,
    })),
    separator(t("Since another run or iteration")),
    ...(["learned", "forgotten"] as const).map((value) => ({
      label: changeWords(value),
      picked: filter.since?.changes.includes(value) ?? false,
      condition: { kind: "change", value } as const,
    })),
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: t("Filter Cases"),
    placeHolder: t("Cases that fit one condition of each kind are shown"),
  });
  if (chosen === undefined) return;
  const conditions = chosen.flatMap(({ condition }) => condition ?? []);
  const changes = conditions.flatMap((one) => (one.kind === "change" ? [one.value] : []));
  const since = changes.length === 0 ? null : await chooseSince(engine, folder, changes, filter.since);
  if (since === undefined) return;
  await options.restrict({
    verdicts: conditions.flatMap((one) => (one.kind === "verdict" ? [one.value] : [])),
    triage: conditions.flatMap((one) => (one.kind === "triage" ? [one.value] : [])),
    disputed: conditions.some(({ kind }) => kind === "disputed"),
    artefact: conditions.some(({ kind }) => kind === "artefact"),
    since,
  });
}

async function chooseSince(
  engine: EngineClient,
  folder: string,
  changes: Change[],
  current: CaseFilter["since"],
): Promise<CaseFilter["since"] | undefined> {
  const { benchmarks } = await engine.call("benchmarks/overview", {
    folder,
    filter: noFilter,
  });
  const places = new Map<string, { readonly run: string; readonly iteration: number }>();
  for (const { run, iteration } of benchmarks.flatMap(({ sets }) => sets)) {
    places.set(`${run}#${iteration}`, { run, iteration });
  }
  const items = [...places.values()].map(({ run, iteration }) => ({
    label: `${plainLine(run, 60)} · ${iterationWords(iteration)}`,
    description: run === current?.run && iteration === current.iteration ? vscode.l10n.t("current") : "",
    run,
    iteration,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Since Which Answers"),
    placeHolder: vscode.l10n.t("Each case is compared with its answer there"),
  });
  return chosen === undefined ? undefined : { changes, run: chosen.run, iteration: chosen.iteration };
}
