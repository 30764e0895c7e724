import {
  alignSteps,
  candidateProgram,
  checkEquations,
  type Case,
  type ChoiceData,
  type CodeData,
  type EquationCheck,
  type MathData,
} from "../../engine/families/index.js";
import type { LoopBenchmark } from "../../engine/iteration/index.js";
import type { EquationView, SpecialView, Span } from "../../protocol/worker/index.js";
import { shown, type Shown } from "./shown.js";

interface Input {
  readonly benchmark: LoopBenchmark;
  readonly testCase: Case;
  readonly response: string;
  readonly shownResponse: Shown;
  readonly reference: string | null;
  readonly shownReference: Shown | null;
}

/** What a case of each family shows beyond text. A family that is not in the table shows its texts. */
const views: { readonly [family: string]: (input: Input) => SpecialView } = {
  math: mathView,
  choice: choiceView,
  code: codeView,
  bigbench: bigBenchView,
};

export function specialOf(input: Input): SpecialView {
  const { name } = input.benchmark.family;
  const view = Object.hasOwn(views, name) ? views[name] : undefined;
  return view?.(input) ?? { kind: "text", gold: null };
}

/** Characters of a solution that are searched for equations: nobody reads more steps than these hold. */
const mostChecked = 30_000;

function mathView({ testCase, response, shownResponse, reference, shownReference }: Input): SpecialView {
  // The table calls this for cases of the family only, whose data its loader has checked.
  const { gold } = testCase.data as MathData;
  const steps = checkEquations(response.slice(0, mostChecked));
  const wanted = reference === null ? [] : checkEquations(reference.slice(0, mostChecked));
  const aligned = alignSteps(steps, wanted);
  const firstWrong = steps.findIndex(({ ok }) => !ok);
  // With its own arithmetic right, a step that shares its numbers alone with the reference does something else with them.
  const follows = (index: number): boolean => aligned.some((step) => step.response === index && step.by !== "operands");
  const strays = wanted.length === 0 || firstWrong !== -1 ? [] : steps.map((_, index) => index);
  const firstStray = strays.find((index) => !follows(index)) ?? null;
  return {
    kind: "math",
    gold,
    equations: steps.map((step) => equationView(step, shownResponse)),
    referenceEquations: wanted.map((step) => equationView(step, shownReference)),
    aligned: [...aligned],
    firstWrong: firstWrong === -1 ? null : firstWrong,
    firstStray,
  };
}

function equationView({ span, expression, stated, computed, ok }: EquationCheck, text: Shown | null): EquationView {
  return {
    span: text?.spanOf(span) ?? [0, 0],
    expression: shown(expression).text,
    stated: shown(stated).text,
    computed,
    ok,
  };
}

function choiceView({ testCase }: Input): SpecialView {
  const { options, gold } = testCase.data as ChoiceData;
  return {
    kind: "choice",
    stem: shown(testCase.question).text,
    options: options.map(({ label, text }) => ({ label, text: shown(text).text })),
    gold,
  };
}

/** Many tasks of BIG-bench end in options, `(A) text` a line; the others have a free answer. */
function bigBenchView({ testCase, reference }: Input): SpecialView {
  const gold = /^\(([A-Z])\)$/u.exec(reference?.trim() ?? "")?.[1];
  const match = /\n(?:Options:\s*\n)?((?:\([A-Z]\) [^\n]*\n?)+)\s*$/u.exec(testCase.question);
  if (gold === undefined || match === null) return { kind: "text", gold: reference };
  const options = [...(match[1] ?? "").matchAll(/^\(([A-Z])\) (.*)$/gmu)].map(([, label = "", text = ""]) => ({
    label,
    text: shown(text).text,
  }));
  return { kind: "choice", stem: shown(testCase.question.slice(0, match.index)).text, options, gold };
}

