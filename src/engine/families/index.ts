/** Benchmark families: the only place that knows how one kind of question differs from another. */
export * from "./case.js";
export * from "./family.js";
export * from "./sample.js";
export { checkEquations } from "./arithmetic.js";
export { extractorNames, extractText } from "./extract/index.js";
export { families, familyOf, sampleJsonSchema, type FamilyTable } from "./table.js";
