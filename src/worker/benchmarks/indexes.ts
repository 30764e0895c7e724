import type { Projects } from "../projects.js";
import { BenchmarkIndex } from "./benchmarkIndex.js";

/** The index of each project that this window looks at: one, whoever asks. */
export class Indexes {
  readonly #projects: Projects;
  readonly #indexes = new Map<string, BenchmarkIndex>();

  constructor(projects: Projects) {
    this.#projects = projects;
  }

  of(folder: string): BenchmarkIndex {
    const index = this.#indexes.get(folder) ?? new BenchmarkIndex(this.#projects, folder);
    this.#indexes.set(folder, index);
    return index;
  }
}
