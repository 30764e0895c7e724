import type { Case, CodeData, JudgeContext } from "../../src/engine/families/index.js";
import type { CodeRunner, CodeTask, CodeVerdict } from "../../src/engine/seams/index.js";

/** A case of any family with the fields that tests do not look at filled in. */
export function caseOf<Data>(family: string, question: string, data: Data): Case<Data> {
  const [benchmark, split, id] = ["demo", "test", "1"];
  return { key: `${benchmark}/${split}/${id}`, benchmark, split, id, hash: "h", family, group: null, question, data };
}

export function codeCase(fields: Partial<CodeData> = {}): Case<CodeData> {
  const tests = { imports: [], setup: "", kind: "assertions" as const, code: ["assert area(1) > 3"] };
  return caseOf("code", "Write the area of a circle.", {
    entryPoint: "area",
    prefix: null,
    tests,
    reference: null,
    ...fields,
  });
}

const verdict: CodeVerdict = {
  outcome: "passed",
  failure: null,
  forgeable: false,
  forgeableBecause: null,
  output: "",
  seconds: 0,
};

/** A runner whose verdict is decided by the test, and that remembers what it was given. */
export class ScriptedRunner implements CodeRunner {
  readonly layer = "process";
  readonly tasks: CodeTask[] = [];
  readonly #passes: (program: string) => boolean;

  constructor(passes: (program: string) => boolean) {
    this.#passes = passes;
  }

  async run(task: CodeTask): Promise<CodeVerdict> {
    this.tasks.push(task);
    if (this.#passes(task.program)) return verdict;
    const failure = {
      type: "NameError",
      message: "name 'math' is not defined",
      test: 0,
      assertion: "assert area(1) > 3",
      expected: null,
      actual: null,
      line: 2,
    };
    return { ...verdict, outcome: "exception", failure };
  }

  async evaluate(): Promise<never[]> {
    return [];
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

export function contextWith(runner: CodeRunner | null, judge: JudgeContext["judge"] = null): JudgeContext {
  return { runner, timeoutMs: 1000, judge, signal: new AbortController().signal };
}
