import type { ChoiceData, Option } from "../../families/index.js";
import type { LoadedFile, SplitContent } from "../benchmark.js";
import type { RowReader } from "../rowReader.js";
import { draftsOf } from "../rowReader.js";

/** Field names of the headerless MMLU files. */
export const mmluHeader = ["question", "A", "B", "C", "D", "answer"] as const;
const letters = ["A", "B", "C", "D"] as const;

/** Labels of options in order: A, B, C, … */
export function optionLabel(index: number): string {
  return String.fromCharCode(65 + index);
}

/** MMLU's CSV files, one a subject: ids are `subject/row`. */
export function readMmlu(files: readonly LoadedFile[]): SplitContent {
  const drafts = files.flatMap((file) => {
    const subject = subjectOf(file.path);
    return draftsOf([file], (row, number) => mmluDraft(row, `${subject}/${number}`, subject));
  });
  return { drafts, canary: null };
}

/** The paper's target split as its authors published it: one JSON array with the field `subject`. */
export function readMmluPaper(files: readonly LoadedFile[]): SplitContent {
  const drafts = draftsOf(files, (row, number) => mmluDraft(row, String(number), row.text("subject")));
  return { drafts, canary: null };
}

function mmluDraft(row: RowReader, id: string, group: string) {
  const gold = row.text("answer").trim();
  if (!letters.some((letter) => letter === gold)) throw row.fault("answer", "A, B, C or D");
  const options = letters.map((label): Option => ({ label, text: row.anyText(label) }));
  const data: ChoiceData = { options, gold };
  return { id, group, question: row.text("question"), data };
}

/** `…/dev/college_medicine_dev.csv` is about `college_medicine`. */
function subjectOf(path: string): string {
  return (path.split(/[/\\]/u).at(-1) ?? path).replace(/_(?:dev|val|test)\.csv(?:\.gz)?$/u, "");
}

/** ARC: labels are letters, in some rows digits; they become A to E with the gold mapped along. */
export function readArc(files: readonly LoadedFile[]): SplitContent {
  const drafts = draftsOf(files, (row) => {
    const choices = row.value("question.choices");
    if (!Array.isArray(choices) || choices.length < 2)
      throw row.fault("question.choices", "a list of at least 2 options");
    const labels = choices.map((_choice, index) => row.scalar(`question.choices.${index}.label`));
    const gold = labels.indexOf(row.scalar("answerKey").trim());
    if (gold === -1) throw row.fault("answerKey", `one of the labels ${labels.join(", ")}`);
    const options = labels.map((_label, index): Option => ({
      label: optionLabel(index),
      text: row.anyText(`question.choices.${index}.text`),
    }));
    const data: ChoiceData = { options, gold: optionLabel(gold) };
    return { id: row.scalar("id"), group: null, question: row.text("question.stem"), data };
  });
  return { drafts, canary: null };
}
