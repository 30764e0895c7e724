import type { Case } from "../families/index.js";
import { optionTexts } from "./mapping.js";
import { foldSpace, isRecord } from "./recorded.js";

/** A benchmark as an import sees it: its cases by role. */
export interface ImportBenchmark {
  readonly name: string;
  /** Cases whose errors are taught: recorded responses are for these. */
  readonly target: readonly Case[];
  /** Cases of evaluation sets, to tell a person that rows are about these. */
  readonly evaluation: readonly Case[];
}

/** Finds cases of one benchmark by question and by id. */
export class CaseIndex {
  readonly name: string;
  readonly cases: readonly Case[];
  /** Whether every case has options, so that a question alone does not say which case it is. */
  readonly hasOptions: boolean;
  /** Whether ids only number the rows of a file: then another file's numbers say nothing. */
  readonly numbered: boolean;
  readonly #target: Lookup;
  readonly #evaluation: Lookup;

  constructor({ name, target, evaluation }: ImportBenchmark) {
    this.name = name;
    this.cases = target;
    this.#target = new Lookup(target);
    this.#evaluation = new Lookup(evaluation);
    const all = [...target, ...evaluation];
    this.hasOptions = all.length > 0 && all.every((each) => optionsOf(each) !== null);
    this.numbered = all.length > 0 && isNumbering(target) && isNumbering(evaluation);
  }

  /** Target cases with this question, white space folded. */
  byQuestion(question: string): readonly Case[] {
    return this.#target.byQuestion.get(foldSpace(question)) ?? [];
  }

  /** The target case with this id; null when there is none or several splits have it. */
  byId(id: string): Case | null {
    return this.#target.find(id);
  }

  isEvaluated(question: string | null, id: string | null): boolean {
    if (question !== null && this.#evaluation.byQuestion.has(foldSpace(question))) return true;
    return id !== null && this.#evaluation.find(id) !== null;
  }
}

/** Texts of a case's options in order; null for families without options. */
export function optionsOf({ data }: Pick<Case, "data">): readonly string[] | null {
  return isRecord(data) && Array.isArray(data["options"]) ? optionTexts(data["options"]) : null;
}

class Lookup {
  readonly byQuestion = new Map<string, Case[]>();
  readonly #byId = new Map<string, Case | null>();

  constructor(cases: readonly Case[]) {
    for (const each of cases) {
      const question = foldSpace(each.question);
      const same = this.byQuestion.get(question);
      if (same === undefined) this.byQuestion.set(question, [each]);
      else same.push(each);
      this.#byId.set(each.id, this.#byId.has(each.id) ? null : each);
      this.#byId.set(each.key, each);
    }
  }

  /** Tools put the benchmark's name before upstream's number: `MBPP/17` is 17. */
  find(id: string): Case | null {
    return this.#byId.get(id) ?? this.#byId.get(id.slice(id.lastIndexOf("/") + 1)) ?? null;
  }
}

/** The ids of each split are 0, 1, 2, … */
function isNumbering(cases: readonly Case[]): boolean {
  const next = new Map<string, number>();
  return cases.every(({ split, id }) => {
    const expected = next.get(split) ?? 0;
    next.set(split, expected + 1);
    return id === String(expected);
  });
}
