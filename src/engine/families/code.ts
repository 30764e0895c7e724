import * as z from "zod";
import type { CodeTests, CodeVerdict } from "../seams/index.js";
import type { Case, CodeData, Protocol } from "./case.js";
import type { ArtefactProposal, ExtractorName, Family, JudgeContext, Judgement } from "./family.js";
import type { SampleDraft, Verification } from "./sample.js";
import { candidateProgram, withPrelude } from "./codeProgram.js";
import { carefulCode } from "./extract/code.js";
import { draftOf, firstMissing, notVerifiable, refuted, runnerOf, textField, userTurn, verified } from "./shared.js";

const testsSchema = z.object({
  imports: z.array(z.string()),
  setup: z.string(),
  kind: z.enum(["assertions", "check"]),
  code: z.array(z.string()).min(1),
});
const dataSchema: z.ZodType<CodeData> = z.object({
  entryPoint: z.string().nullable(),
  prefix: z.string().nullable(),
  tests: testsSchema,
  reference: z.string().nullable(),
});

const sampleSchema = z
  .object({
    question: textField("The text of the new task. It names the function, its parameters and what it returns."),
    entry_point: textField("The name of the function that the tests call."),
    code: textField("A complete Python program with its imports that defines the function."),
    tests: z.array(z.string()).describe("At least three assert statements, each on one line, that call the function."),
  })
  .transform(({ question, entry_point, code: solution, tests }) =>
    draftOf({ question, solution, tests, entryPoint: entry_point }),
  );

const instruction = "Answer with one Python code block that holds the complete function with all of its imports.";

/** The task as it is asked: the prompt with its signature, or the sentence with the tests that name the function. */
function asked(question: string, tests: readonly string[], hasSignature: boolean): string {
  if (hasSignature || tests.length === 0) return question.trim();
  return `${question.trim()}\nThe function must pass these tests:\n${tests.join("\n")}`;
}

function askedOfCase({ question, data }: Case<CodeData>): string {
  return asked(question, data.tests.kind === "assertions" ? data.tests.code : [], data.prefix !== null);
}

