/** Gates on generated samples, in order: format, leak, verification, duplicate, contamination, quota. */
export * from "./chain.js";
export * from "./funnel.js";
export type * from "./gate.js";
export { leakIn } from "./leakGate.js";
export * from "./nearDuplicates.js";
export { rougeL } from "./rouge.js";
export * from "./run.js";
export { words } from "./words.js";
