import * as vscode from "vscode";
import type { Fetchable } from "../../protocol/worker/index.js";
import { RequestFault } from "../../protocol/requestFault.js";
import type { EngineClient } from "../engine/engineClient.js";
import { plainLine } from "../plainText.js";
import type { ActiveProject } from "../project/activeProject.js";
import { chooseProjectFolder } from "../project/chooseFolder.js";
import { benchmarkRow } from "../project/benchmarkRow.js";
import { chooseOne, chooseSome, Left, separator } from "../steps.js";
import type { Work } from "./work.js";

/** Where benchmarks' files were the last time: they are rarely moved. */
const dataKey = "preceptor.benchmarkData";

interface DataRow extends vscode.QuickPickItem {
  readonly data: string | null;
  /** Benchmarks to download; `choose` asks which. */
  readonly fetch: readonly string[] | "choose";
}

type Data = Pick<DataRow, "data"> & { readonly fetch: readonly string[] };

/** Makes a project whose benchmarks are those that recorded files answer. */
export class NewProjectForFiles {
  readonly #engine: EngineClient;
  readonly #project: ActiveProject;
  readonly #memory: vscode.Memento;
  readonly #work: Work;

  constructor(engine: EngineClient, project: ActiveProject, memory: vscode.Memento, work: Work) {
    this.#engine = engine;
    this.#project = project;
    this.#memory = memory;
    this.#work = work;
  }

  async make(files: readonly string[]): Promise<vscode.Uri> {
    const folder = await chooseProjectFolder();
    const { data, protocol } = await this.#questions(files);
    const { benchmarks } = await this.#work.run(
      data.data === null ? vscode.l10n.t("Downloading benchmarks") : vscode.l10n.t("Making the project"),
      async (token) =>
        this.#engine.call(
          "import/create",
          { folder: folder.fsPath, files: [...files], data: data.data, fetch: [...data.fetch], protocol },
          { token },
        ),
    );
    if (benchmarks.length === 0)
      throw new RequestFault({ kind: "data", message: vscode.l10n.t("No benchmark was found.") });
    if (data.data !== null) await this.#memory.update(dataKey, data.data);
    await this.#project.choose(folder);
    return folder;
  }

  async #questions(files: readonly string[]): Promise<{ data: Data; protocol: "paper" | "clean" }> {
    const { known, named } = await this.#engine.call("import/benchmarks", { files: [...files] });
    for (;;) {
      const data = await this.#chooseData(known, named);
      const protocol = await chooseProtocol();
      if (protocol !== "back") return { data, protocol };
    }
  }

  async #chooseData(known: readonly Fetchable[], named: readonly string[]): Promise<Data> {
    for (;;) {
      const items = dataRows(known, named, this.#memory.get<string>(dataKey) ?? null);
      const chosen = await chooseOne({
        title: vscode.l10n.t("New Project for Results: Benchmarks"),
        step: 1,
        steps: 2,
        back: false,
        placeholder: vscode.l10n.t("Where are the questions that these files answer?"),
        items,
      });
      if (chosen === "back") throw new Left();
      if (chosen.fetch === "choose") {
        const some = await chooseBenchmarks(known, named);
        if (some !== "back") return { data: null, fetch: some };
        continue;
      }
      if (chosen.data !== "") return { data: chosen.data, fetch: chosen.fetch };
      const folder = await chooseDataFolder();
      if (folder !== null) return { data: folder, fetch: [] };
    }
  }
}

function dataRows(known: readonly Fetchable[], named: readonly string[], before: string | null): DataRow[] {
  const { t } = vscode.l10n;
  const likely = known.filter(({ name }) => named.includes(name));
  const names = likely.map(({ name }) => name).join(", ");
  return [
    ...(before === null
      ? []
      : [
          {
            label: t("{0} Folder of Last Time", "$(history)"),
            description: plainLine(before, 100),
            data: before,
            fetch: [],
          },
        ]),
    {
      label: t("{0} Choose Folder...", "$(folder)"),
      description: t("with benchmarks' files, as the command benchmarks fetch lays them out"),
      data: "",
      fetch: [],
    },
    separator<DataRow>(t("From their authors' servers")),
    ...(likely.length === 0
      ? []
      : [
          {
            label: t("{0} Download {1}", "$(cloud-download)", names),
            description: likely
              .map(({ licence, holder }) => t("{0}, {1}", plainLine(licence, 60), plainLine(holder, 60)))
              .join(" · "),
            detail: t("The names of the files say so"),
            data: null,
            fetch: likely.map(({ name }) => name),
          },
        ]),
    { label: t("{0} Download Other Benchmarks...", "$(cloud-download)"), data: null, fetch: "choose" },
  ];
}

async function chooseBenchmarks(
  known: readonly Fetchable[],
  named: readonly string[],
): Promise<readonly string[] | "back"> {
  const items = known.map(benchmarkRow);
  const chosen = await chooseSome({
    title: vscode.l10n.t("New Project for Results: Benchmarks"),
    step: 1,
    steps: 2,
    back: true,
    placeholder: vscode.l10n.t("Benchmarks to download"),
    items,
    selected: items.filter(({ name }) => named.includes(name)),
  });
  return chosen === "back" ? "back" : chosen.map(({ name }) => name);
}

async function chooseDataFolder(): Promise<string | null> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Folder with Benchmarks"),
      openLabel: vscode.l10n.t("Use Folder"),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return folder?.fsPath ?? null;
}

async function chooseProtocol(): Promise<"paper" | "clean" | "back"> {
  const { t } = vscode.l10n;
  const chosen = await chooseOne({
    title: t("New Project for Results: Protocol"),
    step: 2,
    steps: 2,
    back: true,
    placeholder: t("By which rules are responses judged?"),
    items: [
      {
        label: t("Careful"),
        description: "clean",
        detail: t("Forgives what is no mistake of the model, such as a missing import or another form of a number"),
        protocol: "clean" as const,
      },
      {
        label: t("As Published"),
        description: "paper",
        detail: t("The rules of the paper's own code, to compare with its figures"),
        protocol: "paper" as const,
      },
    ],
  });
  return chosen === "back" ? "back" : chosen.protocol;
}
