/** Strategies, the instructor's answers and what they are parsed into. */
export { answerFormat } from "./answerFormat.js";
export { judgeMessages, parseVerdict } from "./judge.js";
export { callVariables, caseVariables, defaultContrastSize, planMessages, type AskingFamily } from "./messages.js";
export {
  choiceDraft,
  codeDraft,
  mathDraft,
  normalisers,
  parseAnswer,
  parseYield,
  type AnswerMark,
  type Normaliser,
  type ParsedAnswer,
  type ParseOptions,
  type RawField,
  type RawSample,
} from "./parse/index.js";
export { cutToQuota, type Sourced } from "./quota.js";
export { defaultMaxRounds, nextRound, type NextRound, type RoundsEnd } from "./rounds.js";
export type * from "./sample.js";
export { planCalls, samplesPerCall, samplesPerSource, type CallPlan } from "./strategies/calls.js";
export { referenceDraft } from "./strategies/baselines.js";
export { strategies, strategyNamed } from "./strategies/index.js";
export type * from "./strategy.js";
