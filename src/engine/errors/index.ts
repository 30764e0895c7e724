/** Errors, that is wrong answers of the target: a person's decisions about them, grouping, the triaged figure. */
export * from "./decision.js";
export * from "./grouping.js";
