import {
  findBenchmark,
  loadBenchmark,
  type DataFiles,
  type LoadedSplit,
  type ReadOptions,
  type Row,
} from "../../src/engine/benchmarks/index.js";
import type { Case } from "../../src/engine/families/index.js";

/** Data files in memory: rows or text by path. */
export class MemoryFiles implements DataFiles {
  readonly options = new Map<string, ReadOptions | undefined>();
  readonly #files: { readonly [path: string]: readonly Row[] | string };

  constructor(files: { readonly [path: string]: readonly Row[] | string }) {
    this.#files = files;
  }

  async readRows(path: string, options?: ReadOptions): Promise<readonly Row[]> {
    this.options.set(path, options);
    const found = this.#files[path];
    if (found === undefined || typeof found === "string") throw new Error(`no rows in ${path}`);
    return found;
  }

  async readText(path: string): Promise<string> {
    const found = this.#files[path];
    if (typeof found !== "string") throw new Error(`no text in ${path}`);
    return found;
  }
}

/** Loads rows through the definition of a known benchmark that has one file a split. */
export async function loadRows(name: string, split: string, rows: readonly Row[]): Promise<LoadedSplit> {
  const benchmark = findBenchmark(name);
  const file = benchmark.splits[split]?.files?.[0]?.path ?? "";
  return loadBenchmark(benchmark, split, new MemoryFiles({ [`data/${file}`]: rows }), "data");
}

/** A case of no content that matters. */
export function plainCase(id: string, group: string | null = null, split = "train"): Case {
  return {
    key: `toy/${split}/${id}`,
    benchmark: "toy",
    split,
    id,
    hash: `hash-${id}`,
    family: "math",
    group,
    question: `Question ${id}?`,
    data: { answerKind: "number", gold: "1", solution: null },
  };
}
