import { openProjectStore, stampOf } from "../../adapters/store/index.js";
import { newestRun, type Project, type ReadableRun } from "../../adapters/project/index.js";
import { Fault } from "../../engine/fault.js";
import type { Case } from "../../engine/families/index.js";
import { parseState, type LoopBenchmark, type RunState } from "../../engine/iteration/index.js";
import type { ProjectStore, RunReader } from "../../engine/store/index.js";
import type { Projects } from "../projects.js";
import { SampleIndex, Spending } from "./sampleIndex.js";

/** Which iteration of which run. */
export interface IterationRef {
  readonly folder: string;
  readonly run: string;
  readonly iteration: number;
}

/** An iteration with everything around its samples. */
export interface FoundIteration {
  readonly project: Project;
  readonly readable: ReadableRun;
  readonly index: SampleIndex;
}

/** Iterations that are kept in memory at a time. */
const mostKept = 4;

/** The indexes of the iterations that this window looks at. */
export class SampleIndexes {
  readonly #projects: Projects;
  readonly #indexes = new Map<string, SampleIndex>();
  readonly #spending = new Map<string, Spending>();

  constructor(projects: Projects) {
    this.#projects = projects;
  }

  async find({ folder, run, iteration }: IterationRef): Promise<FoundIteration> {
    const [project, readable] = await Promise.all([this.#projects.shown(folder), this.#projects.run(folder, run)]);
    return { project, readable, index: await this.#indexOf(readable.store, readable.run, iteration) };
  }

  /** The iteration that is meant where a person names none, or only a run. */
  async choose(
    folder: string,
    run: string | null,
    iteration: number | null,
  ): Promise<{ readonly ref: IterationRef; readonly iterations: number[]; readonly state: RunState | null }> {
    const store = await openProjectStore(folder, { access: "read" });
    for (const id of run === null ? await runsOf(store) : [run]) {
      const reader = await store.readRun(id);
      const iterations = await iterationsOf(reader);
      const state = await reader.readDocument("state.json", parseState);
      const wanted = iteration ?? iterations.findLast((number) => number <= (state?.iteration ?? number));
      const chosen = wanted ?? iterations.at(-1);
      if (chosen !== undefined && iterations.includes(chosen)) {
        return { ref: { folder, run: id, iteration: chosen }, iterations, state };
      }
    }
    throw new Fault("usage", "No instructor has answered yet.", {
      ...(run === null ? {} : { found: iteration === null ? run : `${run}, iteration ${iteration}` }),
      remedy: "Run an iteration first: its instruct stage asks the instructor about the errors.",
    });
  }

  async spent(run: RunReader): Promise<number> {
    const spending = this.#spending.get(run.folder) ?? new Spending(run);
    this.#spending.set(run.folder, spending);
    return spending.spent();
  }

  async #indexOf(store: ProjectStore, run: RunReader, iteration: number): Promise<SampleIndex> {
    const key = `${run.folder}#${iteration}`;
    const index = this.#indexes.get(key) ?? new SampleIndex(store, run, iteration);
    this.#indexes.delete(key);
    this.#indexes.set(key, index);
    for (const oldest of this.#indexes.keys()) {
      if (this.#indexes.size <= mostKept) break;
      this.#indexes.delete(oldest);
    }
    await index.refresh();
    return index;
  }
}

/** The newest first. */
async function runsOf(store: ProjectStore): Promise<string[]> {
  await newestRun(store);
  return (await store.runIds()).sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

/** Iterations in whose instruct stage something was written. */
async function iterationsOf(run: RunReader): Promise<number[]> {
  const found: number[] = [];
  // Iterations come one after the other, so behind a gap there is none; the first may have been moved away.
  for (let iteration = 1, missing = 0; missing < 2; iteration += 1) {
    const { folder } = run.stage(iteration, "instruct");
    const there =
      (await stampOf([`${folder}/calls.jsonl`])) !== "-" || (await stampOf([`${folder}/gated.jsonl`])) !== "-";
    if (there) found.push(iteration);
    missing = there ? 0 : missing + 1;
  }
  return found;
}

/** The benchmark that an error belongs to, and its case; the case is null where the project has it no more. */
export function errorCase(
  { benchmarks }: Pick<ReadableRun, "benchmarks">,
  key: string,
  name: string | undefined,
): { readonly benchmark: LoopBenchmark | null; readonly testCase: Case | null } {
  for (const benchmark of benchmarks) {
    const testCase = benchmark.target.find((candidate) => candidate.key === key);
    if (testCase !== undefined) return { benchmark, testCase };
  }
  return { benchmark: benchmarks.find((benchmark) => benchmark.name === name) ?? null, testCase: null };
}
