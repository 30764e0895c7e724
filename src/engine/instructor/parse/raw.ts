import type { LooseValue } from "./looseJson.js";

/** Fields of a sample before normalising, whatever the instructor called them. */
export type RawField =
  "question" | "solution" | "answer" | "options" | "explanation" | "code" | "tests" | "entryPoint" | "answerIndex";

export type RawSample = { [field in RawField]?: LooseValue };

const names: { readonly [field in RawField]: readonly string[] } = {
  question: ["question", "q", "problem", "prompt", "task", "newquestion", "questiontext", "problemstatement", "stem",
    "instruction", "exercise", "text", "questionstem", "statement"], // prettier-ignore
  solution: ["solution", "workedsolution", "steps", "reasoning", "stepbystepsolution", "solutionsteps", "working",
    "rationale", "chainofthought", "detailedsolution", "response"], // prettier-ignore
  answer: ["answer", "a", "finalanswer", "correctanswer", "result", "correctoption", "correct", "rightanswer", "correctchoice",
    "answerkey", "answerletter", "correctletter", "label"], // prettier-ignore
  options: ["options", "choices", "answerchoices", "answeroptions", "answers", "alternatives"],
  explanation: ["explanation", "briefexplanation", "justification", "reason", "annotation", "comment", "feedback"],
  code: ["code", "pythoncode", "program", "implementation", "function", "solutioncode", "correctcode", "python",
    "canonicalsolution", "referencesolution"], // prettier-ignore
  tests: ["tests", "test", "testcases", "testlist", "asserts", "assertions", "unittests", "testcode", "examples"],
  entryPoint: ["entrypoint", "functionname", "name", "method", "funcname"],
  answerIndex: ["answerindex", "correctindex", "correctanswerindex", "correctoptionindex", "answeridx"],
};

const fieldOf = new Map<string, RawField>(
  (Object.entries(names) as [RawField, readonly string[]][]).flatMap(([field, list]) =>
    list.map((name): [string, RawField] => [name, field]),
  ),
);

/** The field that a key of an object means; null for any other key. */
export function rawField(key: string): RawField | null {
  return fieldOf.get(key.toLowerCase().replace(/[^a-z]/g, "")) ?? null;
}

/** A value as text: numbers as they are, lists line by line, objects as `key: value` lines. */
export function asText(value: LooseValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value.replace(/\r\n?/g, "\n");
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value))
    return value
      .map(asText)
      .filter((item) => item !== "")
      .join("\n");
  const entries = Object.entries(value).map(([key, item]) => {
    const text = asText(item);
    return /^(?:step\s*\d*|\d+|text|description|calculation)$/i.test(key) ? text : `${key}: ${text}`;
  });
  return entries.join("\n");
}
