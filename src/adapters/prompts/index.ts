/** Prompt templates on disk. */
export { shippedFolder, TemplateFolder } from "./templateFolder.js";
