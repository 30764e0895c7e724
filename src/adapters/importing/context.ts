import path from "node:path";
import {
  byFit,
  CaseIndex,
  fitOf,
  parseRemembered,
  proposeMappings,
  rememberedMapping,
  rememberMapping,
  type ImportBenchmark,
  type ImportMapping,
  type Proposal,
  type RememberedMappings,
} from "../../engine/importing/index.js";
import type { LoopBenchmark } from "../../engine/iteration/index.js";
import { storeFolderName } from "../store/project.js";
import { readJson, writeJson } from "../store/files.js";
import { loadProjectBenchmarks, type Project } from "../project/index.js";
import { RecordedFiles, type RecordedFile } from "./readRecorded.js";

/** A proposal; `remembered` when its mapping is the one that was last used for such files. */
export interface FileProposal extends Proposal {
  readonly remembered: boolean;
}

/** What importing into a project needs: its benchmarks by question and id, and mappings that were used before. */
export class ImportContext {
  readonly files: RecordedFiles;
  readonly indexes: readonly CaseIndex[];
  readonly #remembered: RememberedMappings;

  constructor(benchmarks: readonly ImportBenchmark[], remembered: RememberedMappings, files = new RecordedFiles()) {
    this.files = files;
    this.indexes = benchmarks.map((benchmark) => new CaseIndex(benchmark));
    this.#remembered = remembered;
  }

  index(benchmark: string): CaseIndex | null {
    return this.indexes.find(({ name }) => name === benchmark) ?? null;
  }

  /**
   * Benchmarks that rows of the file belong to, the best first, each with a mapping.
   *
   * @param fixed fields that a person mapped.
   * @param named the benchmark that a person named.
   */
  proposals(
    { content, columns }: RecordedFile,
    fixed: ImportMapping = {},
    named: string | null = null,
  ): FileProposal[] {
    const proposed = proposeMappings(content, columns, this.indexes, named);
    const all = this.indexes.flatMap((index): FileProposal[] => {
      const own = proposed.find(({ benchmark }) => benchmark === index.name);
      const before = rememberedMapping(this.#remembered, index.name, columns);
      if (own === undefined && before === null && Object.keys(fixed).length === 0) return [];
      // What was used before is taken whole: a field that a person put nowhere stays there.
      const mapping = { ...(before ?? own?.mapping), ...fixed };
      return [{ benchmark: index.name, mapping, remembered: before !== null, ...fitOf(content.rows, mapping, index) }];
    });
    const rank = ({ benchmark }: FileProposal): number => proposed.findIndex((each) => each.benchmark === benchmark);
    return all
      .filter(({ matched, evaluated }) => matched + evaluated > 0)
      .sort((a, b) => byFit(a, b) || rank(a) - rank(b));
  }
}

/** Opens a project for importing: responses to target and to evaluation splits of its benchmarks can be imported. */
export async function openImport(
  project: Project,
  files = new RecordedFiles(),
): Promise<{ readonly context: ImportContext; readonly benchmarks: readonly LoopBenchmark[] }> {
  const { benchmarks, leftOut } = await loadProjectBenchmarks(project);
  const shared = leftOut.flatMap(({ overlaps }) => overlaps.map(({ evaluation }) => evaluation));
  const own = benchmarks.map(({ name, target, evaluation }) => ({ name, target, evaluation, shared }));
  return { context: new ImportContext(own, await readRemembered(project.folder), files), benchmarks };
}

function rememberedFile(folder: string): string {
  return path.join(folder, storeFolderName, "imports.json");
}

async function readRemembered(folder: string): Promise<RememberedMappings> {
  return (await readJson(rememberedFile(folder), parseRemembered)) ?? { version: 1, mappings: [] };
}

/** Keeps the mappings of an import for the next file with the same columns. */
export async function remember(
  folder: string,
  used: readonly { readonly benchmark: string; readonly file: RecordedFile; readonly mapping: ImportMapping }[],
): Promise<void> {
  let remembered = await readRemembered(folder);
  for (const { benchmark, file, mapping } of used) {
    remembered = rememberMapping(remembered, benchmark, file.columns, mapping);
  }
  await writeJson(rememberedFile(folder), remembered);
}
