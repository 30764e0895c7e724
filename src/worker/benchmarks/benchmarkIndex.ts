import { setTimeout as sleep } from "node:timers/promises";
import path from "node:path";
import { DecisionStore } from "../../adapters/decisions/index.js";
import type { Project } from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { definitionOf } from "../../engine/benchmarks/index.js";
import { applyDecisions } from "../../engine/errors/index.js";
import { familyOf, type Family, type Protocol } from "../../engine/families/index.js";
import { Fault } from "../../engine/fault.js";
import { parseResponse, type LoopBenchmark, type ResponseRecord } from "../../engine/iteration/index.js";
import type { FaultView } from "../../protocol/fault.js";
import type { AnswerSetRef, GroupRef } from "../../protocol/worker/benchmarks.js";
import type { CaseFilter, CaseSort } from "../../protocol/worker/caseFilter.js";
import { toFaultView } from "../faultView.js";
import { once } from "../kept.js";
import type { Projects } from "../projects.js";
import { AnswerFile, type Answers } from "./answerFile.js";
import { Counting } from "./counting.js";
import { Haystack } from "./haystack.js";
import { filterRows, groupValue, joinRows, sortRows, type Row, type Searched, type Triage } from "./rows.js";
import { fileStamp, scanRuns, type FoundAnswers, type Scan } from "./scan.js";
import { TextShelf } from "./textShelf.js";

/** How long the first look at a project waits for files that are being read, in milliseconds. */
const patience = 80;
/** How old a look at the files may be, in milliseconds. */
const scanAge = 25;
/** Filtered lists that are kept. */
const mostLists = 12;

/** Questions of a benchmark by key, for searching. */
const questionsOf = once(({ family, target, evaluation }: LoopBenchmark) => {
  const questions = new Haystack();
  for (const testCase of [...target, ...evaluation]) questions.add(testCase.key, family.questionText(testCase));
  return questions;
});

/** One benchmark in one file of answers, with all that its rows are made from. */
export interface AnswerSetView {
  readonly ref: AnswerSetRef;
  readonly file: AnswerFile;
  /** Of the file when this was made. */
  readonly version: number;
  readonly answers: Answers;
  readonly rows: readonly Row[];
  readonly benchmark: LoopBenchmark | null;
  readonly family: Family | null;
  readonly triage: Triage;
  /** The answers that its figures are compared with; null when there are none. */
  readonly earlier: (AnswerSetRef & { readonly answers: Answers }) | null;
  /** Why answers or questions are missing. */
  readonly fault: FaultView | null;
}

/** What a first look at a project finds. */
export interface Look extends Scan {
  readonly triage: Triage;
  readonly decisionsFault: FaultView | null;
  /** The stamp of what is listed from this look. */
  readonly stamp: string;
}

interface ReadTriage {
  readonly stamp: string | null;
  readonly decisions: Triage;
  readonly fault: FaultView | null;
}

interface Joined {
  readonly version: number;
  readonly benchmark: LoopBenchmark | null;
  readonly rows: readonly Row[];
}

/** Every answer of every run of one project, read once and kept up to date. */
export class BenchmarkIndex {
  readonly #projects: Projects;
  readonly #folder: string;
  readonly #shelf = new TextShelf();
  readonly #files = new Map<string, AnswerFile>();
  readonly #joined = new Map<string, Joined>();
  readonly #lists = new Map<string, readonly Row[]>();
  #reading: Promise<void> = Promise.resolve();
  #generation = 0;
  #scanned: { readonly at: number; readonly scan: Promise<Scan> } | null = null;
  #triage: ReadTriage | null = null;
  #protocols: { readonly of: Project; readonly protocolOf: (benchmark: string) => Protocol } | null = null;

