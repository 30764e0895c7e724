import * as z from "zod";

const splits = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const path = z.string().min(1);
const field = (description: string): z.ZodOptional<z.ZodString> => path.optional().describe(description);

const mapping = z
  .strictObject({
    id: field("Identifier of the case; without it the row number, from 0."),
    question: path.describe("The question alone, without options or instructions."),
    gold: field("The gold answer: a number, a LaTeX answer, an option's label, text or number."),
    solution: field("Worked solution."),
    options: z
      .union([path, z.array(path).min(2)])
      .optional()
      .describe("The options: one field that holds a list, or the fields of the options in order."),
    group: field("Subject or task, for grouping and stratification."),
    test: field("Test code, a text or a list of assertions."),
    setup: field("Code that runs between a solution and its tests."),
    imports: field("Import lines that the tests need, a text or a list."),
    entry_point: field("Name of the function that the tests call."),
    prompt: field("Code that a body-only answer needs in front."),
    reference: field("Reference answer or program."),
  })
  .describe("Where each field is in a row, as a dotted path (`answer.value`).");

const ownBenchmark = z
  .strictObject({
    family: z
      .string()
      .min(1)
      .describe("Benchmark family that asks, reads and judges the cases: `math`, `choice`, `code`, …"),
    files: z
      .record(z.string().min(1), z.union([path, z.array(path).min(1)]))
      .describe("Files of each split, relative to this file: .jsonl, .json, .csv or .parquet, also with .gz."),
    map: mapping,
    header: z.array(z.string().min(1)).min(1).optional().describe("Column names of a CSV file without a header line."),
    rows: field("Dotted path of the array in a JSON object; without it the document is the array."),
  })
  .describe("A benchmark of your own, by field mapping.");

const selection = z
  .strictObject({
    size: z.int().min(1).nullable().default(null).describe("How many cases of a split are used; null for all."),
    seed: z.int().nullable().default(null).describe("Seed of the choice; null takes the project's seed."),
    stratify: z.boolean().default(false).describe("Whether each group keeps its share."),
    exclude: z.array(z.string().min(1)).default([]).describe("Ids or keys of cases that are left out."),
  })
  .prefault({})
  .describe("Which cases of a split are used.");

/** One entry of `benchmarks`. */
export const benchmarkSchema = z
  .strictObject({
    use: z
      .union([z.string().min(1), ownBenchmark])
      .describe("Name of a known benchmark (`preceptor benchmarks list`), or the mapping of your own files."),
    folder: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Folder of the upstream files, relative to this file; without it the one that `benchmarks fetch` fills.",
      ),
    domain: z
      .enum(["in", "out"])
      .default("in")
      .describe("`in`: errors of its target split are taught. `out`: it is evaluated only, to see what carries over."),
    target: splits
      .optional()
      .describe("Split or splits that errors come from; without it the benchmark's own. Only in-domain."),
    evaluation: splits
      .optional()
      .describe("Split or splits that are evaluated and never taught; without it the benchmark's own."),
    selection: selection.describe("Which cases of the target split are used."),
    evaluationSelection: selection.describe("Which cases of the evaluation split are used."),
    quota: z
      .int()
      .min(0)
      .optional()
      .describe("Kept samples an iteration of this benchmark; without it the project's `quota`."),
    protocol: z.enum(["paper", "clean"]).optional().describe("Protocol of its verdicts; without it the project's."),
    extractor: z
      .enum([
        "last-number",
        "final-answer",
        "after-hashes",
        "boxed",
        "last-answer-is",
        "first-answer-is",
        "whole",
        "option-letter",
        "code",
      ])
      .optional()
      .describe("How an answer is read from a response; without it the protocol chooses."),
    judged: z
      .boolean()
      .default(false)
      .describe("Whether the judge decides right and wrong (Algorithm 1, for benchmarks without an exact metric)."),
  })
  .describe("A benchmark and its role.");
