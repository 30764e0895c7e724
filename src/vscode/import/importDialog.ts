import * as vscode from "vscode";
import type { ImportPreview, ImportSourceView } from "../../protocol/worker/index.js";
import { RequestFault } from "../../protocol/requestFault.js";
import type { EngineClient } from "../engine/engineClient.js";
import { views } from "../manifest.js";
import { faultSentence } from "../messages.js";
import { plainLine } from "../plainText.js";
import { chooseOne, separator } from "../steps.js";
import { belongsElsewhere, draftOf, stateOf, type Draft, type Fit } from "./draft.js";
import { editMapping, matchWords, type ImportTarget } from "./fieldPages.js";
import { aboutWords, evaluatedWords, leftOutWords, protocolWords, reasonWords } from "./words.js";
import { number } from "../numbers.js";

export interface ImportPlan {
  readonly sources: readonly ImportSourceView[];
  readonly verdicts: "judged" | "recorded";
}

/** All files that were chosen shall have a project of their own, also those that were added in the dialog. */
export interface ElsewherePlan {
  readonly elsewhere: readonly string[];
}

type Inspected = {
  readonly drafts: readonly Draft[];
  readonly targets: readonly ImportTarget[];
  readonly protocol: "paper" | "clean";
};

interface FileRow extends vscode.QuickPickItem {
  readonly act: "go" | "add" | "file" | "other-project";
  readonly draft?: Draft;
}

const steps = 3;
const previewRows = 6;

/** Files, their fields, the first rows, whose verdicts count: what is to be imported. Escape leaves it all. */
export class ImportDialog {
  readonly #engine: EngineClient;
  readonly #folder: string;
  readonly #pickFiles: () => Promise<readonly string[]>;

  constructor(engine: EngineClient, folder: string, pickFiles: () => Promise<readonly string[]>) {
    this.#engine = engine;
    this.#folder = folder;
    this.#pickFiles = pickFiles;
  }

