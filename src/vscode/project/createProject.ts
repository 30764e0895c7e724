import * as vscode from "vscode";
import type { Fetchable, NewModelView } from "../../protocol/worker/index.js";
import type { EngineClient } from "../engine/engineClient.js";
import { plainLine } from "../plainText.js";
import { ask, chooseOne, chooseSome, type Step } from "../steps.js";
import type { ActiveProject } from "./activeProject.js";
import { benchmarkRow } from "./benchmarkRow.js";
import { chooseProjectFolder } from "./chooseFolder.js";

interface Wishes {
  readonly target: NewModelView;
  readonly instructor: NewModelView;
  readonly benchmarks: readonly string[];
  readonly budget: number;
}

/** One question: what is known after it, or `back` to the one before. */
type Page = (known: Partial<Wishes>, step: Step) => Promise<Partial<Wishes> | "back">;

/** Create Project…: four questions, then `preceptor.json` in an editor. Nothing is written before the last answer.
 * Returns its folder; null when it was not made. */
export async function createProject(engine: EngineClient, project: ActiveProject): Promise<vscode.Uri | null> {
  const folder = await chooseProjectFolder();
  const { known } = await engine.call("import/benchmarks", { files: [] });
  const pages: readonly Page[] = [chooseTarget, chooseInstructor, chooseBenchmarks(known), chooseBudget];
  let wishes: Partial<Wishes> = {};
  for (let page = 0; page < pages.length;) {
    const title = vscode.l10n.t("Create Project in {0}", plainLine(folder.path.split("/").at(-1) ?? "", 60));
    const answer = await pages[page]?.(wishes, { title, step: page + 1, steps: pages.length, back: page > 0 });
    if (answer === undefined) break;
    if (answer === "back") {
      page = Math.max(0, page - 1);
      continue;
    }
    wishes = { ...wishes, ...answer };
    page += 1;
  }
  const { target, instructor, benchmarks, budget } = wishes;
  if (target === undefined || instructor === undefined || benchmarks === undefined || budget === undefined) return null;
  const { file } = await engine.call("project/create", {
    folder: folder.fsPath,
    target,
    instructor,
    benchmarks: [...benchmarks],
    budget,
  });
  await project.choose(folder);
  await vscode.window.showTextDocument(vscode.Uri.file(file));
  return folder;
}

interface ModelRow extends vscode.QuickPickItem {
  readonly provider: "openai" | "editor" | "builtin";
  readonly endpoint: string;
}

async function chooseTarget(known: Partial<Wishes>, step: Step): Promise<Partial<Wishes> | "back"> {
  const { t } = vscode.l10n;
  const target = await chooseModel(known.target, step, t("Which model is taught?"), [
    {
      label: t("{0} Model on a Server...", "$(server)"),
      detail: t("any OpenAI-compatible address, such as vLLM or llama.cpp"),
      provider: "openai",
      endpoint: "http://127.0.0.1:8000/v1",
    },
    {
      label: t("{0} Built-in Student", "$(mortar-board)"),
      detail: t("a small model that is trained on this machine in seconds"),
      provider: "builtin",
      endpoint: "",
    },
  ]);
  return target === "back" ? "back" : { target };
}

async function chooseInstructor(known: Partial<Wishes>, step: Step): Promise<Partial<Wishes> | "back"> {
  const { t } = vscode.l10n;
  const instructor = await chooseModel(known.instructor, step, t("Which model teaches?"), [
    {
      label: t("{0} Model on a Server...", "$(server)"),
      detail: t("any OpenAI-compatible address; its key stays in the editor's secret storage"),
      provider: "openai",
      endpoint: "https://api.openai.com/v1",
    },
    ...(await vscode.lm.selectChatModels()).slice(0, 1).map((): ModelRow => ({
      label: t("{0} Model of the Editor...", "$(comment-discussion)"),
      detail: t("one that the editor offers to extensions; it answers while its window is open"),
      provider: "editor",
      endpoint: "",
    })),
    {
      label: t("{0} Built-in Instructor", "$(mortar-board)"),
      detail: t("re-samples the failing problem and recomputes its answer"),
      provider: "builtin",
      endpoint: "",
    },
  ]);
  return instructor === "back" ? "back" : { instructor };
}

