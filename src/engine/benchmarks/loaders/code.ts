import type { CodeData } from "../../families/index.js";
import type { LoadedFile, SplitContent } from "../benchmark.js";
import { calledFunction, unixLines } from "../gold.js";
import { draftsOf, type RowReader } from "../rowReader.js";

/** MBPP's own splits by `task_id`, both ends included. */
export const mbppSplits = {
  prompt: [1, 10],
  test: [11, 510],
  validation: [511, 600],
  train: [601, 974],
} as const;

/**
 * MBPP, the upstream file. `test_setup_code` uses classes of the solution, so it is kept apart from the imports: the
 * runner puts it between solution and tests. `challenge_test_list` is not part of the published verdicts.
 */
export function readMbpp(files: readonly LoadedFile[], range: readonly [number, number]): SplitContent {
  return mbppContent(files, range, "text", (row) => ({
    imports: [],
    setup: unixLines(row.anyText("test_setup_code")),
  }));
}

/** MBPP sanitized: 427 tasks of the same numbers with reworded prompts and `test_imports`. */
export function readMbppSanitized(files: readonly LoadedFile[], range: readonly [number, number]): SplitContent {
  return mbppContent(files, range, "prompt", (row) => ({ imports: row.texts("test_imports"), setup: "" }));
}

/** Tasks whose numbers are in a range, both ends included. */
function mbppContent(
  files: readonly LoadedFile[],
  [first, last]: readonly [number, number],
  question: "text" | "prompt",
  before: (row: RowReader) => Pick<CodeData["tests"], "imports" | "setup">,
): SplitContent {
  const drafts = draftsOf(files, (row) => {
    const task = row.integer("task_id");
    if (task < first || task > last) return null;
    const reference = unixLines(row.text("code"));
    const code = row.texts("test_list").map(unixLines);
    const data: CodeData = {
      entryPoint: calledFunction(reference, code),
      prefix: null,
      tests: { ...before(row), kind: "assertions", code },
      reference,
    };
    return { id: String(task), group: null, question: row.text(question), data };
  });
  return { drafts, canary: null };
}

/**
 * HumanEval's form: a prompt with imports and helpers in front of the target function, `check(candidate)`, and, except
 * in the paper's form of MBPP, the body of a reference solution.
 */
export function readHumanEval(files: readonly LoadedFile[]): SplitContent {
  const drafts = draftsOf(files, (row) => {
    const prompt = unixLines(row.text("prompt"));
    const body = row.value("canonical_solution");
    const data: CodeData = {
      entryPoint: row.text("entry_point"),
      prefix: prompt,
      tests: { imports: [], setup: "", kind: "check", code: [unixLines(row.text("test"))] },
      reference: body === undefined ? null : prompt + unixLines(row.text("canonical_solution")),
    };
    return { id: row.scalar("task_id"), group: null, question: prompt, data };
  });
  return { drafts, canary: null };
}
