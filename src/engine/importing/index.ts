/** Recorded outputs of other tools: what a file holds, where its fields are, and to which cases its rows belong. */
export * from "./recorded.js";
export { isLmEval, readLmEval } from "./lmEval.js";
export { inspectHeader, isInspectLog, readInspect } from "./inspectLog.js";
export { columnsOf, type Column } from "./columns.js";
export { parseImportMapping, readMapped, type ImportField, type ImportMapping } from "./mapping.js";
export { CaseIndex, type ImportBenchmark } from "./caseIndex.js";
export { countReasons, countRoles, matchRows, type MatchedRow } from "./matching.js";
export { byFit, fitOf, proposeMappings, type Proposal } from "./propose.js";
export * from "./documents.js";
