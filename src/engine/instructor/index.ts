/** Strategies, the instructor's answers and what they are parsed into. */
export { answerFormat } from "./answerFormat.js";
export { judgeMessages, parseVerdict } from "./judge.js";
export { callVariables, planMessages } from "./messages.js";
export { parseAnswer, parseYield, type ParsedAnswer } from "./parse/index.js";
export { nextRound } from "./rounds.js";
export type * from "./sample.js";
export { planCalls, samplesOfCall, samplesPerSource } from "./strategies/calls.js";
export { referenceDraft } from "./strategies/baselines.js";
export { strategies, strategyNamed } from "./strategies/index.js";
export type * from "./strategy.js";
