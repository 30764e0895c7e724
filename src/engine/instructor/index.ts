/** Strategies, the instructor's answers and what they are parsed into. */
export type * from "./sample.js";
export type * from "./strategy.js";
