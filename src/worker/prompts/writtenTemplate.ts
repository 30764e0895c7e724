import { TemplateFolder } from "../../adapters/prompts/index.js";
import { pricesOf, type Project } from "../../adapters/project/index.js";
import { knownContext, type Price } from "../../engine/asking/index.js";
import { chatParametersOf, modelNameOf, type ModelRole } from "../../engine/configuration/index.js";
import { callVariables } from "../../engine/instructor/index.js";
import { requestOf, TemplateSource } from "../../engine/iteration/index.js";
import {
  analyse,
  factsOf,
  renderTemplate,
  twinsOf,
  type ModelContext,
  type Template,
  type TemplateAnalysis,
  type TemplateHead,
} from "../../engine/prompts/index.js";
import type { ChatRequest } from "../../engine/seams/index.js";
import { tokenCounter } from "../tokenCounter.js";
import type { FoundPreview } from "./previewCase.js";

/** Who receives what the template says. */
export function roleOf({ strategy }: Pick<TemplateHead, "strategy">): ModelRole {
  return strategy === "judge" ? "judge" : "instructor";
}

/** Reads a text with everything that is known of the project and a case; both may be missing. */
export async function analyseWritten(
  file: string,
  text: string,
  project: Project | null,
  found: FoundPreview | null,
  path: string | null = null,
): Promise<TemplateAnalysis> {
  const read = analyse(text, factsOf(file));
  const { head } = read;
  return analyse(text, {
    file,
    values: found === null ? null : callVariables(found.call, found.benchmark.family, found.call.neighbours.length),
    context: project === null ? null : contextOf(project, head),
    countTokens: await tokenCounter(),
    twins: project === null || path === null ? [] : await twinsOf(new TemplateFolder(project.folder), path, read),
  });
}

export function contextOf(
  project: Project,
  template: Pick<TemplateHead, "strategy" | "parameters">,
): ModelContext | null {
  const { configuration } = project;
  const role = roleOf(template);
  const model = configuration.models[modelNameOf(configuration, role)];
  if (model === undefined || model.provider === "builtin") return null;
  const tokens = model.contextTokens ?? knownContext(model.name);
  if (tokens === null) return null;
  return {
    model: model.name,
    tokens,
    answer: chatParametersOf(configuration, role, template.parameters).maxTokens ?? 0,
  };
}

/** The price of who is asked; null when it is unknown. */
export function priceOf(project: Project, role: ModelRole): Price | null {
  return pricesOf(project)[role];
}

/** The request that a run would make of this template about this case. Faults with kind `template` where it fails. */
export function requestOfWritten(template: Template, { project, benchmark, call }: FoundPreview): ChatRequest {
  const { configuration } = project;
  if (roleOf(template) === "judge") {
    const messages = renderTemplate(template, callVariables(call, benchmark.family));
    return { messages, parameters: chatParametersOf(configuration, "judge", template.parameters), sample: 0 };
  }
  const file = { origin: "project" as const, name: template.file, path: template.file };
  const templates = new TemplateSource(
    [{ file, head: template, template, diagnostics: [], overridden: false, twins: [] }],
    template.set,
  );
  const { messages, parameters, sample } = requestOf({ configuration, templates }, benchmark, call);
  return { messages, parameters, sample };
}
