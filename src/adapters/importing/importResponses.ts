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
  /** Responses to target splits that this import added, by benchmark; those of the earlier import when `already`. */
  readonly matched: { readonly [benchmark: string]: number };
  /** Benchmarks of which the run has responses to evaluation splits. */
  readonly evaluated: { readonly [benchmark: string]: EvaluatedCount };
  readonly leftOut: readonly LeftOutOfFile[];
  readonly state: RunState;
}

/** How much of a benchmark's evaluation was imported. */
export interface EvaluatedCount {
  /** Responses that this import added; those of the earlier import when `already`. */
  readonly added: number;
  /** Cases that the run evaluates, which are those that it has responses to. */
  readonly answered: number;
  /** Cases that the project evaluates. */
  readonly of: number;
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
 * Imports recorded responses into a run and judges them. Those to target splits become the collect stage of its first
 * iteration, those to evaluation splits the evaluation of the base; nothing else is done. Any number of files and benchmarks
 * go into one run.
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
  const document = added.responses.length === 0 ? before : mergeImported(before, added);
  const roles = new Roles(benchmarks);
  const matched = countByBenchmark(added, sources, roles);
  const result = { matched, evaluated: roles.counts(added, document), leftOut };
  if (added.responses.length === 0) {
    const known = leftOut.some(({ reason }) => reason === "already");
    if (!known || request.run === null) throw nothingMatched(sources, benchmarks);
    return { ...result, run: request.run, already: true, state: await finish(project, store, request.run, services) };
  }
  const same = request.run === null && !request.again ? await runWith(store, importedHash(added)) : null;
  if (same !== null) {
    return { ...result, run: same, already: true, state: await finish(project, store, same, services) };
  }
  if (before !== null && request.run !== null) await requireOwnBase(store, request.run, before, added, roles);
  const replaces = before === null ? null : importedHash(before);
  let run = request.run;
  const change = { document: mergeImported(before, added), replaces };
  const state = await judge(project, run, change, services, (id) => (run = id));
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
  return new Fault("usage", "The project has no benchmark of this name.", {
    field: "--benchmark",
    found: name,
    allowed: indexes.map((index) => index.name).join(", "),
    remedy: "Name one of these, or add the benchmark to preceptor.json.",
  });
}

function nothingMatched(sources: readonly ReadSource[], benchmarks: readonly LoopBenchmark[]): Fault {
  const names = [...new Set(sources.map(({ benchmark }) => benchmark))];
  const rows = sources.reduce((sum, { read }) => sum + read.content.rows.length, 0);
  const some = benchmarks.find(({ name }) => names.includes(name));
  const first = some?.target[0] ?? some?.evaluation[0];
  const place = sources.length === 1 && sources[0] !== undefined ? { file: sources[0].file } : {};
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
  roles: Roles,
): { readonly [benchmark: string]: number } {
  const counts: { [benchmark: string]: number } = Object.fromEntries(sources.map(({ benchmark }) => [benchmark, 0]));
  for (const { source } of responses.filter((each) => !roles.isEvaluated(each))) {
    const name = sources[source]?.benchmark;
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Which of a document's responses are evaluated and which are taught. */
class Roles {
  readonly #benchmarks: readonly LoopBenchmark[];
  readonly #evaluated: ReadonlySet<string>;

  constructor(benchmarks: readonly LoopBenchmark[]) {
    this.#benchmarks = benchmarks;
    this.#evaluated = new Set(this.evaluation());
  }

  /** Keys of all cases that the project evaluates. */
  evaluation(): string[] {
    return this.#benchmarks.flatMap(({ evaluation }) => evaluation.map(({ key }) => key));
  }

  isEvaluated({ key }: Pick<ImportedResponse, "key">): boolean {
    return this.#evaluated.has(key);
  }

  /** Whether a document has responses to evaluation splits, and to target splits. */
  of({ responses }: ImportedDocument): { readonly evaluates: boolean; readonly teaches: boolean } {
    return {
      evaluates: responses.some((each) => this.isEvaluated(each)),
      teaches: responses.some((each) => !this.isEvaluated(each)),
    };
  }

  counts(added: ImportedDocument, all: ImportedDocument | null): { readonly [benchmark: string]: EvaluatedCount } {
    const counted = this.#benchmarks.map(({ name, evaluation }): [string, EvaluatedCount] => {
      const keys = new Set(evaluation.map(({ key }) => key));
      const own = ({ responses }: ImportedDocument): number => responses.filter(({ key }) => keys.has(key)).length;
      return [name, { added: own(added), answered: all === null ? 0 : own(all), of: evaluation.length }];
    });
    return Object.fromEntries(counted.filter(([, { answered }]) => answered > 0));
  }
}

/** Faults when responses to evaluation splits would take the place of a base that the run has measured itself. */
async function requireOwnBase(
  store: Store,
  run: string,
  before: ImportedDocument,
  added: ImportedDocument,
  roles: Roles,
): Promise<void> {
  if (roles.of(before).evaluates || !roles.of(added).evaluates) return;
  if ((await (await store.readRun(run)).stage(0, "evaluate").begun()) === null) return;
  throw new Fault("usage", "This run has evaluated its base already: its target was asked.", {
    found: run,
    allowed: "answers to target splits, or a run whose base was not evaluated",
    remedy: "Leave --run out: the responses then get a run of their own.",
  });
}

/** The state of a run that has all responses already; judging them goes on where it was interrupted. */
async function finish(project: Project, store: Store, run: string, services: ImportServices): Promise<RunState> {
  const reader = await store.readRun(run);
  const state = await reader.readDocument("state.json", parseState);
  const { evaluates, teaches } = new Roles(services.benchmarks).of(await importedOf(store, run));
  const isOpen =
    (evaluates && (await reader.stage(0, "evaluate").manifest()) === null) ||
    (teaches && (await reader.stage(1, "collect").manifest()) === null);
  return state === null || isOpen ? judge(project, run, null, services) : state;
}

/** Runs the stages that the recorded responses are for. A null change goes on with what the run has. */
async function judge(
  project: Project,
  run: string | null,
  change: { readonly document: ImportedDocument; readonly replaces: string | null } | null,
  { benchmarks, watcher, signal }: ImportServices,
  opened: (run: string) => void = () => undefined,
): Promise<RunState> {
  const roles = new Roles(benchmarks);
  const options = { run, fresh: false, watcher, signal };
  const open = await openRun(
    project,
    change === null
      ? { ...options, filter: null }
      : {
          ...options,
          imported: change,
          filter: { ...allCases, cases: casesOf(change.document, roles) },
          runsCode: change.document.responses.some(({ verdict }) => verdict === null),
        },
  );
  try {
    const { services } = open;
    opened(services.run.id);
    const document = change?.document ?? (await services.run.readDocument(importedFile, parseImported));
    const { evaluates, teaches } = roles.of(document ?? { version: 1, sources: [], responses: [] });
    return await runLoop(
      services,
      evaluates && !teaches
        ? { until: "evaluate", iterations: 0 }
        : { until: "collect", iterations: 1, withBase: evaluates },
    );
  } finally {
    await open.close();
  }
}

/**
 * The cases of an imported run. The recorded ones are all that is taught in it. What is evaluated stays whole, unless
 * responses to evaluation splits were recorded: then these are all that is evaluated, so that nobody is asked for the
 * others and every iteration is measured on the same cases.
 */
function casesOf(document: ImportedDocument, roles: Roles): string[] {
  const keys = document.responses.map(({ key }) => key);
  return roles.of(document).evaluates ? keys : [...keys, ...roles.evaluation()];
}
