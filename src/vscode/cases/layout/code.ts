import type {
  CaseDetail,
  FailureView,
  SpecialView,
  Span,
  TestOutcome,
  TestsRun,
} from "../../../protocol/worker/index.js";
import { shifted, TextBuilder, type CaseText, type Problem } from "./caseText.js";
import { judgementsOf } from "./title.js";
import type { CaseWords } from "./words.js";

type CodeView = Extract<SpecialView, { kind: "code" }>;

/** How a program fared: as the run recorded it, or as its tests just ran. */
export interface ProgramVerdict {
  readonly by: string;
  readonly failure: FailureView | null;
  readonly tests: readonly TestOutcome[];
}

/** What the run recorded: tests before the failing one passed, and nobody knows about those after it. */
export function recordedVerdict(detail: CaseDetail, { assertions }: CodeView): ProgramVerdict {
  const { correct, failure, by } = judgementsOf(detail).own;
  const failed = failure?.test ?? null;
  const tests = assertions.map((_, test): TestOutcome => {
    // What only a file says was not run here.
    if (correct && by === "recorded") return { test, state: "not-run", failure: null };
    if (correct || (failed !== null && test < failed)) return { test, state: "passed", failure: null };
    return test === failed ? { test, state: "failed", failure } : { test, state: "not-run", failure: null };
  });
  return { by: correct ? "passed" : by, failure, tests };
}

export function verdictOfRun({ by, failure, tests }: TestsRun): ProgramVerdict {
  return { by, failure, tests };
}

/** The program of the response, with its failures where they show. */
export function programText(detail: CaseDetail, code: CodeView, verdict: ProgramVerdict, words: CaseWords): CaseText {
  const builder = new TextBuilder();
  if (code.program === null || code.program.trim() === "") {
    const span = builder.line(`# ${words.noProgram}`);
    builder.mark({ span, style: "note" });
    for (const line of detail.response.text.split("\n")) builder.line(line === "" ? "#" : `# ${line}`);
    return builder.done();
  }
  builder.block(code.program);
  for (const { span, message, test } of programProblems(code.program, code.entryPoint, verdict, words)) {
    const assertion = test === null ? undefined : code.assertions[test];
    const related: Problem["related"] =
      assertion === undefined
        ? null
        : { part: "tests", span: shifted(assertion, testsStart(detail, words)), message: words.theTest };
    builder.mark({ span, style: "failed", problem: { message, severity: "error", related } });
  }
  return builder.done();
}

interface ProgramProblem {
  readonly span: Span;
  readonly message: string;
  readonly test: number | null;
}

/** What is wrong with a program, at the line that raised it, else at the function that gives the wrong value. */
export function programProblems(
  program: string,
  entryPoint: string | null,
  verdict: ProgramVerdict,
  words: CaseWords,
): ProgramProblem[] {
  if (verdict.by === "passed") return [];
  const definition = definitionOf(program, entryPoint);
  const failures = verdict.tests.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  if (failures.length === 0) {
    const { failure } = verdict;
    const span = failure?.line == null ? definition : lineSpan(program, failure.line);
    return [{ span, message: failureMessage(failure, verdict.by, words), test: failure?.test ?? null }];
  }
  // Several tests may fail at one line: it gets one problem, which tells the first of them.
  const byLine = new Map<number, ProgramProblem>();
  for (const failure of failures) {
    const span = failure.line === null ? definition : lineSpan(program, failure.line);
    if (!byLine.has(span[0])) {
      byLine.set(span[0], { span, message: failureMessage(failure, failure.type, words), test: failure.test });
    }
  }
  return [...byLine.values()];
}

