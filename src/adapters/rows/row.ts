/** One row of a data file: field names as the file has them, values as JSON has them. */
export type Row = { readonly [field: string]: unknown };

/** True for a JSON object, which is the only thing that a row can be. */
export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const lines = new WeakMap<Row, number>();

/** Remembers where a row begins, so that a fault of its content can name the line. */
export function rowAt(row: Row, line: number): Row {
  lines.set(row, line);
  return row;
}

/** Line of the file on which a row begins, counted from 1; null where the format has no line for each row. */
export function lineOf(row: Row): number | null {
  return lines.get(row) ?? null;
}

/** What a value is, in words for a fault. */
export function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  return `${typeof value} ${excerpt(JSON.stringify(value) ?? "")}`;
}

/** The first part of a text, on one line, for a fault. */
export function excerpt(text: string, length = 80): string {
  const line = text.replaceAll(/\s+/gu, " ").trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
