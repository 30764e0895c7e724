import type { StoredNeighbour } from "../../engine/contrast/index.js";
import type { Project, ReadableRun } from "../../adapters/project/index.js";
import type { Case } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { parseNearest, parseResponse, type LoopBenchmark, type ResponseRecord } from "../../engine/iteration/index.js";
import type { CaseRef } from "../../protocol/worker/index.js";
import { once } from "../kept.js";
import type { Projects } from "../projects.js";
import type { RunRecords } from "../runRecords.js";

/** An error with the cases that can stand beside it. */
export interface FoundCase {
  readonly ref: CaseRef;
  readonly project: Project;
  readonly readable: ReadableRun;
  readonly benchmark: LoopBenchmark;
  readonly testCase: Case;
  /** Cases of the error's benchmark in the role that they have in the stage. */
  readonly byKey: ReadonlyMap<string, Case>;
}

/** First answers of a stage by case, of every benchmark. */
export type Answers = ReadonlyMap<string, ResponseRecord>;

/** An error with all answers of its stage: what a search and a call to the instructor need. */
export interface FoundError extends FoundCase {
  readonly responses: Answers;
}

/** Stepping through errors, and through k, looks at the same thousands of cases and answers each time. */
const casesByKey = once((cases: readonly Case[]) => new Map(cases.map((testCase) => [testCase.key, testCase])));
const firstAnswers = once(
  (records: readonly ResponseRecord[]): Answers =>
    new Map(records.filter(({ sample }) => sample === 0).map((record) => [record.key, record])),
);

export class ErrorFinder {
  readonly #projects: Projects;
  readonly #records: RunRecords;

  constructor(projects: Projects, records: RunRecords) {
    this.#projects = projects;
    this.#records = records;
  }

  /** Faults with kind `usage` when the project does not have the case any more. */
  async find(folder: string, ref: CaseRef): Promise<FoundCase> {
    const [project, readable] = await Promise.all([this.#projects.shown(folder), this.#projects.run(folder, ref.run)]);
    for (const benchmark of readable.benchmarks) {
      const byKey = casesByKey(ref.stage === "collect" ? benchmark.target : benchmark.evaluation);
      const testCase = byKey.get(ref.key);
      if (testCase !== undefined) return { ref, project, readable, benchmark, testCase, byKey };
    }
    throw new Fault("usage", "The project has no case of this key any more.", {
      found: ref.key,
      remedy: "Its benchmark was changed or removed in preceptor.json; choose a case in the Benchmarks view.",
    });
  }

  /** All answers of the error's stage. */
  async answers({ ref, readable }: FoundCase): Promise<Answers> {
    return firstAnswers(
      await this.#records.read(readable.run, ref.iteration, ref.stage, "responses.jsonl", parseResponse),
    );
  }

  /** The answers to a few cases: the file is not read whole for them. */
  async answersTo({ ref, readable }: FoundCase, keys: readonly string[]): Promise<Answers> {
    const place = { iteration: ref.iteration, stage: ref.stage, name: "responses.jsonl" } as const;
    const about = { field: "key", texts: keys };
    return firstAnswers(await this.#records.about(readable.run, place, about, parseResponse));
  }

  /** The neighbours that the run's contrast stage stored for the error; null when it has none. */
  async stored({ ref, readable }: FoundCase): Promise<readonly StoredNeighbour[] | null> {
    if (ref.stage !== "collect") return null;
    const place = { iteration: ref.iteration, stage: "contrast", name: "neighbours.jsonl" } as const;
    const about = { field: "error", texts: [ref.key] };
    const records = await this.#records.about(readable.run, place, about, parseNearest);
    return records.find(({ error }) => error === ref.key)?.nearest ?? null;
  }
}
