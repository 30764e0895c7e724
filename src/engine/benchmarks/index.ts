/** Benchmarks: the table of known ones, users' own, their cases, selection and the roles of splits. */
export * from "./benchmark.js";
export { definitionOf, targetSplitsOf } from "./configured.js";
export { mappedFamilies, type FieldMap } from "./fieldMap.js";
export { caseHash, makeCase, questionHash } from "./identity.js";
export { filePath, loadBenchmark, splitOf } from "./load.js";
export { defineOwnBenchmark, type OwnBenchmark } from "./ownBenchmark.js";
export {
  assertRoles,
  assertSplitRole,
  countLooks,
  overlaps,
  withoutEvaluated,
  type Look,
  type LookCount,
  type Overlap,
} from "./roles.js";
export { apportion, select } from "./selection.js";
export { benchmarks, domainOf, filesOf, findBenchmark } from "./table/table.js";
