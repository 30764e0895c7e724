/** The language of the instructor's prompt templates: reading, checking, filling, overriding, importing, editing. */
export {
  analyse,
  factsOf,
  type ModelContext,
  type PlacedDiagnostic,
  type TemplateAnalysis,
  type TemplateFacts,
} from "./analyse.js";
export { statementNames } from "./checkBody.js";
export { completionsAt, type Completion, type CompletionContext, type Completions } from "./completion.js";
export { filterNames, filters, type FilterDoc, type ValueType } from "./filters.js";
export { frontMatterKeys, templateFamilies } from "./frontMatter.js";
export { hoverAt, type TemplateHover } from "./hover.js";
export {
  check,
  eject,
  findTemplate,
  listTemplates,
  loadTemplates,
  twinsOf,
  type LoadedTemplate,
  type TemplateFile,
  type TemplateFiles,
  type TemplateOrigin,
} from "./library.js";
export { foldingRanges, type FoldingRange, type TemplateNode } from "./outline.js";
export { normalised, parseTemplate, roleLine } from "./parseTemplate.js";
export { importPublished } from "./published.js";
export { renderTemplate } from "./renderTemplate.js";
export type * from "./template.js";
export { templateSetNames } from "./template.js";
export { variablesOf } from "./variables.js";
