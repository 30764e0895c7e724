/** Figures about verdicts, and the judging of recorded outputs. */
export { wilson } from "./interval.js";
export { passAtK } from "./passAtK.js";
export { rememberingRunner } from "./rememberingRunner.js";
export { score, type RecordedOutput, type ScoreFault, type ScoreOptions, type ScoreResult } from "./score.js";
export { scoreBenchmark, scoreBenchmarks, type ScoreBenchmark } from "./scoreCase.js";
export {
  FieldReader,
  parseFieldPaths,
  scoreFields,
  type FieldPaths,
  type OutputRow,
  type ScoreField,
} from "./scoreFields.js";