  /** What a filter shows of each set. */
  readonly counting = new Counting(this, () => (this.#generation += 1));

  constructor(projects: Projects, folder: string) {
    this.#projects = projects;
    this.#folder = folder;
  }

  /** Changes whenever a file that lists are made from did, or one was read. */
  async stamp(): Promise<{ readonly stamp: string; readonly runs: readonly string[] }> {
    this.#scanned = null;
    const scan = await this.#scan();
    return { stamp: this.#stampOf(scan, await fileStamp(this.#triageFile)), runs: scan.runs };
  }

  #stampOf({ found, problems }: Scan, triage: string | null): string {
    const parts = [
      this.#generation,
      triage,
      ...problems.map(({ run, fault }) => `${run}:${fault.message}`),
      ...found.map(({ file, stamp }) => `${file}:${stamp}`),
    ];
    return parts.join("\n");
  }

  /** What is there. Files that were never read are read meanwhile, the newest first; this waits for them a moment only. */
  async look(): Promise<Look> {
    await this.#configure();
    const scan = await this.#scan();
    const there = new Set(scan.found.map(({ file }) => file));
    for (const file of this.#files.keys()) {
      if (there.has(file)) continue;
      this.#files.delete(file);
      this.#shelf.drop(file);
    }
    const reading = this.#readAll(scan.found);
    void reading.then(async () => this.#warm(scan));
    const stop = new AbortController();
    await Promise.race([reading, sleep(patience, undefined, { signal: stop.signal, ref: false }).catch(() => {})]);
    stop.abort();
    const { decisions, fault, stamp } = await this.#readTriage();
    return { ...scan, triage: decisions, decisionsFault: fault, stamp: this.#stampOf(scan, stamp) };
  }

  /** The answers of a file that was found; null while it was never read. */
  fileOf({ file }: FoundAnswers): AnswerFile | null {
    return this.#files.get(file) ?? null;
  }

  /** One answer set, up to date. Faults with kind `usage` when its run is not there any more. */
  async set(ref: AnswerSetRef): Promise<AnswerSetView> {
    const project = await this.#configure();
    const scan = await this.#scan();
    const found = scan.found.find((one) => isSet(one, ref));
    if (found === undefined) throw gone(ref);
    const file = await this.#read(found);
    const { benchmark, fault } = await this.#benchmark(ref);
    const entry = project.configuration.benchmarks[ref.benchmark];
    const { decisions } = await this.#readTriage();
    return {
      ref,
      file,
      version: file.version,
      answers: file.answers(ref.benchmark),
      rows: this.#rows(ref, file, benchmark),
      benchmark,
      family:
        benchmark?.family ??
        (entry === undefined ? null : familyOf(entry.judged ? "judged" : definitionOf(ref.benchmark, entry).family)),
      triage: decisions,
      earlier: this.earlier(ref, scan.found),
      fault: file.fault ?? fault,
    };
  }

  /**
   * What a set is compared with: the iteration before in its run, else the same iteration of the run before, else the last
   * one of that run; of what has been read.
   */
  earlier(ref: AnswerSetRef, found: readonly FoundAnswers[]): AnswerSetView["earlier"] {
    const candidates = found.flatMap((one) => {
      const answers = this.#files.get(one.file)?.answers(ref.benchmark);
      if (one.stage !== ref.stage || answers === undefined || answers.size === 0) return [];
      return [{ benchmark: ref.benchmark, run: one.run, iteration: one.iteration, stage: one.stage, answers }];
    });
    const before = candidates.find(({ run, iteration }) => run === ref.run && iteration < ref.iteration);
    if (before !== undefined) return before;
    const earlierRun = candidates.find(({ run }) => newer(ref.run, run))?.run;
    const ofRun = candidates.filter(({ run }) => run === earlierRun);
    return ofRun.find(({ iteration }) => iteration === ref.iteration) ?? ofRun[0] ?? null;
  }

  /** The rows of a set that a filter lets through, in the order of the cases. `passing` as of `TextShelf.texts`. */
  async filtered(view: AnswerSetView, filter: CaseFilter, passing = false): Promise<readonly Row[]> {
    const earlier = filter.since === null ? null : await this.#answersSince(view.ref, filter.since);
    const key = this.#nameOf(view.ref, view.version, filter, earlier?.version ?? 0);
    const kept = this.#lists.get(key);
    if (kept !== undefined) {
      this.#lists.delete(key);
      this.#lists.set(key, kept);
      return kept;
    }
    const searched = filter.text === "" ? null : await this.#searched(view, passing);
    const list = filterRows(view.rows, filter, view, searched, earlier?.answers ?? null);
    this.#lists.set(key, list);
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= mostLists) break;
      this.#lists.delete(oldest);
    }
    return list;
  }

  async countShown(ref: AnswerSetRef, filter: CaseFilter): Promise<number> {
    return (await this.filtered(await this.set(ref), filter, true)).length;
  }

  async #searched({ benchmark, file }: AnswerSetView, passing: boolean): Promise<Searched> {
    return {
      questions: benchmark === null ? new Haystack() : questionsOf(benchmark),
      responses: await this.#shelf.texts(file.file, { passing }),
    };
  }

  /** Names what a filter shows of a set as it is now: equal names mean equal rows. Null while its file is to be read. */
  async listKey(ref: AnswerSetRef, filter: CaseFilter): Promise<string | null> {
    const { found } = await this.#scan();
    const versionOf = (wanted: Omit<AnswerSetRef, "benchmark">): number | null => {
      const one = found.find((candidate) => isSet(candidate, wanted));
      const file = one === undefined ? undefined : this.#files.get(one.file);
      return one !== undefined && file?.isRead(one.stamp) === true ? file.version : null;
    };
    const version = versionOf(ref);
    const since = filter.since === null ? 0 : versionOf({ ...ref, ...filter.since });
    return version === null || since === null ? null : this.#nameOf(ref, version, filter, since);
  }

  #nameOf(ref: AnswerSetRef, version: number, filter: CaseFilter, since: number): string {
    return JSON.stringify([ref, version, this.#triage?.stamp, filter, since]);
  }

  /** Rows of one group of a set (null: of all of it) that a filter lets through, in the wanted order. */
  async listed(
    view: AnswerSetView,
    { group, filter, sort }: { readonly group: GroupRef | null; readonly filter: CaseFilter; readonly sort: CaseSort },
  ): Promise<readonly Row[]> {
    const shown = await this.filtered(view, filter);
    const own = group === null ? shown : shown.filter((row) => groupValue(row, group.by, view) === group.value);
    return sortRows(own, sort);
  }

  /** Responses of a set by key of the case. */
  async records({ run, iteration, stage }: AnswerSetRef): Promise<ReadonlyMap<string, ResponseRecord>> {
    const store = await openProjectStore(this.#folder, { access: "read" });
    const reader = (await store.readRun(run)).stage(iteration, stage);
    const records = await reader.readSoFar("responses.jsonl", parseResponse);
    return new Map(records.filter(({ sample }) => sample === 0).map((record) => [record.key, record]));
  }

  /** Answers of this run and iteration to the same benchmark in the same stage; null when there are none. */
  async #answersSince(
    ref: AnswerSetRef,
    since: { readonly run: string; readonly iteration: number },
  ): Promise<{ readonly answers: Answers; readonly version: number } | null> {
    const { found } = await this.#scan();
    const wanted = found.find((one) => isSet(one, { ...ref, ...since }));
    if (wanted === undefined) return null;
    const file = await this.#read(wanted);
    return { answers: file.answers(ref.benchmark), version: file.version };
  }

  /** The files as they are now; requests of the same moment share one look. */
  async #scan(): Promise<Scan> {
    const now = performance.now();
    if (this.#scanned === null || now - this.#scanned.at > scanAge) {
      this.#scanned = { at: now, scan: scanRuns(this.#folder) };
    }
    return this.#scanned.scan;
  }

  get #triageFile(): string {
    return path.join(this.#folder, "decisions", "triage.jsonl");
  }

  async #configure(): Promise<Project> {
    const project = await this.#projects.shown(this.#folder);
    if (this.#protocols?.of !== project) {
      const { benchmarks, protocol } = project.configuration;
      this.#protocols = { of: project, protocolOf: (name) => benchmarks[name]?.protocol ?? protocol };
    }
    return project;
  }

