/** Figures about verdicts, and the judging of recorded outputs. */
export { wilson } from "./interval.js";
export { passAtK } from "./passAtK.js";
export { rememberingRunner } from "./rememberingRunner.js";
export { score, type RecordedOutput, type ScoreResult } from "./score.js";
export { scoreBenchmark, scoreBenchmarks } from "./scoreCase.js";
export { parseFieldPaths, scoreFields, valueAt, type FieldPaths } from "./scoreFields.js";
