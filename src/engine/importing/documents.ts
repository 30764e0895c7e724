import * as z from "zod";
import { contentHash } from "../hash.js";
import { versioned } from "../store/index.js";
import type { Column } from "./columns.js";
import { importFields, type ImportMapping } from "./mapping.js";

const mappingSchema = z.partialRecord(z.enum(importFields), z.string().min(1));

const sourceSchema = z.object({
  /** Name of the file, without its folder. */
  file: z.string(),
  format: z.enum(["lm-eval", "inspect", "rows"]),
  task: z.string().nullable(),
  model: z.string().nullable(),
  benchmark: z.string(),
  mapping: mappingSchema,
  /** `recorded`: verdicts are those of the file; `judged`: the responses are judged here. */
  verdicts: z.enum(["recorded", "judged"]),
});

const responseSchema = z.object({
  key: z.string(),
  text: z.string(),
  /** The file's verdict where it is to count; null where the response is judged here. */
  verdict: z.boolean().nullable(),
  finish: z.enum(["stop", "length"]),
  /** Which of the sources it is from, and its row there, from 0. */
  source: z.int().min(0),
  row: z.int().min(0),
});
export type ImportedResponse = z.infer<typeof responseSchema>;

/** `imported.json` of a run: responses of the base target that another tool recorded. */
const importedSchema = z.object({
  version: z.literal(1),
  sources: z.array(sourceSchema),
  responses: z.array(responseSchema),
});
export type ImportedDocument = z.infer<typeof importedSchema>;
export const importedFile = "imported.json";
export const parseImported = versioned<ImportedDocument>({
  what: "imported responses",
  version: 1,
  schema: importedSchema,
});

/** Hash of what was imported, whatever file or order it came in: equal imports have equal hashes. */
export function importedHash({ responses }: Pick<ImportedDocument, "responses">): string {
  const sorted = [...responses].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return contentHash(sorted.map(({ key, text, verdict, finish }) => [key, text, verdict, finish]));
}

/** The document with further responses; keys that are there already must not be among them. */
export function mergeImported(before: ImportedDocument | null, added: ImportedDocument): ImportedDocument {
  if (before === null) return added;
  const offset = before.sources.length;
  return {
    version: 1,
    sources: [...before.sources, ...added.sources],
    responses: [...before.responses, ...added.responses.map((each) => ({ ...each, source: each.source + offset }))],
  };
}

const rememberedSchema = z.object({
  version: z.literal(1),
  mappings: z.array(z.object({ benchmark: z.string(), columns: z.string(), mapping: mappingSchema })),
});
export type RememberedMappings = z.infer<typeof rememberedSchema>;
export const parseRemembered = versioned<RememberedMappings>({
  what: "remembered mappings",
  version: 1,
  schema: rememberedSchema,
});

/** Files with the same columns have the same hash, in whatever order these stand. */
function columnsHash(columns: readonly Pick<Column, "path">[]): string {
  return contentHash(columns.map(({ path }) => path).sort());
}

/**
 * The mapping that was last used for files with these columns, else the newest one of the benchmark all of whose fields
 * this file has: a column that is empty in the rows that were looked at makes no other kind of file. Null when there is
 * none.
 */
export function rememberedMapping(
  { mappings }: RememberedMappings,
  benchmark: string,
  columns: readonly Pick<Column, "path">[],
): ImportMapping | null {
  const hash = columnsHash(columns);
  const known = new Set(columns.map(({ path }) => path));
  const own = mappings.filter((each) => each.benchmark === benchmark);
  const fits = ({ mapping }: { readonly mapping: ImportMapping }): boolean =>
    mapping.response !== undefined &&
    // Options may be several columns.
    Object.values(mapping).every((path) => path?.split(",").every((each) => known.has(each)) ?? true);
  return (own.find(({ columns: before }) => before === hash) ?? own.find(fits))?.mapping ?? null;
}

/** Puts a mapping first and forgets the oldest beyond a hundred. */
export function rememberMapping(
  { mappings }: RememberedMappings,
  benchmark: string,
  columns: readonly Pick<Column, "path">[],
  mapping: ImportMapping,
): RememberedMappings {
  const hash = columnsHash(columns);
  const others = mappings.filter((each) => each.benchmark !== benchmark || each.columns !== hash);
  const defined = Object.fromEntries(Object.entries(mapping).filter(([, path]) => path !== undefined));
  return { version: 1, mappings: [{ benchmark, columns: hash, mapping: defined }, ...others].slice(0, 100) };
}
