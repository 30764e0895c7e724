import type { MathData } from "../../families/index.js";
import type { LoadedFile, SplitContent } from "../benchmark.js";
import { goldAfterHashes, goldInBox, plainNumber } from "../gold.js";
import { draftsOf, type RowReader } from "../rowReader.js";

/** GSM8K: `question` and `answer`, a worked solution that ends in `#### 2,125`. */
export function readGsm8k(files: readonly LoadedFile[]): SplitContent {
  const drafts = draftsOf(files, (row, number) => {
    const solution = row.text("answer");
    const gold = goldAfterHashes(solution);
    if (gold === null) throw row.fault("answer", "a solution that ends in #### and the answer");
    const data: MathData = { answerKind: "number", gold, solution };
    return { id: String(number), group: null, question: row.text("question"), data };
  });
  return { drafts, canary: null };
}

/** Perturbation types of GSM-Plus are spelled in two ways upstream; this is the paper's. */
function perturbation(type: string): string {
  return type === "distraction insertion" ? "distractor insertion" : type;
}

/** GSM-Plus (testmini): the answer is a number, a fraction, or `None` where the question cannot be answered. */
export function readGsmPlus(files: readonly LoadedFile[]): SplitContent {
  const drafts = draftsOf(files, (row, number) => ({
    id: String(number),
    group: perturbation(row.text("perturbation_type")),
    question: row.text("question"),
    data: numeric(row, "answer", row.text("solution")),
  }));
  return { drafts, canary: null };
}

/** The 1,400 questions of the paper: `answer` is the solution, `extracted_answer` the gold. */
export function readGsmPlusPaper(files: readonly LoadedFile[]): SplitContent {
  const drafts = draftsOf(files, (row, number) => ({
    id: String(number),
    group: perturbation(row.text("type")),
    question: row.text("question"),
    data: numeric(row, "extracted_answer", row.text("answer")),
  }));
  return { drafts, canary: null };
}

/** SVAMP: `Body` and `Question` are joined, golds are floats (`51.0` is 51), and the solution is the `Equation`. */
export function readSvamp(files: readonly LoadedFile[]): SplitContent {
  const drafts = draftsOf(files, (row) => {
    const type = row.text("Type");
    return {
      id: row.text("ID"),
      // The one row with this spelling belongs to the group of the others.
      group: type === "Common-Divison" ? "Common-Division" : type,
      question: joinSentences(row.text("Body"), row.text("Question")),
      data: numeric(row, "Answer", equationSolution(row)),
    };
  });
  return { drafts, canary: null };
}

/** `( 76.0 - 25.0 )` with its result: `76 - 25 = 51`. */
function equationSolution(row: RowReader): string | null {
  if (row.value("Equation") === undefined) return null;
  const plain = (text: string): string => text.trim().replace(/(?<=\d)\.0+(?!\d)/gu, "");
  const equation = plain(row.text("Equation"));
  // Only the brackets around all of it: a first one that closes earlier belongs to a part.
  const inside = /^\(([^()]*(?:\([^()]*\)[^()]*)*)\)$/u.exec(equation)?.[1]?.trim() ?? equation;
  return `${inside} = ${plain(row.scalar("Answer"))}`;
}

/** Two texts as consecutive sentences: a full stop is added where the first lacks its end. */
export function joinSentences(first: string, second: string): string {
  const start = first.trim();
  return `${start}${/[.!?:;,]["'”’)]?$/u.test(start) ? "" : "."} ${second.trim()}`;
}

/**
 * MATH: the gold is the content of the last `\boxed{…}` of the solution, or the field `answer` where there is one (the
 * 500 problems of PRM800K). Subjects are `type` or `subject`.
 */
export function readMath(files: readonly LoadedFile[]): SplitContent {
  const drafts = draftsOf(files, (row, number) => {
    const solution = row.text("solution");
    const gold = row.value("answer") === undefined ? goldInBox(solution) : row.scalar("answer").trim();
    if (gold === null) throw row.fault("solution", "a solution with the answer in \\boxed{…}");
    const data: MathData = { answerKind: "latex", gold, solution };
    const id = ["unique_id", "idx"].find((field) => row.value(field) !== undefined);
    return {
      id: id === undefined ? String(number) : row.scalar(id),
      group: row.text(row.value("type") === undefined ? "subject" : "type"),
      question: row.text("problem"),
      data,
    };
  });
  return { drafts, canary: null };
}

function numeric(row: RowReader, field: string, solution: string | null): MathData {
  const text = row.scalar(field).trim();
  if (text === "None") return { answerKind: "none", gold: "None", solution };
  const gold = plainNumber(text);
  if (gold === null) throw row.fault(field, "a number, a fraction such as 1/4, or None");
  return { answerKind: "number", gold, solution };
}
