import path from "node:path";
import { Fault } from "../../engine/fault.js";
import {
  importedFile,
  importedHash,
  matchRows,
  mergeImported,
  parseImported,
  type ImportedDocument,
  type ImportedResponse,
  type ImportMapping,
  type LeftOutRow,
  type MatchedRow,
} from "../../engine/importing/index.js";
import {
  parseState,
  runLoop,
  type LoopBenchmark,
  type RunState,
  type RunWatcher,
} from "../../engine/iteration/index.js";
import { allCases, openRun, type Project } from "../project/index.js";
import { openProjectStore } from "../store/index.js";
import { remember, type ImportContext } from "./context.js";
import type { RecordedFile } from "./readRecorded.js";

/** One file with the benchmark that it answers and where its fields are. */
export interface ImportSource {
  readonly file: string;
  readonly benchmark: string;
  readonly mapping: ImportMapping;
  /** Published verdict of all its rows, which no row says; null when there is none. */
  readonly verdict: boolean | null;
}

export interface ImportRequest {
  readonly sources: readonly ImportSource[];
  /** Dotted path of the array in a JSON object. */
  readonly rows?: string | undefined;
  /** An imported run that gets these responses in addition; null starts a run. */
  readonly run: string | null;
  /** `judged`: responses are judged here, as those of any run; `recorded`: the files' own verdicts count. */
  readonly verdicts: "judged" | "recorded";
  /** Start a run even if an earlier one has the same responses. */
  readonly again: boolean;
}

/** A row that was not imported, with the file it is in. */
export interface LeftOutOfFile extends LeftOutRow {
  readonly file: string;
  readonly benchmark: string;
}

export interface ImportResult {
  readonly run: string;
  /** True when the run had all these responses before: then nothing was added. */
  readonly already: boolean;
  /** Responses that this import added, by benchmark; those of the earlier import when `already`. */
  readonly matched: { readonly [benchmark: string]: number };
  readonly leftOut: readonly LeftOutOfFile[];
  readonly state: RunState;
}

export interface ImportServices {
  readonly context: ImportContext;
  readonly benchmarks: readonly LoopBenchmark[];
  readonly watcher: RunWatcher;
  readonly signal: AbortSignal;
}

interface ReadSource extends ImportSource {
  readonly read: RecordedFile;
}

/**
 * Imports recorded responses into a run and judges them, up to the end of the collect stage of its first iteration. Any
 * number of files and benchmarks go into one run.
 *
 * @throws Fault `data` when no row belongs to a case, or a verdict is wanted that a row does not have; `usage` for a run
 * that asked its target itself.
 */
export async function importResponses(
  project: Project,
  request: ImportRequest,
  services: ImportServices,
): Promise<ImportResult> {
  const { context, benchmarks } = services;
  const store = await openProjectStore(project.folder);
  const before = request.run === null ? null : await importedOf(store, request.run);
  const sources: ReadSource[] = [];
  for (const source of request.sources) {
    sources.push({ ...source, read: await context.files.read(source.file, request.rows) });
  }
  const { added, leftOut } = matchSources(sources, before, request, context);
  const matched = countByBenchmark(added, sources);
  const result = { matched, leftOut };
  if (added.responses.length === 0) {
    const known = leftOut.some(({ reason }) => reason === "already");
    if (!known || request.run === null) throw nothingMatched(sources, leftOut, benchmarks);
    return { ...result, run: request.run, already: true, state: await finish(project, store, request.run, services) };
  }
  const same = request.run === null && !request.again ? await runWith(store, importedHash(added)) : null;
  if (same !== null) {
    return { ...result, run: same, already: true, state: await finish(project, store, same, services) };
  }
  const document = mergeImported(before, added);
  const replaces = before === null ? null : importedHash(before);
  let run = request.run;
  const state = await collect(project, run, { document, replaces }, services, (id) => (run = id));
  await remember(
    project.folder,
    sources.map(({ benchmark, mapping, read }) => ({ benchmark, mapping, file: read })),
  );
  return { ...result, run: run ?? "", already: false, state };
}

type Store = Awaited<ReturnType<typeof openProjectStore>>;

async function importedOf(store: Store, run: string): Promise<ImportedDocument> {
  const document = await (await store.readRun(run)).readDocument(importedFile, parseImported);
  if (document !== null) return document;
  throw new Fault("usage", "This run did not begin with an import: its target was asked.", {
    found: run,
    allowed: "a run that began with an import",
    remedy: "Leave --run out: the responses then get a run of their own.",
  });
}

/** The run that has exactly these responses; null when none has. */
async function runWith(store: Store, hash: string): Promise<string | null> {
  for (const id of await store.runIds()) {
    const document = await (await store.readRun(id)).readDocument(importedFile, parseImported);
    if (document !== null && importedHash(document) === hash) return id;
  }
  return null;
}