/** One sentence about a failure. */
export function failureMessage(failure: FailureView | null, by: string, words: CaseWords): string {
  if (failure === null) return by === "recorded" ? words.recordedWrong : words.ended(by);
  const { type, message, test, assertion, expected, actual } = failure;
  if (actual !== null && test !== null) return words.testFails(test + 1, brief(expected ?? "?"), brief(actual));
  if (type === "AssertionError" && test !== null) return words.testFailsPlainly(test + 1, brief(assertion ?? message));
  if (message === "" && !/^[A-Z]/u.test(type)) return words.ended(type);
  const told = message === "" ? type : `${type}: ${brief(message)}`;
  return test === null ? told : words.inTest(test + 1, told);
}

/** The task as comments and the tests, each with how it went. */
export function testsText(detail: CaseDetail, code: CodeView, verdict: ProgramVerdict, words: CaseWords): CaseText {
  const builder = new TextBuilder();
  addTask(builder, detail, words);
  const start = builder.block(code.tests);
  const program = code.program ?? "";
  for (const { test, state, failure } of verdict.tests) {
    const assertion = code.assertions[test];
    if (assertion === undefined || state === "not-run") continue;
    const span = shifted(assertion, start);
    if (state === "passed" || failure === null) {
      builder.mark({ span, style: "passed", after: "✓" });
      continue;
    }
    const message = failureMessage(failure, verdict.by, words);
    const place = failure.line === null ? definitionOf(program, code.entryPoint) : lineSpan(program, failure.line);
    const related: Problem["related"] =
      program === "" ? null : { part: "program", span: place, message: words.raisedHere };
    const after = failure.actual === null ? `✗ ${failure.type}` : `✗ ${words.got(brief(failure.actual))}`;
    builder.mark({ span, style: "failed", after, problem: { message, severity: "error", related } });
  }
  return builder.done();
}

export function referenceText({ referenceProgram }: CodeView, words: CaseWords): CaseText {
  return {
    text: referenceProgram === null ? `# ${words.noReference}\n` : ended(referenceProgram),
    marks: [],
    responseAt: null,
  };
}

/** Where the tests begin in their document. */
function testsStart(detail: CaseDetail, words: CaseWords): number {
  const builder = new TextBuilder();
  addTask(builder, detail, words);
  return builder.length;
}

function addTask(builder: TextBuilder, { question }: CaseDetail, words: CaseWords): void {
  const lines = `${words.task}: ${question.text.trim()}`.split("\n").flatMap(wrapped);
  for (const line of lines) builder.line(line === "" ? "#" : `# ${line}`);
  builder.line();
}

/** Lines of at most so many characters, cut between words; indentation is kept for the first. */
function wrapped(line: string): string[] {
  const most = 72;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > most) {
    const space = rest.lastIndexOf(" ", most);
    if (space <= 0 || rest.slice(0, space).trim() === "") break;
    lines.push(rest.slice(0, space));
    rest = rest.slice(space + 1);
  }
  return [...lines, rest];
}

/** The name that is defined, in `def NAME(`; the first line where there is no definition. */
function definitionOf(program: string, entryPoint: string | null): Span {
  const name = entryPoint === null ? String.raw`\w+` : entryPoint.replace(/[^\w]/gu, String.raw`\$&`);
  const match = new RegExp(String.raw`^[ \t]*(?:async[ \t]+)?def[ \t]+(?=${name}\b)`, "mu").exec(program);
  if (match === null) return lineSpan(program, 1);
  const start = match.index + match[0].length;
  const length = /^\w+/u.exec(program.slice(start))?.[0].length ?? 1;
  return [start, start + length];
}

/** A line, from 1, without its indentation; the last line where there are not so many. */
function lineSpan(program: string, line: number): Span {
  const lines = program.split("\n");
  const index = Math.min(Math.max(1, line), lines.length) - 1;
  const start = lines.slice(0, index).reduce((sum, text) => sum + text.length + 1, 0);
  const text = lines[index] ?? "";
  const indentation = text.length - text.trimStart().length;
  return [start + indentation, Math.max(start + indentation, start + text.trimEnd().length)];
}

function brief(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