/** Name and purpose of the function: a task that begins with its signature begins like many others. */
function briefOf({ question: whole, data }: Case<CodeData>): string {
  // Enough for any signature; a data file may hold lines of any length.
  const question = whole.slice(0, 4000);
  const [, defined] = /^\s*(?:async\s+)?def\s+(\w+)/mu.exec(question) ?? [];
  const [, , purpose = ""] = /("""|''')\s*(.*?)\s*(?:\1|>>>|$)/su.exec(question) ?? [];
  if (defined === undefined) return question;
  const name = data.entryPoint ?? defined;
  return purpose === "" ? name : `${name}: ${purpose}`;
}

/** MBPP and HumanEval: a function that has to pass tests. */
export const code: Family<CodeData> = {
  name: "code",
  title: "Python programs",
  data: dataSchema,

  prompt: (testCase) => userTurn(`${askedOfCase(testCase)}\n\n${instruction}`),
  extractorFor: (): ExtractorName => "code",
  extract: ({ data }, response, extractor, protocol) =>
    candidateProgram(response, data, extractor, protocol).extraction,

  async judge(testCase, response, protocol, context, extractor): Promise<Judgement> {
    return judge(testCase, response, protocol, context, extractor ?? "code");
  },
  triage,

  questionText: askedOfCase,
  brief: briefOf,
  questionType: ({ data }) => data.tests.kind,
  reference: ({ data }) => data.reference,

  sampleSchema,
  incomplete({ question, solution, tests, entryPoint }) {
    if (tests === null || tests.every((test) => test.trim() === "")) return "tests are missing";
    return firstMissing({ question, code: solution, "entry point": entryPoint });
  },
  verify: verifyCode,

  trainingRow(draft, protocol) {
    const task = asked(draft.question, draft.tests ?? [], /^\s*def\s/m.test(draft.question));
    const prompt = protocol === "paper" ? draft.question.trim() : `${task}\n\n${instruction}`;
    return { prompt: userTurn(prompt), completion: `\`\`\`python\n${programOf(draft).trim()}\n\`\`\`` };
  },

  show({ question, data }) {
    const tests = [...data.tests.imports, data.tests.setup, ...data.tests.code]
      .filter((part) => part !== "")
      .join("\n");
    const sections = [
      { title: "Task", text: question, language: data.prefix === null ? "text" : "python" } as const,
      { title: "Tests", text: tests, language: "python" } as const,
    ];
    return data.reference === null
      ? sections
      : [...sections, { title: "Reference program", text: data.reference, language: "python" } as const];
  },
};

async function judge(
  testCase: Case<CodeData>,
  response: string,
  protocol: Protocol,
  context: JudgeContext,
  extractor: ExtractorName,
): Promise<Judgement> {
  const { extraction, program } = candidateProgram(response, testCase.data, extractor, protocol);
  if (program === null)
    return { correct: false, extraction, failure: null, by: "missing-entry-point", forgeable: false };
  const { outcome, failure, forgeable } = await runTests(program, testCase.data, context);
  return { correct: outcome === "passed", extraction, failure, by: outcome, forgeable };
}

function runTests(program: string, { entryPoint, tests }: CodeData, context: JudgeContext): Promise<CodeVerdict> {
  return runnerOf(context.runner).run({ program, entryPoint, tests, timeoutMs: context.timeoutMs }, context.signal);
}

/**
 * Runs a failure again: with an import prelude in front, and as the other protocol reads it. The tests decide; a program
 * that passes in either form failed for the harness's reading of it and not for its logic.
 */
async function triage(
  testCase: Case<CodeData>,
  response: string,
  judgement: Judgement,
  context: JudgeContext,
): Promise<ArtefactProposal | null> {
  // An import cannot end a loop that does not end, and trying costs the whole time limit again.
  if (judgement.by === "timeout" || judgement.by === "memory") return null;
  const { data } = testCase;
  const programs = (["paper", "clean"] as const).map((protocol) => ({
    protocol,
    program: candidateProgram(response, data, "code", protocol).program,
  }));
  const tried = new Set<string>();
  const passes = async (program: string): Promise<boolean> => {
    if (tried.has(program)) return false;
    tried.add(program);
    return (await runTests(program, data, context)).outcome === "passed";
  };
  for (const { program } of programs) {
    if (program === null || !(await passes(withPrelude(program)))) continue;
    const name = judgement.failure?.type === "NameError" ? ` (${judgement.failure.message})` : "";
    return { reason: "missing-import", evidence: `passes its tests once standard imports stand in front${name}` };
  }
  for (const { protocol, program } of programs) {
    if (program === null || !(await passes(program))) continue;
    return { reason: "extraction", evidence: `passes its tests as the ${protocol} protocol reads the response` };
  }
  return null;
}

function programOf({ solution, entryPoint }: SampleDraft): string {
  return carefulCode(solution, entryPoint).value ?? solution;
}

/** Runs a sample's program against its own tests. */
async function verifyCode(draft: SampleDraft, context: JudgeContext): Promise<Verification> {
  const tests = (draft.tests ?? []).map((test) => test.trim()).filter((test) => test !== "");
  if (tests.length === 0) return notVerifiable("the sample has no tests");
  if (context.runner === null) return notVerifiable("no sandbox is available to run the tests");
  const own: CodeTests = { imports: [], setup: "", kind: "assertions", code: tests };
  const { entryPoint } = draft;
  const task = { program: programOf(draft), entryPoint, tests: own, timeoutMs: context.timeoutMs };
  const { outcome, failure } = await context.runner.run(task, context.signal);
  if (outcome === "passed") return verified(`passes its ${tests.length} test${tests.length === 1 ? "" : "s"}`);
  if (failure?.assertion) {
    const values =
      failure.actual === null ? "" : `: ${failure.actual} instead of ${failure.expected ?? "the expected value"}`;
    return refuted(`fails ${failure.assertion}${values}`);
  }
  return refuted(failure === null ? `the program ends with ${outcome}` : `${failure.type}: ${failure.message}`);
}