function matchSources(
  sources: readonly ReadSource[],
  before: ImportedDocument | null,
  { verdicts }: ImportRequest,
  context: ImportContext,
): { readonly added: ImportedDocument; readonly leftOut: LeftOutOfFile[] } {
  const taken = new Map<string, "duplicate" | "already">(before?.responses.map(({ key }) => [key, "already"]));
  const responses: ImportedResponse[] = [];
  const leftOut: LeftOutOfFile[] = [];
  for (const [number, source] of sources.entries()) {
    const { file, benchmark, mapping, read } = source;
    const index = context.index(benchmark);
    if (index === null) throw unknownBenchmark(benchmark, context);
    const found = matchRows(read.content.rows, mapping, index, taken);
    leftOut.push(...[...read.content.leftOut, ...found.leftOut].map((each) => ({ ...each, file, benchmark })));
    for (const row of found.matched) {
      responses.push({
        key: row.key,
        text: row.response,
        verdict: verdicts === "recorded" ? verdictFor(row, source) : null,
        finish: row.stop === "max_tokens" || row.stop === "length" ? "length" : "stop",
        source: number,
        row: row.row,
      });
    }
  }
  const described = sources.map(({ file, benchmark, mapping, read: { content } }) => ({
    file: path.basename(file),
    format: content.format,
    task: content.task,
    model: content.model,
    benchmark,
    mapping: Object.fromEntries(Object.entries(mapping).filter(([, place]) => place !== undefined)),
    verdicts,
  }));
  return { added: { version: 1, sources: described, responses }, leftOut };
}

function verdictFor({ row, line, verdict }: MatchedRow, { file, mapping, verdict: ofFile }: ReadSource): boolean {
  const found = verdict ?? ofFile;
  if (found !== null) return found;
  throw new Fault("data", "A row has no verdict of its own.", {
    file,
    ...(line === null ? {} : { line }),
    field: mapping.verdict ?? "verdict",
    found: mapping.verdict === undefined ? "no such field" : `a value that is no verdict in row ${row}, counted from 0`,
    allowed: "true, false, 1, 0, C, I, passed, failed",
    remedy:
      "Map it with --map verdict=PATH, give the file's with --verdict FILE=true, or let the responses be judged here.",
  });
}

export function unknownBenchmark(name: string, { indexes }: ImportContext): Fault {
  return new Fault("usage", "The project teaches no benchmark of this name.", {
    field: "--benchmark",
    found: name,
    allowed: indexes
      .filter(({ cases }) => cases.length > 0)
      .map((index) => index.name)
      .join(", "),
    remedy: "Name one of these, or add the benchmark to preceptor.json.",
  });
}

function nothingMatched(
  sources: readonly ReadSource[],
  leftOut: readonly LeftOutOfFile[],
  benchmarks: readonly LoopBenchmark[],
): Fault {
  const evaluated = leftOut.filter(({ reason }) => reason === "evaluated").length;
  const names = [...new Set(sources.map(({ benchmark }) => benchmark))];
  const rows = sources.reduce((sum, { read }) => sum + read.content.rows.length, 0);
  const first = benchmarks.find(({ name }) => names.includes(name))?.target[0];
  const place = sources.length === 1 && sources[0] !== undefined ? { file: sources[0].file } : {};
  if (evaluated > 0) {
    return new Fault(
      "data",
      `These rows are about cases of ${names.join(", ")} that are evaluated, and those are never taught.`,
      {
        ...place,
        found: `${rows} rows, ${evaluated} of them about evaluated cases`,
        allowed: "responses to the target split, whose errors are taught",
        remedy:
          "Record the target on the benchmark's training split, or name another split as `target` in preceptor.json.",
      },
    );
  }
  return new Fault("data", `No row of these files belongs to a case of ${names.join(", ")}.`, {
    ...place,
    found: `${rows} rows with a response to look for`,
    allowed: `ids such as ${first?.id ?? "none"}, or the question itself`,
    remedy: "Map the fields: --map question=PATH, or --map id=PATH, and --map response=PATH.",
  });
}

function countByBenchmark(
  { responses }: ImportedDocument,
  sources: readonly ImportSource[],
): { readonly [benchmark: string]: number } {
  const counts: { [benchmark: string]: number } = Object.fromEntries(sources.map(({ benchmark }) => [benchmark, 0]));
  for (const { source } of responses) {
    const name = sources[source]?.benchmark;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The state of a run that has all responses already; its collection goes on where it was interrupted. */
async function finish(project: Project, store: Store, run: string, services: ImportServices): Promise<RunState> {
  const reader = await store.readRun(run);
  const state = await reader.readDocument("state.json", parseState);
  const collected = await reader.stage(1, "collect").manifest();
  return state === null || collected === null ? collect(project, run, null, services) : state;
}

/** Runs select and collect with the recorded responses. A null change goes on with what the run has. */
async function collect(
  project: Project,
  run: string | null,
  change: { readonly document: ImportedDocument; readonly replaces: string | null } | null,
  { benchmarks, watcher, signal }: ImportServices,
  opened: (run: string) => void = () => undefined,
): Promise<RunState> {
  const options = { run, fresh: false, watcher, signal };
  const open = await openRun(
    project,
    change === null
      ? { ...options, filter: null }
      : {
          ...options,
          imported: change,
          // The recorded cases are all that is taught in this run; what is evaluated stays whole.
          filter: { ...allCases, cases: [...keysOf(change.document), ...evaluatedKeys(benchmarks)] },
          runsCode: change.document.responses.some(({ verdict }) => verdict === null),
        },
  );
  try {
    opened(open.services.run.id);
    return await runLoop(open.services, { until: "collect", iterations: 1 });
  } finally {
    await open.close();
  }
}

function keysOf({ responses }: ImportedDocument): string[] {
  return responses.map(({ key }) => key);
}

function evaluatedKeys(benchmarks: readonly LoopBenchmark[]): string[] {
  return benchmarks.flatMap(({ evaluation }) => evaluation.map(({ key }) => key));
}
