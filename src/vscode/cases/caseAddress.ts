import * as z from "zod/mini";
import { caseRef, type CaseRef } from "../../protocol/worker/caseRef.js";

/** The scheme of documents that show cases. */
export const caseScheme = "preceptor";

/** What a document shows of a case. */
const part = z.enum([
  "case",
  "reference",
  "program",
  "otherProgram",
  "tests",
  "referenceProgram",
  "details",
  "raw",
  "answer",
  "before",
]);
export type CasePart = z.output<typeof part>;

/** Everything that a document needs to be shown again after a reload, without any memory of this window. */
const caseAddress = z.object({
  /** The project's folder: an absolute path. */
  folder: z.string(),
  ref: caseRef,
  part,
  /** For `answer`: the content address of another answer. */
  answer: z.optional(z.string()),
});
export type CaseAddress = z.output<typeof caseAddress>;

const endings: { readonly [part in CasePart]: string } = {
  case: ".case",
  reference: ".reference.case",
  program: ".response.py",
  otherProgram: ".other.py",
  tests: ".tests.py",
  referenceProgram: ".reference.py",
  details: ".details.case",
  raw: ".raw.txt",
  answer: ".again.txt",
  before: ".response.txt",
};

/** Path and query of a document's address: the path is for people, the query says everything. */
export function writeAddress({ folder, ref, part: shows, answer }: CaseAddress): {
  readonly path: string;
  readonly query: string;
} {
  const [benchmark = "", ...rest] = ref.key.split("/");
  // The split is told by the stage, and an id may hold anything.
  const id = rest.slice(1).join("/");
  const folders = [ref.run, `${ref.iteration}-${ref.stage}`, benchmark].map(segment).join("/");
  return {
    path: `/Preceptor/${folders}/${segment(id)}${endings[shows]}`,
    query: JSON.stringify({ folder, ref, part: shows, ...(answer === undefined ? {} : { answer }) }),
  };
}

/** Reads an address back; null for one that nobody here wrote. */
export function readAddress(query: string): CaseAddress | null {
  try {
    const parsed = caseAddress.safeParse(JSON.parse(query));
    return parsed.success ? parsed.data : null;
  } catch {
    // What is no JSON was typed by hand, or comes from an older version.
    return null;
  }
}

const givenCase = z.object({ folder: z.optional(z.string()), ref: caseRef });

/**
 * The case that a command was given: a case with its project, a row that has a `ref`, or a reference alone. No folder
 * means the project that the window shows. Null for anything else.
 */
export function readCase(argument: unknown): { readonly folder: string | null; readonly ref: CaseRef } | null {
  const given = givenCase.safeParse(argument);
  if (given.success) return { folder: given.data.folder ?? null, ref: given.data.ref };
  const alone = caseRef.safeParse(argument);
  return alone.success ? { folder: null, ref: alone.data } : null;
}

/** Tells cases of several projects apart. */
export function caseId(folder: string, { run, iteration, stage, key }: CaseRef): string {
  return JSON.stringify([folder, run, iteration, stage, key]);
}

/** One part of a path of other people's text: letters, digits and a few marks, and never a folder of its own. */
function segment(text: string): string {
  const safe = text
    .replace(/[^\p{L}\p{N}._-]+/gu, "_")
    .slice(0, 60)
    .replace(/^\.+/u, "_");
  return safe === "" ? "_" : safe;
}
