import {
  answeredStages,
  loadProjectBenchmarks,
  newestRun,
  type Project,
  type ReadableRun,
} from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { untilAborted } from "../../engine/asking/index.js";
import { quotaOf } from "../../engine/configuration/index.js";
import type { Case } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { samplesOfCall, type InstructorCall, type Neighbour } from "../../engine/instructor/index.js";
import { parseResponse, type LoopBenchmark, type ResponseRecord } from "../../engine/iteration/index.js";
import { variablesOf, type TemplateHead } from "../../engine/prompts/index.js";
import { Random } from "../../engine/random.js";
import type { CaseRef, ContrastView, PreviewCase } from "../../protocol/worker/index.js";
import { findCase } from "../cases/found.js";
import type { Projects } from "../projects.js";
import type { RunRecords } from "../runRecords.js";

/** A case with the call that would be made about it. */
export interface FoundPreview {
  readonly view: PreviewCase;
  readonly project: Project;
  readonly benchmark: LoopBenchmark;
  readonly call: InstructorCall;
}

/** Makes the contrast set of a case: the worker's `contrast/view`. */
export type ContrastOf = (
  params: { readonly folder: string; readonly ref: CaseRef; readonly k: null },
  call: { readonly signal: AbortSignal },
) => Promise<ContrastView>;

type Strategy = Pick<TemplateHead, "strategy" | "family">;

/** An answer of the target before its neighbours are known. */
interface Answered {
  readonly why: PreviewCase["why"];
  readonly ref: CaseRef | null;
  readonly readable: ReadableRun | null;
  readonly benchmark: LoopBenchmark;
  readonly testCase: Case;
  readonly response: string;
}

interface Neighbours {
  readonly how: PreviewCase["neighbours"];
  readonly list: readonly Neighbour[];
}

/** How long a preview waits for neighbours that have to be searched; the search goes on meanwhile. */
const patience = 1500;

/** Finds a real case for a template, and remembers what was expensive about it while somebody types. */
export class PreviewCases {
  readonly #projects: Projects;
  readonly #records: RunRecords;
  readonly #contrast: ContrastOf;
  readonly #neighbours = new WeakMap<ReadableRun, Map<string, Promise<Neighbours>>>();
  readonly #unanswered = new WeakMap<Project, ReturnType<typeof loadProjectBenchmarks>>();

  constructor(projects: Projects, records: RunRecords, contrast: ContrastOf) {
    this.#projects = projects;
    this.#records = records;
    this.#contrast = contrast;
  }

