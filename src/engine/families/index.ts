/** Benchmark families: the only place that knows how one kind of question differs from another. */
export * from "./case.js";
export * from "./family.js";
export * from "./sample.js";