  async show(files: readonly string[]): Promise<ImportPlan | ElsewherePlan> {
    let inspected = await this.#inspect(files);
    for (;;) {
      const chosen = await this.#chooseFiles(inspected);
      if ("elsewhere" in chosen) return chosen;
      inspected = chosen;
      const ready = inspected.drafts.filter((draft) => stateOf(draft) === "ready");
      const previews = await this.#previews(ready);
      for (;;) {
        if ((await this.#showPreview(ready, previews)) === "back") break;
        const plan = await this.#chooseVerdicts(ready, previews, inspected.protocol);
        if (plan !== "back") return plan;
      }
    }
  }

  async #inspect(files: readonly string[]): Promise<Inspected> {
    const found = await vscode.window.withProgress({ location: { viewId: views.benchmarks } }, async () =>
      this.#engine.call("import/inspect", { folder: this.#folder, files: [...files] }),
    );
    return { drafts: found.files.map(draftOf), targets: found.benchmarks, protocol: found.protocol };
  }

  /** The first page: all files. It goes on when at least one of them can be imported. */
  async #chooseFiles(inspected: Inspected): Promise<Inspected | ElsewherePlan> {
    let { drafts } = inspected;
    const hopeless = drafts.filter(isUnreadable);
    // Nothing can be chosen: the reasons are said outright, not in a list that is cut.
    if (hopeless.length === drafts.length) throw refusal(hopeless);
    for (;;) {
      const ready = drafts.filter((draft) => stateOf(draft) === "ready");
      const items = fileRows(drafts, ready);
      const [first] = items.filter(({ act }) => act === (ready.length > 0 ? "go" : "file") || act === "other-project");
      const chosen = await chooseOne({
        title: vscode.l10n.t("Import Results: Files"),
        step: 1,
        steps,
        back: false,
        placeholder:
          ready.length > 0
            ? vscode.l10n.t("Enter goes on; choose a file to change its benchmark and fields")
            : vscode.l10n.t("Choose a file to say where its fields are"),
        items,
        active: first,
      });
      if (chosen === "back" || chosen.act === "go") return { ...inspected, drafts };
      if (chosen.act === "other-project") return { elsewhere: drafts.map(({ view }) => view.file) };
      if (chosen.act === "add") {
        const known = new Set(drafts.map(({ view }) => view.file));
        const more = (await this.#pickFiles()).filter((file) => !known.has(file));
        if (more.length > 0) drafts = [...drafts, ...(await this.#inspect(more)).drafts];
        continue;
      }
      const { draft } = chosen;
      if (draft === undefined) continue;
      if (isUnreadable(draft)) {
        void vscode.window.showWarningMessage(vscode.l10n.t("{0}: {1}", nameOf(draft), whyRefused(draft)));
        continue;
      }
      const edited = await this.#counted(await editMapping(draft, inspected.targets, nameOf(draft)));
      drafts = drafts.map((each) => (each === draft ? edited : each));
    }
  }

  /** A changed mapping with the number of rows that it brings to cases. */
  async #counted(draft: Draft): Promise<Draft> {
    if (draft.fit !== null || stateOf(draft) !== "ready") return draft;
    const [preview] = await this.#previews([draft]);
    return { ...draft, fit: preview ?? null };
  }

  async #previews(drafts: readonly Draft[]): Promise<readonly ImportPreview[]> {
    return vscode.window.withProgress({ location: { viewId: views.benchmarks } }, async () =>
      Promise.all(
        drafts.map(async ({ view: { file }, benchmark, mapping }) =>
          this.#engine.call("import/preview", {
            folder: this.#folder,
            source: { file, benchmark: benchmark ?? "", mapping },
            show: previewRows,
          }),
        ),
      ),
    );
  }

  /** The second page: the first rows of each file with the cases that they answer. */
  async #showPreview(drafts: readonly Draft[], previews: readonly ImportPreview[]): Promise<"on" | "back"> {
    const matched = previews.reduce((sum, each) => sum + allOf(each), 0);
    const on = {
      label: vscode.l10n.t("{0} Continue with {1} Responses", "$(arrow-right)", number(matched)),
      description: sumsOf(drafts, previews),
    };
    const rows = drafts.flatMap((draft, index) => previewOf(draft, previews[index]));
    // There is nothing to choose in rows without a match: they say what is wrong.
    const items = matched > 0 ? [on, ...rows] : rows;
    for (;;) {
      const chosen = await chooseOne({
        title: vscode.l10n.t("Import Results: First Rows"),
        step: 2,
        steps,
        back: true,
        placeholder:
          matched > 0
            ? vscode.l10n.t("Are these the right cases? Enter goes on")
            : vscode.l10n.t("No row belongs to a case; go back and change the fields"),
        items,
        active: matched > 0 ? on : undefined,
      });
      if (chosen === "back") return "back";
      if (chosen === on) return "on";
    }
  }

  /** The last page: verdicts made here, or those of the files. */
  async #chooseVerdicts(
    drafts: readonly Draft[],
    previews: readonly ImportPreview[],
    protocol: "paper" | "clean",
  ): Promise<ImportPlan | "back"> {
    const { t } = vscode.l10n;
    const judged = {
      label: t("{0} Import and Judge Here", "$(law)"),
      description: protocolWords(protocol),
      detail: t("By the rules of the project's protocol; programs run in the sandbox"),
      verdicts: "judged" as const,
    };
    const recorded = {
      label: t("{0} Import with Recorded Verdicts", "$(references)"),
      description: "",
      detail: t("The verdicts of the files count, and are marked as theirs; no program runs"),
      verdicts: "recorded" as const,
    };
    const chosen = await chooseOne({
      title: t("Import Results: Verdicts"),
      step: 3,
      steps,
      back: true,
      placeholder: t("Who says which responses are right?"),
      items: [judged, recorded],
      active: judged,
    });
    if (chosen === "back") return "back";
    const sources: ImportSourceView[] = [];
    for (const [index, draft] of drafts.entries()) {
      const preview = previews[index];
      const asks = chosen.verdicts === "recorded" && preview !== undefined && preview.verdicts < allOf(preview);
      const verdict = asks ? await askVerdict(nameOf(draft)) : null;
      if (verdict === "back") return "back";
      const { view, benchmark, mapping } = draft;
      sources.push({ file: view.file, benchmark: benchmark ?? "", mapping, verdict });
    }
    return { sources, verdicts: chosen.verdicts };
  }
}

async function askVerdict(name: string): Promise<boolean | "back"> {
  const items = [
    { label: vscode.l10n.t("All Right"), verdict: true },
    { label: vscode.l10n.t("All Wrong"), verdict: false },
  ];
  const chosen = await chooseOne({
    title: vscode.l10n.t("Verdicts of {0}", name),
    step: 3,
    steps,
    back: true,
    placeholder: vscode.l10n.t("Rows of this file do not say it themselves"),
    items,
  });
  return chosen === "back" ? "back" : chosen.verdict;
}

