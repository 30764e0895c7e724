import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { logStart, readNewRecords, stampOf, type LogPosition } from "../../adapters/store/index.js";
import { parseLedgerEntry } from "../../engine/asking/index.js";
import { toFault } from "../../engine/fault.js";
import { parseState, stageNames, type RunState, type StageName } from "../../engine/iteration/index.js";
import { parseJournalEvent, type RunReader } from "../../engine/store/index.js";
import type { FaultView } from "../../protocol/fault.js";
import type { RunView } from "../../protocol/worker/index.js";
import { toFaultView } from "../faultView.js";
import { RunFold } from "./fold.js";
import type { CallCounts } from "./pace.js";
import { runViewOf, type RunStart } from "./view.js";

/** How long a look waits for the verdict about a lock of another machine; it is there at the next look. */
const lockPatienceMs = 200;

/** How often a run that cannot be read is read again although no file changed: the disk itself may have been away. */
const retryMs = 30_000;

const startSchema = z.object({
  configuration: z.object({
    target: z.string(),
    iterations: z.array(z.object({ strategy: z.string() })),
    budget: z.object({ currency: z.string() }),
  }),
  benchmarks: z.optional(z.array(z.object({ target: z.number() }))),
});

const reportSchema = z.object({
  benchmarks: z.array(z.object({ accuracies: z.array(z.object({ iteration: z.number(), accuracy: z.number() })) })),
});

/** Why a run could not be read. */
interface Unreadable {
  readonly fault: FaultView;
  /** The file to be mended, or all that a look reads where the fault names none. */
  readonly files: readonly string[];
  /** What the files were before they were read; null when that was not asked. */
  readonly stamp: string | null;
  /** Milliseconds. */
  readonly at: number;
}

/**
 * One run as it goes: reads what its files got since the last look and keeps a fold of it, never the events. Nothing is
 * written, no lock is taken.
 */
export class RunFollower {
  readonly #run: RunReader;
  #fold = new RunFold();
  /** Null after a fault in the middle of it: the fold knows the events before, which must not count twice. */
  #journal: LogPosition | null = logStart;
  #ledger: LogPosition = logStart;
  #spent = { currency: 0, calls: 0, tokens: 0 };
  #costs: ReadonlyMap<string, number> = new Map();
  #calls: CallCounts = {};
  #start: RunStart = { target: "", strategies: [], currency: "USD" };
  #startStamp = "";
  #accuracies: readonly (number | null)[] = [];
  #accuraciesStamp = "";
  #stagesStamp = "";
  #live = false;
  #looking: Promise<boolean> | null = null;
  #unreadable: Unreadable | null = null;

  constructor(run: RunReader) {
    this.#run = run;
  }

  get fold(): RunFold {
    return this.#fold;
  }

  get reader(): RunReader {
    return this.#run;
  }

  /** Whether a runner held the lock at the last look. */
  get live(): boolean {
    return this.#live;
  }

  /** What was paid so far, in the currency of the run. */
  get spent(): number {
    return this.#spent.currency;
  }

  /** Calls so far, by who asked. */
  get calls(): CallCounts {
    return this.#calls;
  }

  isDone(iteration: number, stage: StageName): boolean {
    const state = this.#fold.stage(iteration, stage)?.state;
    return state === "done" || state === "reused";
  }

