import type { TrainingRow } from "../../engine/seams/index.js";
import { answerChoice, finalLetter, optionFeatures } from "./choiceStudent.js";
import { answerCode, codeFeatures, codeLesson, programOf } from "./codeStudent.js";
import { answerMath, finalNumber, mathFeatures, mathLesson } from "./mathStudent.js";
import { sameNumber } from "./numbers.js";
import { readPrompt } from "./readPrompt.js";
import type { Student } from "./student.js";
import { optionDimensions, templateDimensions } from "./student.js";
import type { SparseVector } from "./textFeatures.js";

/** What one training row teaches, ready for the fit. */
export type Lesson =
  | { readonly family: "math"; readonly features: SparseVector; readonly label: string }
  | { readonly family: "code"; readonly features: SparseVector; readonly label: string }
  | { readonly family: "choice"; readonly options: readonly SparseVector[]; readonly target: number };

export type LessonFamily = Lesson["family"];
export const lessonFamilies: readonly LessonFamily[] = ["math", "choice", "code"];

/** The family that the shape of a row's prompt tells. */
export function familyOf(row: TrainingRow): LessonFamily {
  return readPrompt(row.prompt).family;
}

/**
 * Reads a row. Null when nothing can be learnt from it: a solution that does not explain its question, a letter that is
 * no option, a program that does not define the function asked for. `known` prefers templates already learnt where a
 * solution can be read in several ways.
 */
export function lessonOf(row: TrainingRow, known: (family: "math" | "code", label: string) => boolean): Lesson | null {
  const asked = readPrompt(row.prompt);
  switch (asked.family) {
    case "math": {
      const label = mathLesson(asked.question, row.completion, (name) => known("math", name));
      if (label === null) return null;
      return { family: "math", features: mathFeatures(asked.question, templateDimensions), label };
    }
    case "code": {
      const label = codeLesson(asked, row.completion, (name) => known("code", name));
      return label === null ? null : { family: "code", features: codeFeatures(asked, templateDimensions), label };
    }
    case "choice": {
      const letter = finalLetter(row.completion);
      const target = asked.options.findIndex((option) => option.label === letter);
      if (target < 0) return null;
      return { family: "choice", options: optionFeatures(asked.question, asked.options, optionDimensions), target };
    }
  }
}

/** Whether the student answers a row's prompt as the row does: the same number, letter or program. */
export function answersLike(student: Student, row: TrainingRow): boolean {
  const asked = readPrompt(row.prompt);
  switch (asked.family) {
    case "math": {
      const wanted = finalNumber(row.completion);
      const given = finalNumber(answerMath(asked.question, student.math));
      return wanted !== null && given !== null && sameNumber(wanted, given);
    }
    case "code": {
      const wanted = programOf(row.completion);
      return wanted !== null && programOf(answerCode(asked, student.code)) === wanted;
    }
    case "choice":
      return finalLetter(row.completion) === finalLetter(answerChoice(asked.question, asked.options, student.choice));
  }
}

/** Cross-entropy of a lesson in nats. */
export function lossOf(student: Student, lesson: Lesson): number {
  return lesson.family === "choice"
    ? student.choice.loss(lesson.options, lesson.target)
    : student[lesson.family].loss(lesson.features, lesson.label);
}
