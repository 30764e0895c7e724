import type { Case, CodeData, JudgeContext, Judgement } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import type { CodeRunner } from "../../engine/seams/index.js";
import type { TestOutcome, TestsRun } from "../../protocol/worker/index.js";
import { failureView } from "./detail.js";
import type { FoundCase } from "./found.js";
import { assertionOf, separateTests, testsText } from "./special.js";

/**
 * Runs a program against the tests of its case, as the benchmark's family judges it. Where the tests are nothing but
 * assertions and one fails, each is run alone as well, so that all that fail are told and not the first one only.
 */
export async function runTests(
  { project, benchmark, testCase }: FoundCase,
  program: string,
  runner: CodeRunner,
  signal: AbortSignal,
): Promise<TestsRun> {
  const { family } = benchmark;
  if (family.name !== "code") {
    throw new Fault("usage", "This case has no tests to run.", {
      found: family.title,
      allowed: "a case of code",
      remedy: "Open a case of a code benchmark.",
    });
  }
  const started = performance.now();
  const timeoutMs = project.configuration.evaluation.codeSeconds * 1000;
  const context: JudgeContext = { runner, timeoutMs, judge: null, signal };
  const data = testCase.data as CodeData;
  const judge = async (code: readonly string[]): Promise<Judgement> => {
    // The program is whole as it stands here, so nothing of the benchmark is put in front of it.
    const whole: Case<CodeData> = { ...testCase, data: { ...data, prefix: null, tests: { ...data.tests, code } } };
    return family.judge(whole, program, "clean", context, "none");
  };
  const { correct, failure, by } = await judge(data.tests.code);
  const { text, assertions } = testsText(data);
  const view = (of: Judgement["failure"]): TestsRun["failure"] =>
    of === null ? null : failureView(of, (seen) => assertionOf(text, assertions, seen));
  const first = view(failure);
  const some = !correct && first !== null && by !== "timeout" && by !== "syntax";
  const separate = some ? separateTests(data) : null;
  const tests =
    separate !== null && separate.length === assertions.length
      ? await eachAlone(separate, judge, view)
      : inOrder(assertions.length, correct, first);
  return { passed: correct, by, failure: first, tests, seconds: (performance.now() - started) / 1000 };
}

async function eachAlone(
  code: readonly string[],
  judge: (code: readonly string[]) => Promise<Judgement>,
  view: (failure: Judgement["failure"]) => TestsRun["failure"],
): Promise<TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  // One after the other: a program that never ends would else hold every worker of the sandbox.
  for (const [test, source] of code.entries()) {
    const { correct, failure, by } = await judge([source]);
    const seen = view(failure);
    outcomes.push({
      test,
      state: correct ? "passed" : "failed",
      failure: correct ? null : { ...(seen ?? endedBy(by)), test },
    });
    if (by === "timeout") {
      outcomes.push(...code.slice(test + 1).map((_, next) => notRun(test + 1 + next)));
      break;
    }
  }
  return outcomes;
}

/** Tests run in order up to the first that fails; what comes after it was not run. */
function inOrder(count: number, passed: boolean, failure: TestsRun["failure"]): TestOutcome[] {
  const failed = failure?.test ?? null;
  return Array.from({ length: count }, (_, test) => {
    if (passed || (failed !== null && test < failed)) return { test, state: "passed", failure: null };
    return test === failed ? { test, state: "failed", failure } : notRun(test);
  });
}

function notRun(test: number): TestOutcome {
  return { test, state: "not-run", failure: null };
}

function endedBy(by: string): NonNullable<TestsRun["failure"]> {
  return { type: by, message: "", test: null, assertion: null, expected: null, actual: null, line: null };
}
