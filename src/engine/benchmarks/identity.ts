import { Fault } from "../fault.js";
import { contentHash } from "../hash.js";
import type { Case } from "../families/index.js";
import type { Benchmark, CaseDraft, RowPlace } from "./benchmark.js";
import { faultPlace } from "./rowReader.js";

/** Content hash of a case: family, question and data. Names of files and splits are not part of it. */
export function caseHash(family: string, question: string, data: unknown): string {
  return contentHash({ family, question, data });
}

/** `benchmark/split/id`. */
function caseKey(benchmark: string, split: string, id: string): string {
  return `${benchmark}/${split}/${id}`;
}

/** Hash of a question alone, white space folded: finds the same question in other files (imports, other forms). */
export function questionHash(question: string): string {
  return contentHash(foldSpace(question));
}

/** A case with its key and hash. The hash is made when somebody asks for it: many look at cases, few compare them. */
export function makeCase(
  benchmark: string,
  split: string,
  family: string,
  draft: Pick<CaseDraft, "id" | "group" | "question" | "data">,
): Case {
  const { id, group, question, data } = draft;
  let hash: string | null = null;
  return {
    key: caseKey(benchmark, split, id),
    benchmark,
    split,
    id,
    get hash() {
      hash ??= caseHash(family, question, data);
      return hash;
    },
    family,
    group,
    question,
    data,
  };
}

/** Cases of a split in the order of the drafts. Faults when there are none or when two have the same id. */
export function makeCases(
  benchmark: Pick<Benchmark, "name" | "family">,
  split: string,
  drafts: readonly CaseDraft[],
): Case[] {
  if (drafts.length === 0) {
    throw new Fault("data", `The split ${split} of ${benchmark.name} holds no cases.`, {
      found: "0 cases",
      allowed: "at least 1",
      remedy: "Check the split's files, or name another split.",
    });
  }
  const places = new Map<string, RowPlace>();
  return drafts.map((draft) => {
    const earlier = places.get(draft.id);
    if (earlier !== undefined) {
      throw new Fault("data", `Two cases of ${benchmark.name}/${split} have the same id.`, {
        ...faultPlace(draft.place),
        found: `${draft.id}, also in ${earlierText(earlier, draft.place)}`,
        allowed: "a different id for each case",
        remedy: "Make the ids different, or map no id: then rows are numbered.",
      });
    }
    places.set(draft.id, draft.place);
    return makeCase(benchmark.name, split, benchmark.family, draft);
  });
}

function earlierText({ file, row, line }: RowPlace, later: RowPlace): string {
  const where = line === null ? `[${row}]` : `line ${line}`;
  return file === later.file ? where : `${file} ${where}`;
}

/** How many cases repeat the question of an earlier one. */
export function countDuplicateQuestions(cases: readonly Case[]): number {
  return cases.length - new Set(cases.map(({ question }) => foldSpace(question))).size;
}

function foldSpace(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}