function codeView({ benchmark, testCase, response }: Input): SpecialView {
  const data = testCase.data as CodeData;
  const program = (protocol: "paper" | "clean"): string | null =>
    candidateProgram(response, data, benchmark.extractor ?? "code", protocol).program;
  const own = program(benchmark.protocol);
  const other = program(benchmark.protocol === "paper" ? "clean" : "paper");
  const { text, assertions } = testsText(data);
  return {
    kind: "code",
    entryPoint: data.entryPoint,
    program: own === null ? null : shown(own).text,
    otherProgram: other === null || other === own ? null : shown(other).text,
    tests: text,
    assertions,
    referenceProgram: data.reference === null ? null : shown(data.reference).text,
  };
}

/** The tests as one Python text, and where its assertions are, in order. */
export function testsText({ tests }: Pick<CodeData, "tests">): {
  readonly text: string;
  readonly assertions: [number, number][];
} {
  const blocks = [tests.imports.join("\n"), tests.setup.trim(), tests.code.map((part) => part.trim()).join("\n")];
  const text = shown(blocks.filter((block) => block !== "").join("\n\n")).text;
  return { text: `${text}\n`, assertions: assertionsIn(text) };
}

/**
 * The tests one by one, each as code that can be judged alone: separate assertions as they are, and a `check` that does
 * nothing but assert as one `check` for each of its assertions. Null where they mean something together only.
 */
export function separateTests({ tests: { kind, code } }: Pick<CodeData, "tests">): readonly string[] | null {
  if (kind === "assertions") return code;
  const source = code.map((part) => part.trim()).join("\n");
  const head = /^def[ \t]+check[ \t]*\([^)\n]*\)[^:\n]*:[ \t]*\n/mu.exec(source);
  if (head === null) return null;
  const body = head.index + head[0].length;
  const assertions = assertionsIn(source);
  if (assertions.length === 0 || assertions.some(([start]) => start < body)) return null;
  const others = assertions.map(([, end], index) => source.slice(end, assertions[index + 1]?.[0]));
  const lines = [source.slice(body, assertions[0]?.[0]), ...others].join("\n").split("\n");
  if (lines.some((line) => !/^\s*(?:#.*)?$/u.test(line))) return null;
  return assertions.map(([start, end]) => `${source.slice(0, body)}    ${source.slice(start, end)}\n`);
}

/** Statements that begin with `assert`, each to the end of its last line: brackets and strings may go on. */
function assertionsIn(source: string): [number, number][] {
  const found: [number, number][] = [];
  for (const match of source.matchAll(/^[ \t]*(?=assert\b)/gmu)) {
    const start = match.index + match[0].length;
    // What is inside the statement before, for example in a string of many lines, is none of its own.
    if (start < (found.at(-1)?.[1] ?? 0)) continue;
    found.push([start, endOfStatement(source, start)]);
  }
  return found;
}

function endOfStatement(source: string, start: number): number {
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    const rest = source.slice(at, at + 3);
    const [character = ""] = rest;
    if (rest === '"""' || rest === "'''") at = endOfString(source, at + 3, rest) - 1;
    else if (character === '"' || character === "'") at = endOfString(source, at + 1, character) - 1;
    else if (character === "#") at = lineEnd(source, at) - 1;
    else if (character === "\\") at += 1;
    else if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    else if (character === "\n" && depth <= 0) return at;
  }
  return source.length;
}

function endOfString(source: string, from: number, quote: string): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source.startsWith(quote, at)) return at + quote.length;
    else if (source[at] === "\n" && quote.length === 1) return at;
  }
  return source.length;
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}

/** Which assertion of the tests a failure means: by its source, and among equal ones by its number. */
export function assertionOf(
  source: string,
  assertions: readonly Span[],
  failure: { readonly test: number | null; readonly assertion: string | null },
): number | null {
  const { test, assertion } = failure;
  if (assertion === null) return null;
  const same = assertions.flatMap(([start, end], index) => {
    const text = source.slice(start, end);
    return text.startsWith(assertion) || assertion.startsWith(text) ? [index] : [];
  });
  return same.find((index) => index === test) ?? same[0] ?? null;
}
