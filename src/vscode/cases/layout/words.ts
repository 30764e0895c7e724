import type { CaseDetail, TriageClass } from "../../../protocol/worker/index.js";

/** The words of case documents, made where the editor's language is known. */
export interface CaseWords {
  readonly question: string;
  readonly task: string;
  readonly reference: string;
  readonly goldAnswer: string;
  readonly facts: string;
  readonly history: string;
  readonly note: string;
  readonly promptSent: string;
  readonly promptNotRecorded: string;
  readonly notRecorded: string;
  importedFrom(file: string, row: number): string;
  readonly recordedWrong: string;
  readonly rawAnswer: string;
  readonly right: string;
  readonly gold: string;
  readonly noProgram: string;
  readonly noReference: string;
  readonly noNote: string;
  readonly cutByLength: string;
  readonly strayStep: string;
  strayResult(number: number): string;
  readonly firstWrongStep: string;
  response(model: string, iteration: number): string;
  /** `wrong: 62, gold 72`, for the first line. */
  wrong(answer: string, gold: string | null): string;
  rightAnswer(answer: string): string;
  nothingFound: string;
  /** `62 (clean), 48 (paper)`. */
  under(answer: string, protocol: string): string;
  /** `clean: 62 ✗`. */
  verdict(protocol: string, answer: string, mark: string): string;
  chosen(protocols: readonly string[]): string;
  step(number: number): string;
  sameAsStep(number: number): string;
  stepHover(by: "both" | "operands" | "result", number: number): string;
  isNot(expression: string, computed: string, stated: string): string;
  isIndeed(expression: string, computed: string): string;
  hidden(count: number): string;
  testFails(number: number, expected: string, actual: string): string;
  testFailsPlainly(number: number, assertion: string): string;
  inTest(number: number, message: string): string;
  got(actual: string): string;
  ended(by: string): string;
  readonly raisedHere: string;
  theTest: string;
  theReference: string;
  tokens(usage: CaseDetail["usage"]): string;
  cost(amount: number | null, currency: string): string;
  triage(decision: TriageClass): string;
  undecided: string;
  by(name: string, time: string): string;
  looksLike(reason: string, evidence: string): string;
  finish(finish: string): string;
  role(role: string): string;
  iteration(run: string, iteration: number, stage: string): string;
  label(
    name:
      "verdict" | "decidedBy" | "model" | "imported" | "tokens" | "cost" | "finish" | "triage" | "proposal" | "group",
  ): string;
  disputed: string;
}
