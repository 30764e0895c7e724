import { Fault } from "../../engine/fault.js";
import { importedFile, parseImported, type ImportedDocument } from "../../engine/importing/index.js";
import {
  recordedIn,
  type Decisions,
  type LoopBenchmark,
  type ReportSource,
  type StageFacts,
} from "../../engine/iteration/index.js";
import type { ProjectStore, RunReader } from "../../engine/store/index.js";
import { openProjectStore } from "../store/index.js";
import { allCases, loadProjectBenchmarks, type CaseFilter, type LeftOut } from "./benchmarks.js";
import { readDecisions } from "./decisions.js";
import { modelIdentities } from "./models.js";
import { trainerFor } from "./openRun.js";
import { filterOf, recordedStart } from "./runStart.js";
import { templatesOf, type Project } from "./project.js";

/** A run as readers see it: no lock is taken and nothing is written. */
export interface ReadableRun {
  readonly store: ProjectStore;
  readonly run: RunReader;
  readonly benchmarks: readonly LoopBenchmark[];
  readonly decisions: Decisions;
  /** Responses of the base target that were imported into the run; null where it asked for them itself. */
  readonly imported: ImportedDocument | null;
}

/** What a run is made of, before there is one or after. */
export type RunSource = Omit<ReadableRun, "run"> & { readonly run: RunReader | null };

/**
 * A run that would be new, with what is left out of it.
 *
 * @param load loads the cases; a program that plans again and again hands in one that remembers.
 */
export async function newRunSource(
  project: Project,
  filter: CaseFilter = allCases,
  load: typeof loadProjectBenchmarks = loadProjectBenchmarks,
): Promise<RunSource & { readonly leftOut: readonly LeftOut[] }> {
  const store = await openProjectStore(project.folder, { access: "read" });
  const { benchmarks, leftOut } = await load(project, filter);
  return { store, run: null, benchmarks, decisions: await readDecisions(store), imported: null, leftOut };
}

/**
 * Opens a run for reading; null opens the newest one. Faults with kind `usage` when there is none.
 *
 * @param load loads the cases; a program that looks at many runs hands in one that remembers.
 */
export async function readRun(
  project: Project,
  id: string | null,
  load: typeof loadProjectBenchmarks = loadProjectBenchmarks,
): Promise<ReadableRun> {
  const store = await openProjectStore(project.folder, { access: "read" });
  const run = await store.readRun(id ?? (await newestRun(store)));
  const { benchmarks } = await load(project, await filterOf(run));
  const imported = await run.readDocument(importedFile, parseImported);
  return { store, run, benchmarks, decisions: await readDecisions(store), imported };
}

/**
 * What the report of a run is made from; null takes the newest run. A run is reported as it was made: a project that names
 * other strategies, quotas or benchmarks since then says nothing about it. The project is asked where the run recorded
 * nothing, and no case is loaded where it did.
 *
 * @param read reads such a run with its cases.
 */
export async function readReportSource(
  project: Project,
  id: string | null,
  read: (project: Project, run: string) => Promise<ReadableRun> = readRun,
): Promise<ReportSource> {
  const store = await openProjectStore(project.folder, { access: "read" });
  const run = await store.readRun(id ?? (await newestRun(store)));
  const start = await recordedStart(run);
  if (start !== null) return { run, ...start, decisions: await readDecisions(store) };
  const { benchmarks, decisions } = await read(project, run.id);
  return { run, configuration: project.configuration, benchmarks, decisions };
}

/** The run with the highest number. */
export async function newestRun(store: Pick<ProjectStore, "runIds">): Promise<string> {
  const ids = await store.runIds();
  const [newest] = [...ids].sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  if (newest !== undefined) return newest;
  throw new Fault("usage", "This project has no run yet.", { remedy: "Start one with `preceptor iterate`." });
}

/** What a plan of a run needs: everything that fingerprints are made from. */
export async function planFacts(
  project: Project,
  { benchmarks, decisions, imported }: Pick<ReadableRun, "benchmarks" | "decisions" | "imported">,
): Promise<Omit<StageFacts, "iteration" | "start" | "upstream">> {
  return {
    configuration: project.configuration,
    benchmarks,
    models: { ...modelIdentities(project), ...(imported === null ? {} : { recorded: recordedIn(imported) }) },
    trainer: trainerFor(project),
    templates: await templatesOf(project),
    decisions,
  };
}
