/** The loop: stages as build steps, their records, and what a run leaves behind. */
export { buildReport, reportFiles, type ReportSource } from "./buildReport.js";
export type { Decisions } from "./decisions.js";
export type { Learning } from "./learning.js";
export { runLoop, type LoopOptions } from "./loop.js";
export { PersonNeeded } from "./personNeeded.js";
export * from "./records.js";
export * from "./scope.js";
export { TemplateSource } from "./templates.js";
export { planRun, type PlannedStage, type RunFacts } from "./plan.js";
export { tryErrors, type TriedError, type TryOut } from "./tryOut.js";
export { requestOf } from "./instructing.js";
export { callAbout, type UnsentReason } from "./callAbout.js";
export { requireTaught, selectedOf, taught, teaches } from "./stages/select.js";
export { importedAnswer, recordedIn, withRecordedTarget } from "./imported.js";
export { estimateRun, type EstimateOptions, type RoleEstimate, type RunEstimate } from "./estimate.js";
export type { EarlierWork } from "./earlierWork.js";
export type { EstimateBasis } from "./callsAhead.js";
