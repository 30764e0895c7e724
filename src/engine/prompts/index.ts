/** The language of the instructor's prompt templates: reading, checking, filling, overriding, importing. */
export { filterNames, statementNames } from "./checkBody.js";
export { frontMatterKeys, templateFamilies } from "./frontMatter.js";
export {
  check,
  eject,
  findTemplate,
  listTemplates,
  loadTemplates,
  type LoadedTemplate,
  type TemplateFile,
  type TemplateFiles,
  type TemplateOrigin,
} from "./library.js";
export { parseTemplate, roleLine } from "./parseTemplate.js";
export { importPublished } from "./published.js";
export { renderTemplate } from "./renderTemplate.js";
export type * from "./template.js";
export { templateSetNames } from "./template.js";
export { templateStrategies, variablesOf } from "./variables.js";
