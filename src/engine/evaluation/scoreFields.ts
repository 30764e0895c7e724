import { Fault } from "../fault.js";

/** Fields of a recorded output that `score` understands. */
export const scoreFields = [
  "id",
  "question",
  "response",
  "gold",
  "options",
  "test",
  "entry_point",
  "prompt",
  "verdict",
] as const;
export type ScoreField = (typeof scoreFields)[number];

/** One row of a file of recorded outputs. */
export interface OutputRow {
  readonly [field: string]: unknown;
}

/** Where each field stands in a row: dotted paths that the user named. */
export type FieldPaths = { readonly [field in ScoreField]?: string };

/** Reads `FIELD=PATH` pairs. Faults on an unknown field, an empty path or a field that is mapped twice. */
export function parseFieldPaths(pairs: readonly string[]): FieldPaths {
  const paths: { [field in ScoreField]?: string } = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = at === -1 ? pair : pair.slice(0, at);
    const path = at === -1 ? "" : pair.slice(at + 1).trim();
    const field = scoreFields.find((known) => known === name.trim());
    if (field === undefined || path === "") {
      throw new Fault("usage", "A field mapping cannot be read.", {
        field: "--map",
        found: pair,
        allowed: `FIELD=PATH with one of the fields ${scoreFields.join(", ")}`,
        remedy: "Write for example --map response=outputs.text.",
      });
    }
    if (paths[field] !== undefined) {
      throw new Fault("usage", `The field ${field} is mapped twice.`, {
        field: "--map",
        found: pair,
        remedy: "Keep one.",
      });
    }
    paths[field] = path;
  }
  return paths;
}

/** The value at a dotted path; a field whose own name holds the dots wins. `undefined` where there is none. */
export function valueAt(row: unknown, path: string): unknown {
  if (row === null || typeof row !== "object") return undefined;
  if (Object.hasOwn(row, path)) return (row as OutputRow)[path];
  const dot = path.indexOf(".");
  if (dot === -1) return undefined;
  const head = path.slice(0, dot);
  return Object.hasOwn(row, head) ? valueAt((row as OutputRow)[head], path.slice(dot + 1)) : undefined;
}

/** Names that recorded outputs commonly use, tried in order where the user mapped nothing. */
const usualNames: { readonly [field in ScoreField]: readonly string[] } = {
  id: ["id", "task_id", "unique_id", "question_id", "idx", "ID"],
  question: ["question", "problem", "input", "stem", "text"],
  response: ["response", "prediction", "generation", "output", "model_output", "completion", "solution"],
  gold: ["gold", "answer", "target", "ground_truth", "extracted_answer", "answerKey", "Answer"],
  options: ["options", "choices", "question.choices"],
  test: ["test", "tests", "test_list"],
  entry_point: ["entry_point"],
  prompt: ["prompt"],
  verdict: ["verdict", "is_correct", "passed", "is_solved", "correct"],
};

/** Reads fields of rows: at the path that the user named, else under a usual name. */
export class FieldReader {
  readonly #paths: FieldPaths;

  constructor(paths: FieldPaths) {
    this.#paths = paths;
  }

  /** Whether the user said where the field stands: then it has to be there. */
  isMapped(field: ScoreField): boolean {
    return this.#paths[field] !== undefined;
  }

  /** The path that the user named, or the usual names. */
  describe(field: ScoreField): string {
    return this.#paths[field] ?? usualNames[field].join(", ");
  }

  path(field: ScoreField): string | undefined {
    return this.#paths[field];
  }

  value(row: OutputRow, field: ScoreField): unknown {
    const path = this.#paths[field];
    if (path !== undefined) return valueAt(row, path);
    for (const name of usualNames[field]) {
      const value = valueAt(row, name);
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  }

  /** The value as text; null when it is absent or no text, number or boolean. */
  text(row: OutputRow, field: ScoreField): string | null {
    const value = this.value(row, field);
    if (typeof value === "string") return value;
    return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? String(value) : null;
  }
}
