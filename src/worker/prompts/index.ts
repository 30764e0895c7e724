import { TemplateFolder } from "../../adapters/prompts/index.js";
import type { Project, SingleCalls } from "../../adapters/project/index.js";
import { costOf, promptTokens } from "../../engine/asking/index.js";
import { modelNameOf } from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
import { parseAnswer } from "../../engine/instructor/index.js";
import {
  analyse,
  completionsAt,
  eject,
  factsOf,
  foldingRanges,
  hoverAt,
  type Template,
  type TemplateAnalysis,
  type TemplateNode,
  type TemplateValue,
} from "../../engine/prompts/index.js";
import type { Handlers } from "../../protocol/rpc.js";
import type {
  CaseRef,
  InstructorReply,
  promptRequests,
  PromptPreview,
  TemplateRemark,
  TemplateSymbol,
} from "../../protocol/worker/index.js";
import { Sandboxes } from "../cases/sandbox.js";
import { shown } from "../cases/shown.js";
import type { Projects } from "../projects.js";
import type { RunRecords } from "../runRecords.js";
import { tokenCounter } from "../tokenCounter.js";
import { listOf, Shipped, shippedText } from "./list.js";
import { PreviewCases, type ContrastOf, type FoundPreview } from "./previewCase.js";
import { previousOf, shownSample, tryTemplate, withRunner, type TrialParts } from "./trial.js";
import { analyseWritten, contextOf, priceOf, requestOfWritten, roleOf } from "./writtenTemplate.js";

type PromptHandlers = Handlers<{ readonly requests: typeof promptRequests; readonly events: Record<never, never> }>;

/** A text that somebody edits, and the case on which it is shown. */
interface Written {
  readonly folder: string | null;
  readonly file: string;
  readonly text: string;
  readonly ref: CaseRef | null;
  readonly path?: string | undefined;
}

/** Answers what the editor of templates, the Prompts view and the preview ask. */
export function promptHandlers(
  projects: Projects,
  records: RunRecords,
  parts: { readonly contrast: ContrastOf; readonly calls: SingleCalls },
): PromptHandlers {
  const cases = new PreviewCases(projects, records, parts.contrast);
  const shipped = new Shipped();
  const sandboxes = new Sandboxes();
  const read = async (
    { folder, file, text, ref, path }: Written,
    options: { readonly whole: boolean; readonly signal: AbortSignal },
  ): Promise<{ analysis: TemplateAnalysis; project: Project | null; found: FoundPreview | null }> => {
    if (folder === null) return { analysis: await analyseWritten(file, text, null, null), project: null, found: null };
    const project = await projects.open(folder);
    const { head } = analyse(text, factsOf(file));
    const found = await cases.find(folder, ref, head, options);
    return { analysis: await analyseWritten(file, text, project, found, path), project, found };
  };
  return {
    "prompts/list": async ({ folder }) => ({ templates: await listOf(await projects.shown(folder)) }),
    "prompts/shipped": async ({ fileName }) => ({ text: await shippedText(fileName) }),
    "prompts/eject": async ({ folder, name }) => ({ path: (await eject(new TemplateFolder(folder), name)).path }),
    "prompts/analyse": async (params, { signal }) => {
      const { analysis } = await orWithoutProject(params, async (written) => read(written, { whole: false, signal }));
      const { head, diagnostics, tree } = analysis;
      return {
        strategy: head.strategy,
        family: head.family,
        ...(await shipped.of(head, params.text)),
        remarks: diagnostics.map((item) => ({ ...item })),
        symbols: symbols(tree, 0),
        folds: foldingRanges(analysis),
      };
    },
    "prompts/complete": async ({ file, text, offset }) => {
      const { context, start, end, items } = completionsAt(analyse(text, factsOf(file)), offset);
      return { context, start, end, items: [...items] };
    },
    "prompts/hover": async (params, { signal }) => {
      const { analysis, found } = await orWithoutProject(params, async (written) =>
        read(written, { whole: false, signal }),
      );
      const hover = hoverAt(analysis, params.offset);
      if (hover === null) return null;
      const { value, ...rest } = hover;
      const known = value === undefined || found === null ? null : { ...valueText(value), key: found.view.key };
      return { ...rest, value: known };
    },
    "prompts/preview": async (params, { signal }) => {
      const { analysis, found } = await read(params, { whole: false, signal });
      return previewOf(analysis, found);
    },
    "prompts/ask": async ({ cap, ...written }, { signal }) => {
      const { analysis, found } = await read(written, { whole: true, signal });
      return askOnce({ calls: parts.calls, sandboxes, cap, signal }, requireTemplate(analysis), found);
    },
    "prompts/try": async ({ folder, file, text, count, cap }, { signal }) => {
      const { analysis } = await read({ folder, file, text, ref: null }, { whole: false, signal });
      const template = requireTemplate(analysis);
      const errors =
        folder === null || roleOf(template) === "judge" ? [] : await cases.errors(folder, template, count, signal);
      const [first] = errors;
      const run = first?.view.ref?.run;
      if (first === undefined || run === undefined) {
        throw new Fault("usage", "There is no error to try this template on.", {
          found: `${template.strategy}, ${template.family}`,
          remedy: "Run an iteration or import results first: errors of a target split are taught.",
        });
      }
      const trial = { calls: parts.calls, sandboxes, cap, signal };
      const edited = await tryTemplate(template, errors, trial);
      const before = await previousOf(template, first);
      const previous = before === null ? null : await tryTemplate(before, errors, trial);
      return { run, edited, previous, currency: first.project.configuration.budget.currency };
    },
  };
}

