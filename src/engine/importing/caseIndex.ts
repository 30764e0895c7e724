import type { Case } from "../families/index.js";
import { optionTexts } from "./mapping.js";
import { foldSpace, isRecord } from "./recorded.js";

/** A benchmark as an import sees it: its cases by role. */
export interface ImportBenchmark {
  readonly name: string;
  /** Cases whose errors are taught. */
  readonly target: readonly Case[];
  /** Cases of evaluation sets: responses to these are evaluated and never taught. */
  readonly evaluation: readonly Case[];
  /** Keys of evaluation cases that a target split has word for word, too: a row may be about either. */
  readonly shared?: readonly string[];
}

/** Finds cases of one benchmark by question and by id. */
export class CaseIndex {
  readonly name: string;
  /** Whether every case has options, so that a question alone does not say which case it is. */
  readonly hasOptions: boolean;
  /** Whether ids only number the rows of a file: then another file's numbers say nothing. */
  readonly numbered: boolean;
  readonly #target: Lookup;
  readonly #evaluation: Lookup;
  readonly #evaluated: ReadonlySet<string>;
  readonly #shared: ReadonlySet<string>;

  constructor({ name, target, evaluation, shared = [] }: ImportBenchmark) {
    this.name = name;
    this.#target = new Lookup(target);
    this.#evaluation = new Lookup(evaluation);
    this.#evaluated = new Set(evaluation.map(({ key }) => key));
    this.#shared = new Set(shared);
    const all = [...target, ...evaluation];
    this.hasOptions = all.length > 0 && all.every((each) => optionsOf(each) !== null);
    this.numbered = all.length > 0 && isNumbering(target) && isNumbering(evaluation);
  }

  /** Cases with this question, white space folded; those of target splits first. */
  byQuestion(question: string): readonly Case[] {
    const folded = foldSpace(question);
    return [...(this.#target.byQuestion.get(folded) ?? []), ...(this.#evaluation.byQuestion.get(folded) ?? [])];
  }

  /** The case with this id, of target splits before others; null when there is none or several splits have it. */
  byId(id: string): Case | null {
    const taught = this.#target.find(id);
    // A number beyond the target's rows says nothing about the evaluation's.
    return taught !== null || (this.numbered && !this.#target.isEmpty) ? taught : this.#evaluation.find(id);
  }

  /** Whether a case is of an evaluation set, which is never taught. */
  isEvaluated({ key }: Pick<Case, "key">): boolean {
    return this.#evaluated.has(key);
  }

  /** Whether a target split has an evaluation case word for word, too. */
  isShared({ key }: Pick<Case, "key">): boolean {
    return this.#shared.has(key);
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

  get isEmpty(): boolean {
    return this.byQuestion.size === 0;
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
