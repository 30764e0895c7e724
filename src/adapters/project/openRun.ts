import { setMaxListeners } from "node:events";
import { rm } from "node:fs/promises";
import path from "node:path";
import { Budget, parseLedgerEntry, parseStoredAnswer } from "../../engine/asking/index.js";
import { modelNameOf } from "../../engine/configuration/index.js";
import { Fault, throwIfCancelled } from "../../engine/fault.js";
import { importedFile, importedHash, parseImported, type ImportedDocument } from "../../engine/importing/index.js";
import {
  withRecordedTarget,
  type LoopBenchmark,
  type LoopServices,
  type RunWatcher,
} from "../../engine/iteration/index.js";
import type { Embedder } from "../../engine/seams/index.js";
import type { ProjectStore, RunStore } from "../../engine/store/index.js";
import { createBuiltinServers, createBuiltinTrainer } from "../builtin/index.js";
import { openLooks, recordLooks } from "../decisions/index.js";
import { LiveAnswers, openProjectStore, openRecordLog } from "../store/index.js";
import { allCases, loadProjectBenchmarks, type CaseFilter, type LeftOut } from "./benchmarks.js";
import { readDecisions } from "./decisions.js";
import { createEmbedder } from "./embedder.js";
import { Models } from "./models.js";
import { filterOf } from "./runStart.js";
import { codeRunnerOf } from "./sandbox.js";
import { templatesOf, type Project } from "./project.js";

export interface RunOptions {
  /** Id of the run; null makes the next one. */
  readonly run: string | null;
  /** Which cases the run looks at; null keeps what it was started with. */
  readonly filter: CaseFilter | null;
  readonly fresh: boolean;
  /** Responses of the base target that another tool recorded: the run has these instead of those it had so far. */
  readonly imported?: {
    readonly document: ImportedDocument;
    /** Hash of what the run had when the document was made; null when it had none. */
    readonly replaces: string | null;
  };
  /** False where no program will be run, so that no sandbox is needed. */
  readonly runsCode?: boolean;
  readonly watcher: RunWatcher;
  /** Called with the run's cases when all is read and nothing has begun; throws where nothing is to begin. */
  readonly mayBegin?: (benchmarks: readonly LoopBenchmark[]) => Promise<void>;
  /** Aborted by the person who started it. */
  readonly signal: AbortSignal;
}

/** A run that is open for work, with everything that the loop needs. */
export interface OpenRun {
  readonly services: LoopServices;
  readonly leftOut: readonly LeftOut[];
  /** What was paid in this run so far. */
  readonly spent: () => Budget["spent"];
  close(): Promise<void>;
}

/** Closes what was opened, the last first, also when opening fails half-way. */
class Closers {
  readonly #closers: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#closers.unshift(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
  }
}

/** Opens a run of a project: takes its lock, its budget as far as it is spent, its models, sandbox and embedder. */
export async function openRun(project: Project, options: RunOptions): Promise<OpenRun> {
  const closers = new Closers();
  try {
    return await compose(project, options, closers);
  } catch (thrown) {
    await closers.close();
    throw thrown;
  }
}

async function compose(project: Project, options: RunOptions, closers: Closers): Promise<OpenRun> {
  const { configuration, folder } = project;
  const store = await openProjectStore(folder);
  // A name that no run has is a fault, never a new run.
  const earlier = options.run === null ? null : await store.readRun(options.run);
  const filter = options.filter ?? (earlier === null ? allCases : await filterOf(earlier));
  const { benchmarks, leftOut } = await loadProjectBenchmarks(project, filter);
  throwIfCancelled(options.signal);
  await options.mayBegin?.(benchmarks);
  const run = options.run === null ? await openNextRun(store) : await store.openRun(options.run);
  let begun = options.run !== null;
  closers.add(async () => {
    await run.close();
    // A new run that could not be begun has nothing to go on with, and would stand in every list.
    if (!begun) await rm(run.folder, { recursive: true, force: true });
  });
  const imported = await importedInto(run, options.imported);
  const signal = AbortSignal.any([options.signal, run.stop]);
  // Every request under way listens to it, so many listeners are no leak.
  setMaxListeners(0, signal);
  const cache = await store.answers(parseStoredAnswer);
  closers.add(async () => cache.close());
  const claims = await store.claims();
  closers.add(async () => claims.close());
  const healed: number[] = [];
  const ledger = await openRecordLog(path.join(run.folder, ledgerFile), parseLedgerEntry, {
    onHealed: (_file, bytes) => healed.push(bytes),
  });
  closers.add(async () => ledger.close());
  for (const bytes of healed) await run.event("healed", { file: ledgerFile, bytes });
  const { amount, calls, tokens } = configuration.budget;
  const budget = new Budget({ currency: amount ?? null, calls: calls ?? null, tokens: tokens ?? null }, ledger.records);
  // Only benchmarks whose verdicts come from running code need a sandbox; without one their run cannot start.
  const runsCode = options.runsCode !== false && benchmarks.some(({ family }) => family.name === "code");
  const runner = runsCode ? await codeRunnerOf(project) : null;
  if (runner !== null) closers.add(async () => runner.close());
  let stage: string | null = null;
  const servers = createBuiltinServers({ runner, seed: configuration.seed });
  const models = new Models(
    project,
    {
      ...{ run: run.id, cache, claims, budget, fresh: options.fresh },
      settle: async (entry) => ledger.append(stage === null ? entry : { ...entry, stage }),
    },
    servers,
  );
  closers.add(async () => models.close());
  let embedder: Promise<Embedder> | null = null;
  closers.add(async () => (await embedder)?.close());
  await noteStart(project, run, benchmarks, filter);
  const live = new LiveAnswers(run.folder);
  closers.add(async () => live.close());
  const [templates, decisions] = [await templatesOf(project), await readDecisions(store)];
  begun = true;
  return {
    services: {
      run,
      configuration,
      benchmarks,
      models: imported === null ? models : withRecordedTarget(models, imported),
      embedder: async () => (embedder ??= createEmbedder(project, store)),
      runner,
      trainer: trainerFor(project),
      templates,
      decisions,
      looked: lookCounter(store, run, benchmarks),
      watcher: showing(options.watcher, live, (iteration, name) => {
        stage = `${iteration}-${name}`;
      }),
      signal,
    },
    leftOut,
    spent: () => budget.spent,
    close: async () => closers.close(),
  };
}

