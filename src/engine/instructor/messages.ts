import type { Case, Family } from "../families/index.js";
import { renderTemplate, type Template, type TemplateVariables } from "../prompts/index.js";
import type { ChatMessage } from "../seams/index.js";
import type { InstructorCall } from "./strategy.js";

/** What the messages need of a family. */
export type AskingFamily = Pick<Family, "name" | "questionText" | "reference">;

/** Members of a contrast set that are shown unless the configuration says otherwise (paper, section 3.2). */
const defaultContrastSize = 3;

/**
 * The variables of one call; `k` is how many members of the contrast set are shown, nearest first. Every template may
 * read `reference`: the `paper` set simply does not.
 */
export function callVariables(
  call: InstructorCall,
  family: AskingFamily,
  k: number = defaultContrastSize,
): TemplateVariables {
  return {
    ...caseVariables(call.error.testCase, family),
    response: call.error.response,
    samples: call.samples,
    correct_questions: call.neighbours.slice(0, k).map((item) => family.questionText(item.testCase)),
  };
}

/** The conversation of one call. Faults with kind `template` when the template cannot be filled. */
export function planMessages(
  call: InstructorCall,
  template: Template,
  family: AskingFamily,
  k: number = defaultContrastSize,
): ChatMessage[] {
  return renderTemplate(template, callVariables(call, family, k));
}

/** The variables that only depend on the case. */
export function caseVariables(testCase: Case, family: AskingFamily): TemplateVariables {
  return {
    question: family.questionText(testCase),
    reference: family.reference(testCase),
    family: family.name,
    benchmark: testCase.benchmark,
    group: testCase.group,
    entry_point: entryPoint(testCase.data),
  };
}

function entryPoint(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("entryPoint" in data)) return null;
  return typeof data.entryPoint === "string" ? data.entryPoint : null;
}