function fileRows(drafts: readonly Draft[], ready: readonly Draft[]): FileRow[] {
  const { t } = vscode.l10n;
  const inState = (...states: readonly string[]): Draft[] => drafts.filter((draft) => states.includes(stateOf(draft)));
  const refused = inState("unreadable");
  const open = inState("incomplete");
  const go: FileRow = {
    label:
      ready.length === 1
        ? t("{0} Continue with 1 File", "$(arrow-right)")
        : t("{0} Continue with {1} Files", "$(arrow-right)", number(ready.length)),
    act: "go",
  };
  const other: FileRow = {
    label: t("{0} Make a New Project for These Files...", "$(new-folder)"),
    detail: t("With the benchmarks that they answer; this project has none of those"),
    act: "other-project",
  };
  const elsewhere = open.some(belongsElsewhere);
  const add: FileRow = { label: t("{0} Add Files...", "$(add)"), act: "add" };
  return [
    ...(ready.length > 0 ? [go] : elsewhere ? [other] : []),
    ...(refused.length > 0 ? [separator<FileRow>(t("Not imported")), ...refused.map(refusedRow)] : []),
    ...(open.length > 0 ? [separator<FileRow>(t("Needs a choice")), ...open.map(fileRow)] : []),
    ...(ready.length > 0 ? [separator<FileRow>(t("Files")), ...ready.map(fileRow)] : []),
    separator<FileRow>(""),
    ...(ready.length > 0 && elsewhere ? [other] : []),
    add,
  ];
}

function fileRow(draft: Draft): FileRow {
  const { view, benchmark, mapping, remembered } = draft;
  const { t } = vscode.l10n;
  const fields = Object.entries(mapping).map(([field, path]) => `${field}=${plainLine(path ?? "", 40)}`);
  const parts = [matchWords(draft), fields.join(", "), remembered ? t("as last time") : ""];
  const target = benchmark === null ? t("belongs to no benchmark by itself") : plainLine(benchmark, 60);
  return {
    label: nameOf(draft),
    description: view.found === null ? "" : `${aboutWords(view.found)} → ${target}`,
    detail: parts.filter((part) => part !== "").join(" · "),
    act: "file",
    draft,
  };
}

function refusedRow(draft: Draft): FileRow {
  return { label: `$(error) ${nameOf(draft)}`, detail: whyRefused(draft), act: "file", draft };
}

function isUnreadable(draft: Draft): boolean {
  return stateOf(draft) === "unreadable";
}

function whyRefused({ view }: Draft): string {
  if (view.fault !== null) return faultSentence(view.fault);
  return vscode.l10n.t("There is no response in it: {0}", leftOutWords(view.found === null ? {} : view.found.leftOut));
}

function refusal(drafts: readonly Draft[]): RequestFault {
  const [first] = drafts;
  const message = drafts.map((draft) => `${nameOf(draft)}: ${whyRefused(draft)}`).join(" ");
  return new RequestFault({ kind: "data", message, ...(first === undefined ? {} : { file: first.view.file }) });
}

function previewOf(draft: Draft, preview: ImportPreview | undefined): vscode.QuickPickItem[] {
  if (preview === undefined) return [];
  const { t } = vscode.l10n;
  const counts = [fitWords(preview, draft.benchmark), leftOutWords(preview.leftOut)];
  return [
    separator(`${nameOf(draft)}: ${counts.filter((part) => part !== "").join(" · ")}`),
    ...preview.rows.map(({ row, key, reason, question, response, verdict }): vscode.QuickPickItem => {
      const said = verdict === null ? "" : verdict ? t("recorded as right") : t("recorded as wrong");
      const place =
        key === null
          ? reasonWords(reason ?? "no-case", 1)
          : [plainLine(key, 80), said].filter((part) => part !== "").join(" · ");
      const shown = question === null ? "" : plainLine(question, 44);
      return {
        label:
          key === null
            ? t("{0} Row {1}", "$(circle-slash)", number(row + 1))
            : t("{0} Row {1}", "$(pass)", number(row + 1)),
        description: place,
        detail: `${shown}  →  ${response === null ? t("no response") : plainLine(response, 80)}`,
      };
    }),
  ];
}

/** Responses by benchmark, whatever file they are in. */
function sumsOf(drafts: readonly Draft[], previews: readonly ImportPreview[]): string {
  const sums = new Map<string, Fit>();
  for (const [index, { benchmark }] of drafts.entries()) {
    const name = benchmark ?? "";
    const { matched, evaluated } = previews[index] ?? { matched: 0, evaluated: 0 };
    const before = sums.get(name) ?? { matched: 0, evaluated: 0 };
    sums.set(name, { matched: before.matched + matched, evaluated: before.evaluated + evaluated });
  }
  return [...sums].map(([name, fit]) => fitWords(fit, name)).join(", ");
}

function fitWords(fit: Fit, benchmark: string | null): string {
  const all = vscode.l10n.t("{0} of {1}", number(allOf(fit)), plainLine(benchmark ?? "", 60));
  return fit.evaluated === 0 ? all : `${all} · ${evaluatedWords(fit.evaluated)}`;
}

function allOf({ matched, evaluated }: Fit): number {
  return matched + evaluated;
}

function nameOf({ view }: Draft): string {
  return plainLine(view.file.split(/[\\/]/u).at(-1) ?? view.file, 80);
}