  async #readAll(found: readonly FoundAnswers[]): Promise<void> {
    for (const one of found) {
      if (this.#files.get(one.file)?.isRead(one.stamp) !== true) await this.#read(one);
    }
  }

  /** Loads the questions of the newest run before somebody opens it: those of MMLU take longer than a click may. */
  async #warm({ found: [newest] }: Scan): Promise<void> {
    if (newest === undefined) return;
    try {
      const { benchmarks } = await this.#projects.run(this.#folder, newest.run);
      // The first search has them in the form that it needs.
      for (const benchmark of benchmarks) questionsOf(benchmark).join();
    } catch {
      // Whoever opens the run is told why its questions cannot be read.
    }
  }

  /** One file after the other, so that the newest is there first. */
  async #read(found: FoundAnswers): Promise<AnswerFile> {
    const protocolOf = this.#protocols?.protocolOf ?? ((): Protocol => "paper");
    const file = this.#files.get(found.file) ?? new AnswerFile(found.file, protocolOf, this.#shelf);
    if (file.isRead(found.stamp)) return file;
    const done = this.#reading.then(async () => {
      if (file.isRead(found.stamp)) return;
      await file.refresh(found.stamp);
      this.#files.set(found.file, file);
      this.#generation += 1;
    });
    this.#reading = done;
    await done;
    return file;
  }

  async #benchmark({
    run,
    benchmark,
  }: AnswerSetRef): Promise<{ benchmark: LoopBenchmark | null; fault: FaultView | null }> {
    try {
      const { benchmarks } = await this.#projects.run(this.#folder, run);
      return { benchmark: benchmarks.find(({ name }) => name === benchmark) ?? null, fault: null };
    } catch (thrown) {
      // The answers can be listed without the questions.
      return { benchmark: null, fault: toFaultView(thrown) };
    }
  }

  #rows(ref: AnswerSetRef, file: AnswerFile, benchmark: LoopBenchmark | null): readonly Row[] {
    const key = `${file.file}\0${ref.benchmark}`;
    const kept = this.#joined.get(key);
    if (kept?.version === file.version && kept.benchmark === benchmark) return kept.rows;
    const rows = joinRows(file.answers(ref.benchmark), benchmark);
    this.#joined.set(key, { version: file.version, benchmark, rows });
    this.#lists.clear();
    return rows;
  }

  async #readTriage(): Promise<ReadTriage> {
    const stamp = await fileStamp(this.#triageFile);
    if (this.#triage !== null && this.#triage.stamp === stamp) return this.#triage;
    const before: Triage = this.#triage?.decisions ?? new Map();
    try {
      const store = await openProjectStore(this.#folder, { access: "read" });
      this.#triage = { stamp, decisions: applyDecisions(await new DecisionStore(store).triage.read()), fault: null };
    } catch (thrown) {
      // Decisions that were read before still hold; the fault is shown beside the benchmarks.
      this.#triage = { stamp, decisions: before, fault: toFaultView(thrown) };
    }
    return this.#triage;
  }
}

function isSet(found: FoundAnswers, { run, iteration, stage }: Omit<AnswerSetRef, "benchmark">): boolean {
  return found.run === run && found.iteration === iteration && found.stage === stage;
}

function newer(run: string, than: string): boolean {
  return run.localeCompare(than, "en", { numeric: true }) > 0;
}

function gone({ run, iteration, stage }: AnswerSetRef): Fault {
  return new Fault("usage", "These answers are not there any more.", {
    found: `${run}, iteration ${iteration}, ${stage}`,
    remedy: "Refresh the view; answers come back when the run goes on.",
  });
}
