import { isRecord, shortText, type RecordedFields, type RecordedRow } from "./recorded.js";

export type ColumnKind = "text" | "number" | "boolean" | "list" | "object";

/** A place in the rows of a file, for choosing one in a mapping. */
export interface Column {
  /** Dotted path; positions of lists count from 0: `resps.0.0`. */
  readonly path: string;
  readonly kind: ColumnKind;
  /** In how many of the rows that were looked at it holds something. */
  readonly filled: number;
  /** Up to three values, each on one line and cut to 160 characters. */
  readonly samples: readonly string[];
}

/** Rows that are looked at to find columns, and the most columns that are told. */
const lookedAt = 200;
const mostColumns = 120;
const depth = 4;

/** Columns of the rows in the order of their first appearance. Objects are opened; of lists, the list and its first items. */
export function columnsOf(rows: readonly RecordedRow[]): Column[] {
  const found = new Map<string, { kind: ColumnKind; filled: number; samples: string[] }>();
  for (const { fields } of rows.slice(0, lookedAt)) visit(fields, "", 0, found);
  return [...found].map(([path, column]) => ({ path, ...column }));
}

function visit(
  value: RecordedFields | readonly unknown[],
  prefix: string,
  level: number,
  found: Map<string, { kind: ColumnKind; filled: number; samples: string[] }>,
): void {
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.slice(0, 1).map((item: unknown, index): [string, unknown] => [String(index), item])
    : Object.entries(value);
  for (const [name, inner] of entries) {
    if (inner === null || inner === undefined) continue;
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const column = found.get(path) ?? { kind: kindOf(inner), filled: 0, samples: [] };
    if (!found.has(path)) {
      if (found.size >= mostColumns) continue;
      found.set(path, column);
    }
    column.filled += 1;
    const sample = shortText(typeof inner === "string" ? inner : JSON.stringify(inner), 160);
    if (column.samples.length < 3 && !column.samples.includes(sample)) column.samples.push(sample);
    if (level < depth && (isRecord(inner) || Array.isArray(inner))) {
      visit(inner as RecordedFields | readonly unknown[], path, level + 1, found);
    }
  }
}

function kindOf(value: unknown): ColumnKind {
  if (Array.isArray(value)) return "list";
  if (typeof value === "number" || typeof value === "boolean") return typeof value as "number" | "boolean";
  return isRecord(value) ? "object" : "text";
}
