/** Benchmark families: the only place that knows how one kind of question differs from another. */
export * from "./case.js";
export * from "./family.js";
export * from "./sample.js";
export { checkEquations, type EquationCheck } from "./arithmetic.js";
export { candidateProgram, type CandidateProgram } from "./codeProgram.js";
export { extractorNames, extractText } from "./extract/index.js";
export { alignSteps, type AlignedStep } from "./steps.js";
export { families, familyOf, sampleJsonSchema, type FamilyTable } from "./table.js";
