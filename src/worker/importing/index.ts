import path from "node:path";
import { fetchBenchmark } from "../../adapters/fetch/index.js";
import {
  benchmarksNamed,
  createImportProject,
  importResponses,
  inspectRecordedFiles,
  openImport,
  previewMapping,
  RecordedFiles,
  type FileInspection,
  type ImportResult,
} from "../../adapters/importing/index.js";
import { benchmarkFolder, missingFiles, type MissingFiles, type Project } from "../../adapters/project/index.js";
import { benchmarks as knownBenchmarks, findBenchmark } from "../../engine/benchmarks/index.js";
import { countReasons } from "../../engine/importing/index.js";
import type { RunWatcher } from "../../engine/iteration/index.js";
import type { Handlers } from "../../protocol/rpc.js";
import type { ImportedResult, importRequests, RecordedFileView } from "../../protocol/worker/index.js";
import type { Projects } from "../projects.js";
import { fetchableView } from "./fetchable.js";

type Opened = Awaited<ReturnType<typeof openImport>>;
export interface ImportProgress {
  readonly work: "fetch" | "judge";
  readonly done: number;
  readonly total: number;
}

/** Rows that were left out are listed up to here; all of them are counted. */
const mostListed = 2000;
/** Least time between two words about progress, in milliseconds. */
const progressPause = 200;

/** Requests of the import dialog. Files and cases that it reads are kept until it closes. */
export function importHandlers(
  projects: Projects,
  say: (progress: ImportProgress) => void,
  download: typeof fetchBenchmark = fetchBenchmark,
): Handlers<{ readonly requests: typeof importRequests; readonly events: Record<never, never> }> {
  let files = new RecordedFiles();
  let opened: { readonly project: Project; readonly value: Promise<Opened> } | null = null;
  const open = async (folder: string): Promise<Opened & { readonly project: Project }> => {
    const project = await projects.open(folder);
    if (opened?.project !== project) opened = { project, value: openImport(project, files) };
    try {
      return { project, ...(await opened.value) };
    } catch (thrown) {
      // What could not be opened is opened again the next time.
      opened = null;
      throw thrown;
    }
  };
  const forget = (): void => {
    files = new RecordedFiles();
    opened = null;
  };
  return {
    "import/benchmarks": async ({ files: chosen }) => ({
      known: knownBenchmarks.map(fetchableView),
      named: (await benchmarksNamed(chosen, undefined, files)).map(({ name }) => name),
    }),
    "benchmarks/missing": async ({ folder }) => ({
      missing: (await missingFiles(await projects.open(folder))).map(({ benchmark }) => fetchableView(benchmark)),
    }),
    "benchmarks/fetch": async ({ folder }, { signal }) => {
      const missing = await missingFiles(await projects.open(folder));
      await fetchAll(missing, { download, signal, say });
      // Their cases were not there when the project was read.
      forget();
      return { fetched: missing.map(({ benchmark }) => benchmark.name) };
    },
    "import/create": async ({ folder, files: chosen, data, fetch, protocol }, { signal }) => {
      const fetched = benchmarkFolder(path.resolve(folder));
      const wanted = fetch.map((name) => ({ benchmark: findBenchmark(name), folder: fetched }));
      if (data === null) await fetchAll(wanted, { download, signal, say });
      const request = { files: chosen, folder, data: data ?? fetched, benchmark: null, protocol, read: files };
      // The dialog that follows says of each file that was skipped why.
      const { file, benchmarks } = await createImportProject({ ...request, unfit: "skip" });
      return { file, benchmarks: [...benchmarks] };
    },
    "import/inspect": async ({ folder, files: chosen }) => {
      const { project, context } = await open(folder);
      return {
        files: (await inspectRecordedFiles(chosen, context)).map(fileView),
        benchmarks: context.indexes.map(({ name, hasOptions }) => ({ name, hasOptions })),
        protocol: project.configuration.protocol,
      };
    },
    "import/preview": async ({ folder, source, show }) => {
      const { context } = await open(folder);
      const { rows, leftOut, ...rest } = await previewMapping({ ...source, show }, context);
      return { ...rest, leftOut: { ...leftOut }, rows: [...rows] };
    },
    "import/run": async ({ folder, sources, verdicts, again }, { signal }) => {
      const { project, context, benchmarks } = await open(folder);
      const request = { sources, run: null, verdicts, again };
      const result = await importResponses(project, request, { context, benchmarks, watcher: watcher(say), signal });
      forget();
      return resultView(result);
    },
    "import/close": async () => {
      forget();
      return {};
    },
  };
}

interface Downloading {
  readonly download: typeof fetchBenchmark;
  readonly signal: AbortSignal;
  readonly say: (progress: ImportProgress) => void;
}

async function fetchAll(wanted: readonly MissingFiles[], { download, signal, say }: Downloading): Promise<void> {
  const paced = pace(say);
  for (const { benchmark, folder } of wanted) {
    await download(benchmark, folder, {
      signal,
      onProgress: ({ bytes, totalBytes }) => paced({ work: "fetch", done: bytes, total: totalBytes }),
    });
  }
}

function watcher(say: (progress: ImportProgress) => void): RunWatcher {
  const paced = pace(say);
  return {
    started: () => undefined,
    progress: ({ stage, done, total }) => {
      if (stage === "collect" || stage === "evaluate") paced({ work: "judge", done, total });
    },
    finished: () => undefined,
  };
}

/** Says the first progress, the last one, and between them no more than a person can read. */
function pace(say: (progress: ImportProgress) => void): (progress: ImportProgress) => void {
  let next = 0;
  return (progress) => {
    const now = performance.now();
    if (now < next && progress.done < progress.total) return;
    next = now + progressPause;
    say(progress);
  };
}

function fileView({ file, found, fault }: FileInspection): RecordedFileView {
  return {
    file,
    found:
      found === null
        ? null
        : {
            ...found,
            leftOut: { ...found.leftOut },
            columns: found.columns.map((column) => ({ ...column, samples: [...column.samples] })),
            proposals: found.proposals.map((proposal) => ({ ...proposal })),
          },
    fault:
      fault === null
        ? null
        : { kind: "data", message: fault.message, file, ...(fault.remedy === null ? {} : { remedy: fault.remedy }) },
  };
}

function resultView({ run, already, matched, evaluated, leftOut, state }: ImportResult): ImportedResult {
  return {
    run,
    already,
    matched: { ...matched },
    evaluated: { ...evaluated },
    leftOut: { ...countReasons(leftOut) },
    rows: leftOut
      .slice(0, mostListed)
      .map(({ file, row, line, id, reason, detail }) => ({ file, row, line, id, reason, detail })),
    fault: state.fault === null ? null : { kind: "internal", message: state.fault },
  };
}