/** The watcher, and beside it the answer that arrives just now for an editor that looks at the run. */
function showing(watcher: RunWatcher, live: LiveAnswers, started: RunWatcher["started"]): RunWatcher {
  return {
    started: (iteration, stage) => {
      started(iteration, stage);
      watcher.started(iteration, stage);
    },
    progress: (progress) => watcher.progress(progress),
    finished: (iteration, stage, counts, reused) => watcher.finished(iteration, stage, counts, reused),
    answering: (call) => live.begin(call),
  };
}

/** What was imported into a run, after the import that is under way, if one is. */
async function importedInto(run: RunStore, change: RunOptions["imported"]): Promise<ImportedDocument | null> {
  const before = await run.readDocument(importedFile, parseImported);
  if (change === undefined) return before;
  if ((before === null ? null : importedHash(before)) !== change.replaces) {
    throw new Fault("locked", "Another import into this run came first.", { found: run.id, remedy: "Import again." });
  }
  await run.writeDocument(importedFile, change.document);
  return change.document;
}

/** Opens a run that nobody has begun, also when another process starts one at this moment. */
async function openNextRun(store: ProjectStore): Promise<RunStore> {
  for (let tries = 0; ; tries += 1) {
    try {
      const run = await store.openRun(nextRunId(await store.runIds()));
      if (run.journal.length === 0) return run;
      await run.close();
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.kind !== "locked" || tries > 100) throw thrown;
    }
  }
}

/** What the run paid, one line an answer. */
const ledgerFile = "ledger.jsonl";

function nextRunId(ids: readonly string[]): string {
  const numbers = ids.map((id) => Number(/^run-(\d+)$/u.exec(id)?.[1] ?? 0));
  return `run-${Math.max(0, ...numbers) + 1}`;
}

/** The trainer of the target: the built-in fit for the built-in student; other targets are trained outside for now. */
export function trainerFor({ configuration }: Project): LoopServices["trainer"] {
  const target = configuration.models[modelNameOf(configuration, "target")];
  return target?.provider === "builtin" && target.name === "student" ? createBuiltinTrainer() : null;
}

/** `run.json` keeps what the run was started with, for reports; secrets are references in it. */
async function noteStart(
  { configuration, folder }: Project,
  run: RunStore,
  benchmarks: LoopServices["benchmarks"],
  filter: CaseFilter,
): Promise<void> {
  await run.writeDocument("run.json", {
    version: 1,
    filter,
    project: path.basename(folder),
    configuration,
    benchmarks: benchmarks.map(({ name, family, domain, target, evaluation }) => ({
      name,
      family: family.name,
      domain,
      target: target.length,
      evaluation: evaluation.length,
    })),
  });
}

/** Counts one look an evaluation set: a set that decides many choices is no longer a fair test. */
function lookCounter(
  store: ProjectStore,
  run: RunStore,
  benchmarks: LoopServices["benchmarks"],
): LoopServices["looked"] {
  const looks = openLooks(store);
  return async (iteration, evaluation) => {
    const when = new Date().toISOString();
    const sets = benchmarks.flatMap(({ name, evaluation: cases }) =>
      [...new Set(cases.map(({ split }) => split))].map((split) => ({ benchmark: name, split })),
    );
    const counted = sets.map((set) => ({ version: 1 as const, ...set, run: run.id, iteration, evaluation, when }));
    await recordLooks(looks, counted);
  };
}