  /**
   * The case of `ref` where it is of the template's family, else the first wrong answer of the newest run, else the
   * project's first case; null when no benchmark is of this family. `whole` waits for neighbours as long as it takes.
   */
  async find(
    folder: string,
    ref: CaseRef | null,
    head: Strategy,
    options: { readonly whole: boolean; readonly signal: AbortSignal },
  ): Promise<FoundPreview | null> {
    const project = await this.#projects.open(folder);
    const answered =
      (await this.#current(folder, ref, head)) ??
      (await this.#error(folder, head)) ??
      (await this.#first(project, head));
    if (answered === null) return null;
    const { why, benchmark, testCase, response } = answered;
    const neighbours = await this.#neighboursOf(folder, project, answered, head, options);
    const call: InstructorCall = {
      number: 0,
      error: { testCase, response },
      neighbours: neighbours.list,
      samples: await this.#samples(project, answered, head),
      sample: 0,
      template: head.strategy,
    };
    const evaluation = !benchmark.target.some(({ key }) => key === testCase.key);
    const view = { key: testCase.key, ref: answered.ref, why, neighbours: neighbours.how, evaluation };
    return { view, project, benchmark, call };
  }

  /** Errors of the newest run on which a template can be tried, all of one benchmark, chosen by the project's seed. */
  async errors(folder: string, head: Strategy, count: number, signal: AbortSignal): Promise<FoundPreview[]> {
    const project = await this.#projects.open(folder);
    const sample = await this.#error(folder, head);
    if (sample?.ref?.stage !== "collect" || sample.readable === null) return [];
    const { ref, readable, benchmark } = sample;
    const wrong = (await this.#responses(readable, ref.iteration, ref.stage)).filter(
      (record) =>
        record.benchmark === benchmark.name &&
        record.sample === 0 &&
        !record.correct &&
        readable.decisions.teaches(record.key),
    );
    // Records are in the order of arrival; the choice must not depend on it.
    const keys = wrong.map(({ key }) => key).sort();
    const chosen = new Random(project.configuration.seed, "try").shuffle(keys).slice(0, count);
    const found: FoundPreview[] = [];
    for (const key of chosen) {
      const preview = await this.find(folder, { ...ref, key }, head, { whole: true, signal });
      if (preview !== null) found.push(preview);
    }
    return found;
  }

  async #current(folder: string, ref: CaseRef | null, head: Strategy): Promise<Answered | null> {
    if (ref === null) return null;
    try {
      const { readable, benchmark, testCase, record } = await findCase(this.#projects, folder, ref);
      if (!fits(benchmark, head)) return null;
      return { why: "current", ref, readable, benchmark, testCase, response: record.text };
    } catch (thrown) {
      // The case is gone, which its own document says; here another one does as well.
      if (thrown instanceof Fault && thrown.kind === "usage") return null;
      throw thrown;
    }
  }

  async #error(folder: string, head: Strategy): Promise<Answered | null> {
    const store = await openProjectStore(folder, { access: "read" });
    if ((await store.runIds()).length === 0) return null;
    const run = await newestRun(store);
    const readable = await this.#projects.run(folder, run);
    const stages = await answeredStages(readable.run);
    // Errors that are taught come first, of the newest iteration; errors of evaluation splits can only be looked at.
    const ordered = [...stages.filter(({ stage }) => stage === "collect").reverse(), ...stages.reverse()];
    for (const { iteration, stage } of ordered) {
      for (const record of await this.#responses(readable, iteration, stage)) {
        if (record.correct || record.sample !== 0) continue;
        const benchmark = readable.benchmarks.find(({ name }) => name === record.benchmark);
        if (benchmark === undefined || !fits(benchmark, head)) continue;
        const cases = stage === "collect" ? benchmark.target : benchmark.evaluation;
        const testCase = cases.find(({ key }) => key === record.key);
        if (testCase === undefined) continue;
        const ref = { run, iteration, stage, key: record.key };
        return { why: "error", ref, readable, benchmark, testCase, response: record.text };
      }
    }
    return null;
  }

  async #first(project: Project, head: Strategy): Promise<Answered | null> {
    const loading = this.#unanswered.get(project) ?? loadProjectBenchmarks(project);
    this.#unanswered.set(project, loading);
    // What failed is tried again the next time; the caller gets the fault.
    void loading.catch(() => this.#unanswered.delete(project));
    for (const benchmark of (await loading).benchmarks) {
      const testCase = benchmark.target[0];
      if (testCase === undefined || !fits(benchmark, head)) continue;
      return { why: "unanswered", ref: null, readable: null, benchmark, testCase, response: "" };
    }
    return null;
  }

  #responses(
    readable: ReadableRun,
    iteration: number,
    stage: "collect" | "evaluate",
  ): Promise<readonly ResponseRecord[]> {
    return this.#records.read(readable.run, iteration, stage, "responses.jsonl", parseResponse);
  }

  async #neighboursOf(
    folder: string,
    project: Project,
    answered: Answered,
    head: Strategy,
    { whole, signal }: { readonly whole: boolean; readonly signal: AbortSignal },
  ): Promise<Neighbours> {
    const needed = variablesOf(head.strategy, head.family).some(({ name }) => name === "correct_questions");
    if (!needed) return { how: "none", list: [] };
    const { ref, readable } = answered;
    if (ref === null || readable === null) return this.#nearby(project, answered);
    const known = this.#neighbours.get(readable) ?? new Map<string, Promise<Neighbours>>();
    this.#neighbours.set(readable, known);
    const key = JSON.stringify(ref);
    let search = known.get(key);
    if (search === undefined) {
      // Nobody's keystroke cancels the search: the next preview wants it as well.
      search = this.#search(folder, ref, answered, new AbortController().signal);
      known.set(key, search);
      void search.catch(() => known.delete(key));
    }
    if (whole) return untilAborted(search, signal);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), patience);
    });
    try {
      const found = await Promise.race([search, timeout]);
      return found ?? (await this.#nearby(project, answered));
    } catch (thrown) {
      // An encoder that cannot be loaded is said by the contrast panel; the preview goes on with what is there.
      if (thrown instanceof Fault) return this.#nearby(project, answered);
      throw thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  async #search(folder: string, ref: CaseRef, { benchmark }: Answered, signal: AbortSignal): Promise<Neighbours> {
    const { neighbours, source } = await this.#contrast({ folder, ref, k: null }, { signal });
    const byKey = new Map([...benchmark.target, ...benchmark.evaluation].map((item) => [item.key, item]));
    const list = neighbours.flatMap(({ key, distance }) => {
      const testCase = byKey.get(key);
      return testCase === undefined ? [] : [{ testCase, distance }];
    });
    return { how: source, list };
  }

  /** Other cases of the benchmark, right ones where there are answers: they only show what the template looks like. */
  async #nearby({ configuration }: Project, { ref, readable, benchmark, testCase }: Answered): Promise<Neighbours> {
    const right = new Set<string>();
    if (ref !== null && readable !== null) {
      for (const record of await this.#responses(readable, ref.iteration, ref.stage)) {
        if (record.correct) right.add(record.key);
      }
    }
    const others = benchmark.target.filter(({ key }) => key !== testCase.key && (ref === null || right.has(key)));
    const list = others.slice(0, configuration.contrast.k).map((item) => ({ testCase: item, distance: 0 }));
    return { how: "nearby", list };
  }

  /** How many samples a run would ask for about this case. */
  async #samples(
    { configuration }: Project,
    { ref, readable, benchmark }: Answered,
    { strategy }: Strategy,
  ): Promise<number> {
    const iteration = Math.max(1, ref?.iteration ?? 1);
    let sources = benchmark.target.length;
    if (strategy !== "AugGPT" && ref !== null && readable !== null) {
      const records = await this.#responses(readable, ref.iteration, ref.stage);
      sources = records.filter(
        (record) =>
          record.benchmark === benchmark.name &&
          record.sample === 0 &&
          !record.correct &&
          readable.decisions.teaches(record.key),
      ).length;
    }
    const quota = quotaOf(configuration, benchmark.name, iteration - 1);
    return samplesOfCall(quota, sources, configuration.instruction.samplesPerCall);
  }
}

function fits({ family }: LoopBenchmark, head: Strategy): boolean {
  return head.family === "any" || head.family === family.name;
}