  /** Looks at the run's files and says how it is now. What cannot be read is part of the answer. */
  async look(): Promise<RunView> {
    const before = this.#unreadable;
    // Taken before the reading, so that what is mended meanwhile is noticed at the next look.
    const stamp = before === null ? null : await stampOf(before.files);
    let saved: RunState | null = null;
    if (before === null || before.stamp !== stamp || performance.now() - before.at > retryMs) {
      try {
        await this.#readStart();
        await this.#readJournal();
        await this.#readLedger();
        await this.#findStages();
        await this.#readAccuracies();
        this.#live = await this.#lookAtLock();
        // It may have ended between the two looks; what it wrote before it gave the lock back is there now.
        if (this.#fold.state === "running" && !this.#live) await this.#readJournal();
        const untold = this.#fold.state === "new" || (this.#fold.state === "running" && !this.#live);
        if (untold) saved = await this.#run.readDocument("state.json", parseState);
        this.#unreadable = null;
      } catch (thrown) {
        const fault = toFaultView(
          toFault(thrown, { kind: "storage", remedy: "Check that the run's folder can be read." }),
        );
        const files = fault.file === undefined ? this.#files() : [fault.file];
        const known = before !== null && before.files.join() === files.join();
        this.#unreadable = { fault, files, stamp: known ? stamp : null, at: performance.now() };
      }
    }
    return runViewOf({
      id: this.#run.id,
      fold: this.#fold,
      start: this.#start,
      live: this.#live,
      saved,
      spent: this.#spent,
      costs: this.#costs,
      accuracies: this.#accuracies,
      fault: this.#unreadable?.fault ?? null,
      now: Date.now(),
    });
  }

  #files(): string[] {
    const names = ["run.json", "state.json", "journal.jsonl", "ledger.jsonl", "lock.json", "stages"];
    return names.map((name) => path.join(this.#run.folder, name));
  }

  async #readStart(): Promise<void> {
    const stamp = await stampOf([path.join(this.#run.folder, "run.json")]);
    if (stamp === this.#startStamp) return;
    const parsed = startSchema.safeParse(await this.#run.readDocument("run.json", (value) => value));
    this.#startStamp = stamp;
    if (!parsed.success) return;
    const { benchmarks, configuration } = parsed.data;
    const { target, iterations, budget } = configuration;
    // Where nothing may be taught, as of imported answers to evaluation splits, nothing follows the base.
    const taught = benchmarks?.every((benchmark) => benchmark.target === 0) === true ? [] : iterations;
    this.#start = { target, strategies: taught.map(({ strategy }) => strategy), currency: budget.currency };
  }

  async #readJournal(): Promise<void> {
    const file = path.join(this.#run.folder, "journal.jsonl");
    const read = async (from: LogPosition, fold: RunFold): Promise<{ position: LogPosition; replaced: boolean }> =>
      readNewRecords(file, from, (value) => {
        // Folded as it is read and not kept, so that a long journal costs no memory.
        fold.apply(parseJournalEvent(value));
        return null;
      });
    const from = this.#journal;
    this.#journal = null;
    if (from !== null) {
      const { position, replaced } = await read(from, this.#fold);
      if (!replaced) {
        this.#journal = position;
        return;
      }
    }
    const fold = new RunFold();
    const { position } = await read(logStart, fold);
    this.#fold = fold;
    this.#journal = position;
    this.#stagesStamp = "";
  }

  async #readLedger(): Promise<void> {
    const { records, position, replaced } = await readNewRecords(
      path.join(this.#run.folder, "ledger.jsonl"),
      this.#ledger,
      (value) => {
        const { cached, cost, usage, purpose, stage } = parseLedgerEntry(value);
        const paid = cached ? { calls: 0, cost: 0, tokens: 0 } : { calls: 1, cost: cost ?? 0, tokens: tokensOf(usage) };
        return { ...paid, purpose, stage };
      },
    );
    this.#ledger = position;
    const spent = replaced ? { currency: 0, calls: 0, tokens: 0 } : { ...this.#spent };
    const counts: { [purpose: string]: { made: number; stored: number } } = replaced ? {} : { ...this.#calls };
    const costs = new Map(replaced ? [] : this.#costs);
    for (const { purpose, stage, calls, cost, tokens } of records) {
      if (stage !== undefined && cost > 0) costs.set(stage, (costs.get(stage) ?? 0) + cost);
      const { made, stored } = counts[purpose] ?? { made: 0, stored: 0 };
      counts[purpose] = { made: made + calls, stored: stored + 1 - calls };
      spent.calls += calls;
      spent.currency += cost;
      spent.tokens += tokens;
    }
    this.#spent = spent;
    this.#costs = costs;
    this.#calls = counts;
  }

  /** Mean accuracies by iteration, from the report of the last iteration that has one. */
  async #readAccuracies(): Promise<void> {
    const last = this.#start.strategies.findLastIndex((_, index) => this.isDone(index + 1, "report")) + 1;
    if (last === 0) return;
    const stage = this.#run.stage(last, "report");
    const stamp = `${last} ${await stampOf([path.join(stage.folder, "report.json")])}`;
    if (stamp === this.#accuraciesStamp) return;
    const [report] = await stage.readSoFar("report.json", (value) => value);
    this.#accuraciesStamp = stamp;
    const parsed = reportSchema.safeParse(report);
    if (!parsed.success) return;
    const { benchmarks } = parsed.data;
    this.#accuracies = Array.from({ length: last + 1 }, (_, iteration) =>
      mean(
        benchmarks.flatMap(({ accuracies }) =>
          accuracies.filter((entry) => entry.iteration === iteration).map(({ accuracy }) => accuracy),
        ),
      ),
    );
  }

  /** Stages with results of which the journal knows nothing, as in a folder that was made by hand. */
  async #findStages(): Promise<void> {
    if (this.#fold.stages.size > 0) return;
    const stamp = await stampOf([path.join(this.#run.folder, "stages")]);
    if (stamp === this.#stagesStamp || stamp === "-") return;
    const iterations = Math.max(this.#start.strategies.length, 1);
    const found: { iteration: number; stage: StageName; counts: { readonly [name: string]: number } }[] = [];
    for (let iteration = 0; iteration <= iterations; iteration += 1) {
      for (const stage of stageNames) {
        const manifest = await this.#run.stage(iteration, stage).manifest();
        if (manifest !== null) found.push({ iteration, stage, counts: manifest.counts });
      }
    }
    // All of them or none: what was found once is not looked for again.
    for (const { iteration, stage, counts } of found) this.#fold.found(iteration, stage, counts);
    this.#stagesStamp = stamp;
  }

  /** Whether somebody works on the run. The lock of another machine takes seconds to judge; until then the last answer counts. */
  async #lookAtLock(): Promise<boolean> {
    if ((await stampOf([path.join(this.#run.folder, "lock.json")])) === "-") return false;
    this.#looking ??= this.#run.running().finally(() => (this.#looking = null));
    return Promise.race([this.#looking, sleep(lockPatienceMs, this.#live || this.#fold.state === "running")]);
  }
}

function tokensOf({ promptTokens, completionTokens }: { promptTokens: number; completionTokens: number }): number {
  return promptTokens + completionTokens;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
