import { stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { logStart, readNewRecords, type LogPosition } from "../../adapters/store/index.js";
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

const startSchema = z.object({
  configuration: z.object({
    target: z.string(),
    iterations: z.array(z.object({ strategy: z.string() })),
    budget: z.object({ currency: z.string() }),
  }),
});

const reportSchema = z.object({
  benchmarks: z.array(z.object({ accuracies: z.array(z.object({ iteration: z.number(), accuracy: z.number() })) })),
});

/**
 * One run as it goes: reads what its files got since the last look and keeps a fold of it, never the events. Nothing is
 * written, no lock is taken.
 */
export class RunFollower {
  readonly #run: RunReader;
  #fold = new RunFold();
  #journal: LogPosition = logStart;
  #ledger: LogPosition = logStart;
  #spent = { currency: 0, calls: 0, tokens: 0 };
  #costs: ReadonlyMap<string, number> = new Map();
  #calls: CallCounts = {};
  #start: RunStart = { target: "", strategies: [], currency: "USD" };
  #startStamp = "";
  #accuracies: readonly (number | null)[] = [];
  #accuraciesAt = -1;
  #stagesStamp = "";
  #live = false;
  #looking: Promise<boolean> | null = null;
  #fault: { readonly fault: FaultView; readonly stamp: string } | null = null;

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
    const stamp = await stampOf(path.join(this.#run.folder, "journal.jsonl"));
    if (this.#fault?.stamp !== stamp) this.#fault = null;
    let saved: RunState | null = null;
    if (this.#fault === null) {
      try {
        await this.#readStart();
        await this.#readJournal();
        await this.#readLedger();
        await this.#readAccuracies();
        await this.#findStages();
        this.#live = await this.#lookAtLock();
        // It may have ended between the two looks; what it wrote before it gave the lock back is there now.
        if (this.#fold.state === "running" && !this.#live) await this.#readJournal();
        const untold = this.#fold.state === "new" || (this.#fold.state === "running" && !this.#live);
        if (untold) saved = await this.#run.readDocument("state.json", parseState);
      } catch (thrown) {
        this.#fault = {
          fault: toFaultView(toFault(thrown, { kind: "storage", remedy: "Check that the run's folder can be read." })),
          stamp,
        };
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
      fault: this.#fault?.fault ?? null,
      now: Date.now(),
    });
  }

  async #readStart(): Promise<void> {
    const stamp = await stampOf(path.join(this.#run.folder, "run.json"));
    if (stamp === this.#startStamp) return;
    this.#startStamp = stamp;
    const parsed = startSchema.safeParse(await this.#run.readDocument("run.json", (value) => value));
    if (!parsed.success) return;
    const { target, iterations, budget } = parsed.data.configuration;
    this.#start = { target, strategies: iterations.map(({ strategy }) => strategy), currency: budget.currency };
  }

  async #readJournal(): Promise<void> {
    const file = path.join(this.#run.folder, "journal.jsonl");
    const read = async (from: LogPosition, fold: RunFold): Promise<{ position: LogPosition; replaced: boolean }> =>
      readNewRecords(file, from, (value) => {
        // Folded as it is read and not kept, so that a long journal costs no memory.
        fold.apply(parseJournalEvent(value));
        return null;
      });
    const { position, replaced } = await read(this.#journal, this.#fold);
    this.#journal = position;
    if (!replaced) return;
    this.#fold = new RunFold();
    this.#journal = (await read(logStart, this.#fold)).position;
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
    if (last === 0 || this.#accuraciesAt === last) return;
    this.#accuraciesAt = last;
    const [report] = await this.#run.stage(last, "report").readSoFar("report.json", (value) => value);
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
    const stamp = await stampOf(path.join(this.#run.folder, "stages"));
    if (stamp === this.#stagesStamp || stamp === "-") return;
    this.#stagesStamp = stamp;
    const iterations = Math.max(this.#start.strategies.length, 1);
    for (let iteration = 0; iteration <= iterations; iteration += 1) {
      for (const stage of stageNames) {
        const manifest = await this.#run.stage(iteration, stage).manifest();
        if (manifest !== null) this.#fold.found(iteration, stage, manifest.counts);
      }
    }
  }

  /** Whether somebody works on the run. The lock of another machine takes seconds to judge; until then the last answer counts. */
  async #lookAtLock(): Promise<boolean> {
    if ((await stampOf(path.join(this.#run.folder, "lock.json"))) === "-") return false;
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

async function stampOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(file);
    return `${size}:${mtimeMs}:${ino}`;
  } catch {
    // Whoever reads the file tells what is wrong with it; one that is absent is no fault here.
    return "-";
  }
}