/** A project that is broken, or that has no cases, must not keep an editor from helping with the text. */
async function orWithoutProject<T>(written: Written, work: (written: Written) => Promise<T>): Promise<T> {
  if (written.folder === null) return work(written);
  try {
    return await work(written);
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.kind === "cancelled") throw thrown;
    return work({ ...written, folder: null });
  }
}

function symbols(nodes: readonly TemplateNode[], depth: number): TemplateSymbol[] {
  return nodes.flatMap(({ children, selection: [from, to], ...node }) => [
    { ...node, selection: [from, to] as [number, number], depth },
    ...symbols(children, depth + 1),
  ]);
}

function valueText(value: TemplateValue): { readonly text: string; readonly empty: boolean } {
  if (value === null || value === "") return { text: "", empty: true };
  if (typeof value === "string") return { text: shown(value).text, empty: false };
  if (!Array.isArray(value)) return { text: shown(JSON.stringify(value)).text, empty: false };
  const items = value.map(
    (item: TemplateValue, index) => `${index + 1}. ${typeof item === "string" ? item : JSON.stringify(item)}`,
  );
  return { text: shown(items.join("\n")).text, empty: items.length === 0 };
}

function firstError({ diagnostics }: TemplateAnalysis): TemplateRemark | null {
  return diagnostics.find(({ severity, code }) => severity === "error" && code !== "too-long") ?? null;
}

async function previewOf(analysis: TemplateAnalysis, found: FoundPreview | null): Promise<PromptPreview> {
  const remark = firstError(analysis);
  if (remark !== null) return { state: "broken", remark: { ...remark } };
  if (found === null || analysis.template === null) return { state: "none", family: analysis.head.family };
  const { project, call, view } = found;
  const { configuration } = project;
  const role = roleOf(analysis.head);
  const request = requestOfWritten(analysis.template, found);
  const tokens = promptTokens(request, await tokenCounter());
  const { maxTokens } = request.parameters;
  const price = priceOf(project, role);
  const usage = { promptTokens: tokens, cachedTokens: 0, completionTokens: maxTokens ?? 0, estimated: true };
  return {
    state: "ready",
    case: view,
    messages: request.messages.map(({ role: speaker, content }) => ({ role: speaker, content: shown(content).text })),
    samples: call.samples,
    promptTokens: tokens,
    answerTokens: maxTokens,
    contextTokens: contextOf(project, analysis.head)?.tokens ?? null,
    model: configuration.models[modelNameOf(configuration, role)]?.name ?? "",
    cost: price === null ? null : costOf(usage, price),
    currency: configuration.budget.currency,
  };
}

function requireTemplate(analysis: TemplateAnalysis): Template {
  const error = firstError(analysis);
  if (analysis.template !== null && error === null) return analysis.template;
  throw new Fault("template", error?.message ?? "The template is broken.", {
    file: analysis.facts.file,
    remedy: error?.remedy ?? "Correct what the Problems view lists.",
  });
}

/** One real call, as the loop would make it: its answer is kept, and found again by a later run. */
async function askOnce(
  { calls, sandboxes, cap, signal }: TrialParts,
  template: Template,
  found: FoundPreview | null,
): Promise<InstructorReply> {
  if (found === null) {
    throw new Fault("usage", "The project has no case of this template's family.", {
      found: template.family,
      remedy: "Add a benchmark of this family to preceptor.json.",
    });
  }
  if (found.view.evaluation && roleOf(template) === "instructor") {
    throw new Fault("usage", "This case is for evaluation, so no instructor may see it.", {
      found: found.view.key,
      remedy: "Open a case of a target split, and ask again.",
    });
  }
  const { project, benchmark, call } = found;
  const { configuration } = project;
  const { messages, parameters, sample } = requestOfWritten(template, found);
  const model = modelNameOf(configuration, roleOf(template));
  const question = { model, checkpoint: null, messages, parameters, sample };
  const { answer, key, cached, cost } = await withRunner(found, model, sandboxes, async (runner) =>
    calls.ask(project, question, cap, signal, { runner }),
  );
  const judge = roleOf(template) === "judge";
  const parsed = judge
    ? { drafts: [], faults: [] }
    : parseAnswer(answer.text, benchmark.family.name, template.format, { asked: call.samples, finish: answer.finish });
  return {
    key,
    asked: judge ? 0 : call.samples,
    samples: parsed.drafts.map(shownSample),
    problems: [...parsed.faults],
    text: shown(answer.text).text,
    finish: answer.finish,
    promptTokens: answer.usage.promptTokens,
    completionTokens: answer.usage.completionTokens,
    estimated: answer.usage.estimated,
    cost,
    cached,
    currency: configuration.budget.currency,
  };
}
