import type { ChatMessage, TrainingRow } from "../../engine/seams/index.js";
import { answerChoice } from "./choiceStudent.js";
import { answerCode } from "./codeStudent.js";
import { answerMath } from "./mathStudent.js";
import { readPrompt } from "./readPrompt.js";
import { OptionScorer, SoftmaxClassifier } from "./softmax.js";

/** Sizes of the hashed feature spaces: weights per learnt template, and weights of the option scorer. */
export const templateDimensions = 4096;
export const optionDimensions = 16384;

/**
 * The built-in student: three small linear models and the rows that it has learnt from, which are learnt again along
 * with new ones so that training forgets little. Its answer depends on the checkpoint and the prompt alone.
 */
export class Student {
  readonly math: SoftmaxClassifier;
  readonly code: SoftmaxClassifier;
  readonly choice: OptionScorer;
  readonly memory: readonly TrainingRow[];

  constructor(parts: {
    readonly math: SoftmaxClassifier;
    readonly code: SoftmaxClassifier;
    readonly choice: OptionScorer;
    readonly memory: readonly TrainingRow[];
  }) {
    this.math = parts.math;
    this.code = parts.code;
    this.choice = parts.choice;
    this.memory = parts.memory;
  }

  /** Knows nothing; the base student is fitted from it. */
  static blank(): Student {
    return new Student({
      math: new SoftmaxClassifier(templateDimensions),
      code: new SoftmaxClassifier(templateDimensions),
      choice: new OptionScorer(optionDimensions),
      memory: [],
    });
  }

  clone(): Student {
    return new Student({
      math: this.math.clone(),
      code: this.code.clone(),
      choice: this.choice.clone(),
      memory: this.memory,
    });
  }

  answer(messages: readonly ChatMessage[]): string {
    const asked = readPrompt(messages);
    switch (asked.family) {
      case "math":
        return answerMath(asked.question, this.math);
      case "choice":
        return answerChoice(asked.question, asked.options, this.choice);
      case "code":
        return answerCode(asked, this.code);
    }
  }
}