async function chooseModel(
  before: NewModelView | undefined,
  step: Step,
  placeholder: string,
  items: readonly ModelRow[],
): Promise<NewModelView | "back"> {
  for (;;) {
    const active = items.find(({ provider }) => provider === before?.kind);
    const chosen = await chooseOne({ ...step, placeholder, items, active });
    if (chosen === "back") return "back";
    if (chosen.provider === "builtin") return { kind: "builtin" };
    if (chosen.provider === "editor") {
      const lent = await chooseEditorModel(step);
      if (lent === "back") continue;
      return lent;
    }
    const known = before?.kind === "openai" ? before : null;
    const endpoint = await ask({
      ...step,
      back: true,
      prompt: vscode.l10n.t("Address of the server, with its /v1"),
      placeholder: chosen.endpoint,
      value: known?.endpoint ?? chosen.endpoint,
      problem: addressProblem,
    });
    if (endpoint === "back") continue;
    const name = await ask({
      ...step,
      back: true,
      prompt: vscode.l10n.t("Name of the model on that server"),
      placeholder: "gpt-4o",
      value: known?.name,
      problem: (text) => (text.trim() === "" ? vscode.l10n.t("A server needs the name.") : undefined),
    });
    if (name === "back") continue;
    return { kind: "openai", endpoint: endpoint.text, name: name.text, secret: secretFor(endpoint.text) };
  }
}

async function chooseEditorModel(step: Step): Promise<NewModelView | "back"> {
  const models = await vscode.lm.selectChatModels();
  const items = models.map(({ id, name, vendor, family, version }) => ({
    label: plainLine(name, 80),
    description: [id, vendor, family, version].map((part) => plainLine(part, 40)).join(" · "),
    id,
  }));
  const placeholder = vscode.l10n.t("The editor asks you before it lends one");
  const chosen = await chooseOne({ ...step, back: true, placeholder, items });
  return chosen === "back" ? "back" : { kind: "editor", name: chosen.id };
}

function addressProblem(text: string): string | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (url === null || !/^https?:$/u.test(url.protocol)) return vscode.l10n.t("An http or https address is needed.");
  return url.username + url.password === "" ? undefined : vscode.l10n.t("No user or password in the address, please.");
}

/** A server of one's own has no key; others get a secret named after their host: `API_OPENAI_COM_KEY`. */
function secretFor(endpoint: string): string | null {
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === "http:") return null;
  if (hostname === "api.openai.com") return "OPENAI_API_KEY";
  return `KEY_${hostname.toUpperCase().replaceAll(/[^A-Z0-9]+/gu, "_")}`;
}

function chooseBenchmarks(known: readonly Fetchable[]): Page {
  return async (wishes, step) => {
    const items = known.filter(({ teaches }) => teaches).map(benchmarkRow);
    const before = wishes.benchmarks ?? ["gsm8k"];
    const chosen = await chooseSome({
      ...step,
      placeholder: vscode.l10n.t("Benchmarks whose errors are taught"),
      items,
      selected: items.filter(({ name }) => before.includes(name)),
    });
    return chosen === "back" ? "back" : { benchmarks: chosen.map(({ name }) => name) };
  };
}

async function chooseBudget(known: Partial<Wishes>, step: Step): Promise<Partial<Wishes> | "back"> {
  const answer = await ask({
    ...step,
    prompt: vscode.l10n.t("The most that one run may spend, in USD. It is kept by reserving before each call."),
    placeholder: "20",
    value: String(known.budget ?? 20),
    problem: (text) => (/^\d+(\.\d+)?$/u.test(text.trim()) ? undefined : vscode.l10n.t("A number such as 20 or 0.5.")),
  });
  return answer === "back" ? "back" : { budget: Number(answer.text) };
}
