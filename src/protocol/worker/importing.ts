import * as z from "zod/mini";
import { engineText } from "../engineText.js";
import { faultView } from "../fault.js";

/** Counts of rows by the reason why they are not imported. */
const counts = z.record(z.string(), z.number());

/** Where each field is in a row, as dotted paths. */
export const importMapping = z.object({
  id: z.optional(z.string()),
  question: z.optional(z.string()),
  response: z.optional(z.string()),
  options: z.optional(z.string()),
  verdict: z.optional(z.string()),
});
export type ImportMapping = z.output<typeof importMapping>;

const proposal = z.object({
  benchmark: z.string(),
  mapping: importMapping,
  /** Rows about cases whose errors are taught, and rows about evaluated ones, which are counted and never taught. */
  matched: z.number(),
  evaluated: z.number(),
  /** Whether this is the mapping that was used last for such files. */
  remembered: z.boolean(),
});

/** A file of recorded outputs, as far as it is understood. */
export const recordedFile = z.object({
  file: z.string(),
  found: z.nullable(
    z.object({
      format: z.enum(["lm-eval", "inspect", "rows"]),
      task: z.nullable(z.string()),
      model: z.nullable(z.string()),
      rows: z.number(),
      leftOut: counts,
      columns: z.array(
        z.object({ path: z.string(), kind: z.string(), filled: z.number(), samples: z.array(z.string()) }),
      ),
      /** The best first. */
      proposals: z.array(proposal),
    }),
  ),
  /** Why it cannot be read. */
  fault: z.nullable(faultView),
});
export type RecordedFileView = z.output<typeof recordedFile>;

const source = z.object({
  file: z.string(),
  benchmark: z.string(),
  mapping: importMapping,
  /** Published verdict of all rows of the file, which no row says; null when there is none. */
  verdict: z.nullable(z.boolean()),
});
export type ImportSourceView = z.output<typeof source>;

export const importPreview = z.object({
  matched: z.number(),
  evaluated: z.number(),
  leftOut: counts,
  /** Of the matched rows, those with a verdict of their own. */
  verdicts: z.number(),
  rows: z.array(
    z.object({
      row: z.number(),
      line: z.nullable(z.number()),
      id: z.nullable(z.string()),
      question: z.nullable(z.string()),
      response: z.nullable(z.string()),
      verdict: z.nullable(z.boolean()),
      key: z.nullable(z.string()),
      reason: z.nullable(z.string()),
    }),
  ),
});
export type ImportPreview = z.output<typeof importPreview>;

/** A known benchmark whose files can be downloaded. */
export const fetchable = z.object({
  name: z.string(),
  title: engineText,
  familyTitle: engineText,
  domain: z.enum(["in", "out"]),
  /** Whether it has a target split, whose errors can be taught; without one it is evaluated only. */
  teaches: z.boolean(),
  licence: z.string(),
  holder: z.string(),
  /** Size of its files; null where it is not known. */
  bytes: z.nullable(z.number()),
});
export type Fetchable = z.output<typeof fetchable>;

export const importedResult = z.object({
  run: z.string(),
  /** The run had all these responses before, so nothing was added. */
  already: z.boolean(),
  matched: z.record(z.string(), z.number()),
  /** Benchmarks of which the run has responses to evaluation splits: how many, of how many cases of the project. */
  evaluated: z.record(z.string(), z.object({ added: z.number(), answered: z.number(), of: z.number() })),
  leftOut: counts,
  /** The first of the rows that were left out. */
  rows: z.array(
    z.object({
      file: z.string(),
      row: z.number(),
      line: z.nullable(z.number()),
      id: z.nullable(z.string()),
      reason: z.string(),
      detail: z.nullable(z.string()),
    }),
  ),
  /** Whether judging came to its end; else why not. */
  fault: z.nullable(faultView),
});
export type ImportedResult = z.output<typeof importedResult>;

const folder = z.string();
const files = z.array(z.string());
const protocol = z.enum(["paper", "clean"]);

export const importRequests = {
  /** Known benchmarks, and those of them that files seem to be about. */
  "import/benchmarks": {
    params: z.object({ files }),
    result: z.object({ known: z.array(fetchable), named: z.array(z.string()) }),
  },
  /** Known benchmarks of a project whose files are not all there. */
  "benchmarks/missing": { params: z.object({ folder }), result: z.object({ missing: z.array(fetchable) }) },
  /** Downloads those files from their authors' servers, where the project looks for them; `import/progress` tells how far. */
  "benchmarks/fetch": { params: z.object({ folder }), result: z.object({ fetched: z.array(z.string()) }) },
  /**
   * Makes the project for files in a folder that has none. `data` holds the benchmarks' files; with null those of
   * `fetch` are downloaded into the project first.
   */
  "import/create": {
    params: z.object({ folder, files, data: z.nullable(z.string()), fetch: z.array(z.string()), protocol }),
    result: z.object({ file: z.string(), benchmarks: z.array(z.string()) }),
  },
  /** Looks into files: what they are and which benchmarks of the project they answer. */
  "import/inspect": {
    params: z.object({ folder, files }),
    result: z.object({
      files: z.array(recordedFile),
      /** Benchmarks that responses can be imported for. */
      benchmarks: z.array(z.object({ name: z.string(), hasOptions: z.boolean() })),
      protocol,
    }),
  },
  "import/preview": {
    params: z.object({ folder, source: z.omit(source, { verdict: true }), show: z.number() }),
    result: importPreview,
  },
  /** Imports and judges; `import/progress` tells how far it is. */
  "import/run": {
    params: z.object({
      folder,
      sources: z.array(source),
      verdicts: z.enum(["judged", "recorded"]),
      again: z.boolean(),
    }),
    result: importedResult,
  },
  /** Forgets the rows that were read for a dialog. */
  "import/close": { params: z.object({}), result: z.object({}) },
} as const;

export const importEvents = {
  "import/progress": z.object({
    /** `fetch` counts bytes, `judge` responses. */
    work: z.enum(["fetch", "judge"]),
    done: z.number(),
    total: z.number(),
  }),
} as const;
