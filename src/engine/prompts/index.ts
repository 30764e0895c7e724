/** The language of the instructor's prompt templates: reading, checking, filling, overriding, importing. */
export { filterNames, statementNames } from "./checkBody.js";
export { frontMatterKeys, templateFamilies, templateVersion } from "./frontMatter.js";
export {
  check,
  eject,
  findTemplate,
  listTemplates,
  loadTemplates,
  type LoadedTemplate,
  type TemplateFile,
  type TemplateFiles,
  type TemplateKey,
  type TemplateOrigin,
} from "./library.js";
export { parseTemplate, roleLine, type ParsedTemplate } from "./parseTemplate.js";
export { importPublished, type ImportedTemplate, type ImportOptions } from "./published.js";
export { renderTemplate } from "./renderTemplate.js";
export type * from "./template.js";
export { templateSetNames } from "./template.js";
export { templateStrategies, variablesOf, type VariableDoc } from "./variables.js";
