import { Fault, toFault } from "../../engine/fault.js";
import {
  countReasons,
  countRoles,
  matchRows,
  readMapped,
  shortText,
  type Column,
  type ImportMapping,
  type LeftOutReason,
  type RecordedFormat,
} from "../../engine/importing/index.js";
import type { FileProposal, ImportContext } from "./context.js";

/** What a file holds and where it could go; plain values, so that it can cross to another thread. */
export interface FileInspection {
  /** Absolute path. */
  readonly file: string;
  /** Null when the file cannot be read; then `fault` says why. */
  readonly found: {
    readonly format: RecordedFormat;
    readonly task: string | null;
    readonly model: string | null;
    /** Rows with something to import. */
    readonly rows: number;
    readonly leftOut: { readonly [reason in LeftOutReason]?: number };
    readonly columns: readonly Column[];
    /** The best first; empty when no row belongs to a case of the project. */
    readonly proposals: readonly FileProposal[];
  } | null;
  readonly fault: { readonly message: string; readonly description: string; readonly remedy: string | null } | null;
}

/** Looks into files: format, columns, and which benchmarks of the project they answer. Never faults for one bad file. */
export async function inspectRecordedFiles(
  files: readonly string[],
  context: ImportContext,
  rows?: string,
): Promise<FileInspection[]> {
  const inspections: FileInspection[] = [];
  for (const file of files) {
    try {
      const read = await context.files.read(file, rows);
      const { format, task, model, leftOut } = read.content;
      inspections.push({
        file: read.file,
        found: {
          format,
          task,
          model,
          rows: read.content.rows.length,
          leftOut: countReasons(leftOut),
          columns: read.columns,
          proposals: context.proposals(read),
        },
        fault: null,
      });
    } catch (thrown) {
      const fault = toFault(thrown);
      if (fault.kind !== "data") throw fault;
      const { message, details } = fault;
      const told = { message, description: fault.describe(), remedy: details.remedy ?? null };
      inspections.push({ file, found: null, fault: told });
    }
  }
  return inspections;
}

/** A row as it would be imported. */
export interface PreviewRow {
  readonly row: number;
  readonly line: number | null;
  readonly id: string | null;
  /** Texts on one line each, cut to 300 characters; null where the mapping finds none. */
  readonly question: string | null;
  readonly response: string | null;
  readonly verdict: boolean | null;
  /** Key of the case that the row answers; null when it is left out, and then `reason` says why. */
  readonly key: string | null;
  readonly reason: LeftOutReason | null;
}

export interface MappingPreview {
  /** Of all rows of the file, those about cases that are taught. */
  readonly matched: number;
  /** Those about cases of evaluation sets. */
  readonly evaluated: number;
  readonly leftOut: { readonly [reason in LeftOutReason]?: number };
  readonly verdicts: number;
  readonly rows: readonly PreviewRow[];
}

export interface PreviewRequest {
  readonly file: string;
  readonly benchmark: string;
  readonly mapping: ImportMapping;
  /** Dotted path of the array in a JSON object. */
  readonly rows?: string | undefined;
  /** How many rows to show. */
  readonly show?: number | undefined;
}

/** Applies a mapping without importing anything: the first rows with their cases, and counts over all rows. */
export async function previewMapping(request: PreviewRequest, context: ImportContext): Promise<MappingPreview> {
  const { file, benchmark, mapping, rows, show = 20 } = request;
  const index = context.index(benchmark);
  if (index === null) {
    throw new Fault("usage", "The project has no benchmark of this name.", {
      found: benchmark,
      allowed: context.indexes.map(({ name }) => name).join(", "),
      remedy: "Choose one of these, or add the benchmark to preceptor.json.",
    });
  }
  const { content } = await context.files.read(file, rows);
  const { matched, leftOut } = matchRows(content.rows, mapping, index, new Map());
  const keys = new Map(matched.map(({ row, key }) => [row, key]));
  const reasons = new Map(leftOut.map(({ row, reason }) => [row, reason]));
  return {
    ...countRoles(matched),
    leftOut: countReasons([...content.leftOut, ...leftOut]),
    verdicts: matched.filter(({ verdict }) => verdict !== null).length,
    rows: content.rows.slice(0, show).map(({ row, line, fields }) => {
      const { id, question, response, verdict } = readMapped(fields, mapping);
      return {
        row,
        line,
        id,
        question: question === null ? null : shortText(question, 300),
        response: response === null ? null : shortText(response, 300),
        verdict,
        key: keys.get(row) ?? null,
        reason: reasons.get(row) ?? null,
      };
    }),
  };
}
