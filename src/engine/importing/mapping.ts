import { parseFieldPaths, valueAt } from "../evaluation/index.js";
import { Fault } from "../fault.js";
import { isRecord, verdictOf, type RecordedFields } from "./recorded.js";

/** What an import reads of a row. `response` is needed, and `question` or `id` to find the case. */
export const importFields = ["id", "question", "response", "options", "verdict"] as const;
export type ImportField = (typeof importFields)[number];

/** Where each field is in a row, as dotted paths; `options` may be the paths of the options in order, with commas. */
export type ImportMapping = { readonly [field in ImportField]?: string | undefined };

/** One row read by a mapping. */
export interface MappedRow {
  readonly id: string | null;
  readonly question: string | null;
  readonly response: string | null;
  /** Texts of the options in order; null where the row has none. */
  readonly options: readonly string[] | null;
  readonly verdict: boolean | null;
}

/** Reads `FIELD=PATH` pairs of the command line. Faults with kind `usage` on a field that an import does not read. */
export function parseImportMapping(pairs: readonly string[]): ImportMapping {
  const mapping = parseFieldPaths(pairs);
  const strange = Object.keys(mapping).find((field) => !importFields.some((known) => known === field));
  if (strange === undefined) return mapping;
  throw new Fault("usage", "An import does not read this field.", {
    field: "--map",
    found: strange,
    allowed: importFields.join(", "),
    remedy: "Gold answers and tests come from the benchmark; leave this mapping out.",
  });
}

export function readMapped(fields: RecordedFields, mapping: ImportMapping): MappedRow {
  const at = (field: ImportField): unknown => {
    const path = mapping[field];
    return path === undefined ? undefined : valueAt(fields, path);
  };
  return {
    id: scalar(at("id")),
    question: scalar(at("question")),
    response: scalar(at("response")),
    options: optionsAt(fields, mapping.options),
    verdict: verdictOf(at("verdict")),
  };
}

function optionsAt(fields: RecordedFields, path: string | undefined): readonly string[] | null {
  if (path === undefined) return null;
  const paths = path.split(",").map((part) => part.trim());
  const value = paths.length > 1 ? paths.map((part) => valueAt(fields, part)) : valueAt(fields, path);
  const texts = optionTexts(value);
  return texts !== null && texts.length > 1 ? texts : null;
}

/** Texts of options in the forms that files have: a list of texts, of `{label, text}`, `{label: […], text: […]}`, or by label. */
export function optionTexts(value: unknown): readonly string[] | null {
  if (isRecord(value)) {
    if (Array.isArray(value["text"])) return optionTexts(value["text"]);
    return optionTexts(Object.values(value));
  }
  if (!Array.isArray(value)) return null;
  const texts = (value as readonly unknown[]).map((item) => scalar(isRecord(item) ? item["text"] : item));
  return texts.every((text) => text !== null) ? texts : null;
}

function scalar(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
