import * as vscode from "vscode";
import { plainLine } from "../plainText.js";
import { chooseOne, separator } from "../steps.js";
import { draftOf, forBenchmark, stateOf, withField, type Draft } from "./draft.js";
import { aboutWords, evaluatedWords, fieldHelp, fieldWords, type Field } from "./words.js";
import { number } from "../numbers.js";

export interface ImportTarget {
  readonly name: string;
  readonly hasOptions: boolean;
}

interface Row extends vscode.QuickPickItem {
  readonly act: "done" | "benchmark" | "reset" | Field;
}

/** Asks where a file's fields are, one page that comes back after each change. Returns the draft as it was left. */
export async function editMapping(before: Draft, targets: readonly ImportTarget[], name: string): Promise<Draft> {
  let draft = before;
  let last: Row["act"] | null = null;
  for (;;) {
    const items = rowsOf(draft, targets);
    const wanted: Row["act"] | undefined = last ?? (stateOf(draft) === "ready" ? "done" : missing(draft));
    const chosen: Row | "back" = await chooseOne<Row>({
      title: vscode.l10n.t("Fields of {0}", name),
      step: 1,
      steps: 1,
      back: true,
      placeholder: vscode.l10n.t("Choose a field to say where it is in a row"),
      items,
      active: items.find(({ act }) => act === wanted),
    });
    if (chosen === "back" || chosen.act === "done") return draft;
    last = chosen.act;
    if (chosen.act === "reset") draft = draftOf(draft.view);
    else if (chosen.act === "benchmark") draft = await chooseBenchmark(draft, targets, name);
    else draft = await chooseColumn(draft, chosen.act, name);
  }
}

function missing({ benchmark, mapping }: Draft): Row["act"] {
  if (benchmark === null) return "benchmark";
  return mapping.response === undefined ? "response" : "question";
}

function rowsOf(draft: Draft, targets: readonly ImportTarget[]): Row[] {
  const { benchmark, mapping, view, proposed, remembered } = draft;
  const hasOptions = targets.some(({ name, hasOptions: options }) => name === benchmark && options);
  const fields: Field[] = ["question", "id", "response", ...(hasOptions ? (["options"] as const) : []), "verdict"];
  const { t } = vscode.l10n;
  return [
    ...(stateOf(draft) === "ready"
      ? [{ label: t("{0} Done", "$(check)"), description: matchWords(draft), act: "done" as const }]
      : []),
    separator<Row>(view.found === null ? "" : aboutWords(view.found)),
    {
      label: t("Benchmark"),
      description: benchmark === null ? t("not known; choose one") : plainLine(benchmark, 60),
      detail: remembered ? t("Fields as in the last import of such a file") : "",
      act: "benchmark",
    },
    ...fields.map((field): Row => {
      const path = mapping[field];
      return {
        label: fieldWords(field),
        description: path === undefined ? t("nowhere") : plainLine(path, 80),
        detail: path === undefined ? fieldHelp(field) : sampleWords(draft, path),
        act: field,
      };
    }),
    ...(proposed || view.found?.proposals.length === 0
      ? []
      : [separator<Row>(""), { label: t("{0} Reset Fields", "$(discard)"), act: "reset" as const }]),
  ];
}

export function matchWords({ fit, view }: Draft): string {
  if (fit === null || view.found === null) return "";
  const { t } = vscode.l10n;
  const all = t("{0} of {1} match a case", number(fit.matched + fit.evaluated), number(view.found.rows));
  return fit.evaluated === 0 ? all : `${all} · ${evaluatedWords(fit.evaluated)}`;
}

function sampleWords({ view }: Draft, path: string): string {
  const column = view.found?.columns.find((each) => each.path === path);
  return column === undefined ? "" : column.samples.map((sample) => plainLine(sample, 60)).join("  |  ");
}

async function chooseBenchmark(draft: Draft, targets: readonly ImportTarget[], name: string): Promise<Draft> {
  const items = targets.map((target) => {
    const proposal = draft.view.found?.proposals.find(({ benchmark }) => benchmark === target.name);
    const { t } = vscode.l10n;
    return {
      label: plainLine(target.name, 60),
      description: target.name === draft.benchmark ? t("current") : "",
      detail:
        proposal === undefined
          ? t("no row matches by itself")
          : proposal.evaluated === 0
            ? t("{0} rows match", number(proposal.matched))
            : t(
                "{0} rows match, {1} of them the evaluation split",
                number(proposal.matched + proposal.evaluated),
                number(proposal.evaluated),
              ),
      target: target.name,
    };
  });
  const chosen = await chooseOne({
    title: vscode.l10n.t("Benchmark of {0}", name),
    step: 1,
    steps: 1,
    back: true,
    placeholder: vscode.l10n.t("The benchmark of this project that the file answers"),
    items,
    active: items.find(({ target }) => target === draft.benchmark),
  });
  return chosen === "back" ? draft : forBenchmark(draft, chosen.target);
}

interface ColumnRow extends vscode.QuickPickItem {
  readonly path: string | undefined;
}

async function chooseColumn(draft: Draft, field: Field, name: string): Promise<Draft> {
  const { t } = vscode.l10n;
  const columns = (draft.view.found?.columns ?? []).filter(({ kind }) =>
    field === "options" ? kind === "list" || kind === "object" : kind !== "list" && kind !== "object",
  );
  const current = draft.mapping[field];
  const rows = columns.map(({ path, samples }): ColumnRow => ({
    label: plainLine(path, 80),
    description: path === current ? t("current") : "",
    detail: samples.map((sample) => plainLine(sample, 60)).join("  |  "),
    path,
  }));
  // Options of several columns are written by hand in the command line; here the proposal keeps them.
  const kept = current !== undefined && !columns.some(({ path }) => path === current);
  const items: ColumnRow[] = [
    ...(kept ? [{ label: plainLine(current, 80), description: t("current"), path: current }] : []),
    ...rows,
    ...(field === "response" ? [] : [{ label: t("Nowhere"), detail: t("No column holds it"), path: undefined }]),
  ];
  const chosen = await chooseOne({
    title: t("{0} of {1}", fieldWords(field), name),
    step: 1,
    steps: 1,
    back: true,
    placeholder: fieldHelp(field),
    items,
    active: items.find(({ path }) => path === current),
  });
  return chosen === "back" || chosen.path === current ? draft : withField(draft, field, chosen.path);
}
