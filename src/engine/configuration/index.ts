/** `preceptor.json`: its schema, how it is checked, and the questions that other parts ask it. */
export * from "./configuration.js";
export type { ConfigurationFile } from "./document.js";
export { configurationJsonSchema, overlayJsonSchema } from "./jsonSchema.js";
export * from "./parse.js";
export * from "./secrets.js";
export { configurationMarkdown } from "./markdown.js";
