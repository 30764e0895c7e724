import { Fault, type FaultPlace } from "../fault.js";
import type { CaseDraft, LoadedFile, Row, RowPlace } from "./benchmark.js";

/** Reads fields of one row; what is missing or of a wrong kind is a fault with file, row and field. */
export class RowReader {
  readonly row: Row;
  readonly place: RowPlace;

  constructor(row: Row, place: RowPlace) {
    this.row = row;
    this.place = place;
  }

  /** The value at a dotted path (`answer.value`, `choices.0`); a field whose own name has dots comes first. */
  value(path: string): unknown {
    if (Object.hasOwn(this.row, path)) return this.row[path];
    let value: unknown = this.row;
    for (const part of path.split(".")) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
      value = Object.entries(value).find(([name]) => name === part)?.[1];
    }
    return value;
  }

  /** A text that is not blank. */
  text(path: string): string {
    const value = this.value(path);
    if (typeof value === "string" && value.trim() !== "") return value;
    throw this.fault(path, "a text that is not empty");
  }

  /** A text that may be empty. */
  anyText(path: string): string {
    const value = this.value(path);
    if (typeof value === "string") return value;
    throw this.fault(path, "a text");
  }

  /** A text, or a number written as one. */
  scalar(path: string): string {
    const value = this.value(path);
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    return this.text(path);
  }

  integer(path: string): number {
    const value = this.value(path);
    const number = typeof value === "string" && /^-?\d+$/u.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number)) return number;
    throw this.fault(path, "a whole number");
  }

  /** A list of texts; an empty one is allowed. */
  texts(path: string): string[] {
    const value = this.value(path);
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw this.fault(path, "a list of texts");
  }

  fault(path: string, allowed: string, message?: string): Fault {
    const value = this.value(path);
    const missing = value === undefined;
    return new Fault("data", message ?? (missing ? "A row lacks a field." : "A field of a row has a wrong value."), {
      ...faultPlace(this.place, path),
      found: missing ? `fields ${Object.keys(this.row).join(", ")}` : shorten(value),
      allowed,
      remedy: missing
        ? "Add the field to each row, or map it to the name that the file uses."
        : "Mend the row, or map another field.",
    });
  }
}

/** A row's place as faults name it: by its line where it has one, else by its number in the file. */
export function faultPlace({ file, row, line }: RowPlace, path?: string): FaultPlace {
  if (line !== null) return { file, line, ...(path === undefined ? {} : { field: path }) };
  return { file, field: path === undefined ? `[${row}]` : `[${row}].${path}` };
}

/** Drafts of all rows of all files; `number` counts over the files from 0. */
export function draftsOf(
  files: readonly LoadedFile[],
  draft: (row: RowReader, number: number) => Omit<CaseDraft, "place"> | null,
): CaseDraft[] {
  const drafts: CaseDraft[] = [];
  let number = 0;
  for (const { path, rows, lineOf } of files) {
    rows.forEach((row, index) => {
      const place = { file: path, row: index, line: lineOf(row) };
      const made = draft(new RowReader(row, place), number);
      if (made !== null) drafts.push({ ...made, place });
      number += 1;
    });
  }
  return drafts;
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
