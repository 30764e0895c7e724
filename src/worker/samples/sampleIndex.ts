import path from "node:path";
import { DecisionStore } from "../../adapters/decisions/index.js";
import {
  logStart,
  readNewRecords,
  readRecordAt,
  stampOf,
  type LogPosition,
  type RecordPlace,
} from "../../adapters/store/index.js";
import { parseLedgerEntry } from "../../engine/asking/index.js";
import { applyReviews, type SampleReview } from "../../engine/errors/index.js";
import { Fault } from "../../engine/fault.js";
import { parseCall, parseGated, type CallRecord, type GatedRecord } from "../../engine/iteration/index.js";
import type { ProjectStore, RunReader } from "../../engine/store/index.js";
import { oneLine } from "../../protocol/safeText.js";
import type { SampleFilter, SampleRow } from "../../protocol/worker/index.js";

/** What lists need of one sample; the record itself stays in its file. */
export interface IndexedSample {
  readonly id: string;
  readonly benchmark: string;
  readonly source: string;
  readonly round: number;
  readonly call: number | null;
  readonly index: number;
  readonly question: string;
  readonly kept: boolean;
  readonly droppedBy: string | null;
  readonly reason: string;
  readonly verification: SampleRow["verification"];
  readonly place: RecordPlace;
}

/** One call, without its text. */
export interface IndexedCall {
  readonly benchmark: string;
  readonly error: string;
  readonly round: number;
  readonly number: number;
  readonly asked: number;
  readonly parsed: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly estimated: boolean;
  readonly place: RecordPlace;
}

type Reviews = ReturnType<typeof applyReviews>;

interface ErrorSummary {
  readonly calls: IndexedCall[];
  readonly samples: IndexedSample[];
}

/** A file of records, read where it was left off. */
class Followed<T, K> {
  readonly #file: string;
  readonly #parse: (value: unknown) => T;
  readonly #keep: (record: T, place: RecordPlace) => K;
  #position: LogPosition = logStart;
  #stamp = "";
  entries: K[] = [];

  constructor(file: string, parse: (value: unknown) => T, keep: (record: T, place: RecordPlace) => K) {
    this.#file = file;
    this.#parse = parse;
    this.#keep = keep;
  }

  /** Reads what is new; true when there was something. */
  async refresh(): Promise<boolean> {
    const stamp = await stampOf([this.#file]);
    if (stamp === this.#stamp) return false;
    const { records, position, replaced } = await readNewRecords(this.#file, this.#position, (value, place) =>
      this.#keep(this.#parse(value), place),
    );
    // Pushed one by one: a spread of a hundred thousand arguments is more than a call may have.
    if (replaced) this.entries = [];
    for (const record of records) this.entries.push(record);
    this.#position = position;
    this.#stamp = stamp;
    return records.length > 0 || replaced;
  }

  async at(place: RecordPlace): Promise<T> {
    return readRecordAt(this.#file, place, this.#parse);
  }
}

/** Answers and samples of one iteration of a run, indexed as their files grow, and a person's decisions about them. */
export class SampleIndex {
  readonly run: RunReader;
  readonly iteration: number;
  readonly #store: ProjectStore;
  readonly #calls: Followed<CallRecord, IndexedCall>;
  readonly #samples: Followed<GatedRecord, IndexedSample>;
  readonly #lists = new Map<string, readonly IndexedSample[]>();
  #byId = new Map<string, IndexedSample>();
  #byError = new Map<string, ErrorSummary>();
  #ordered: readonly IndexedSample[] = [];
  #reviews: Reviews = applyReviews([]);
  #reviewStamp = "";
  #refreshing: Promise<void> = Promise.resolve();

  constructor(store: ProjectStore, run: RunReader, iteration: number) {
    this.#store = store;
    this.run = run;
    this.iteration = iteration;
    const { folder } = run.stage(iteration, "instruct");
    this.#calls = new Followed(path.join(folder, "calls.jsonl"), parseCall, indexedCall);
    this.#samples = new Followed(path.join(folder, "gated.jsonl"), parseGated, indexedSample);
  }

  get calls(): readonly IndexedCall[] {
    return this.#calls.entries;
  }

  /** In the order in which they were planned. */
  get samples(): readonly IndexedSample[] {
    return this.#ordered;
  }

  /** Keys of errors with answers or samples, in the order of the calls. */
  get errors(): readonly string[] {
    return [...this.#byError.keys()];
  }

  get isEmpty(): boolean {
    return this.#byError.size === 0;
  }

  /** Reads what the files got since the last time. */
  async refresh(): Promise<void> {
    this.#refreshing = this.#refreshing
      // What failed is told to whoever asked, and tried again by the next one.
      .catch(() => undefined)
      .then(async () => this.#refresh());
    return this.#refreshing;
  }

  review(sample: string): SampleReview | null {
    return this.#reviews.bySample.get(sample) ?? null;
  }

  get reviewFinished(): boolean {
    return this.#reviews.finished(this.run.id, this.iteration);
  }

  /** What is in force: the person's decision, else that of the gates. */
  isKept({ id, kept }: IndexedSample): boolean {
    const review = this.review(id);
    return review === null ? kept : review.decision === "accept";
  }

  sample(id: string): IndexedSample {
    const found = this.#byId.get(id);
    if (found !== undefined) return found;
    throw new Fault("usage", "The run has no such sample any more.", {
      found: id,
      remedy: "Its instruct stage was run anew; choose a sample of the list.",
    });
  }

  ofError(key: string): ErrorSummary {
    return this.#byError.get(key) ?? { calls: [], samples: [] };
  }

  async sampleRecord({ place }: IndexedSample): Promise<GatedRecord> {
    return this.#samples.at(place);
  }

  async callRecord({ place }: IndexedCall): Promise<CallRecord> {
    return this.#calls.at(place);
  }

  /** The samples that a filter leaves, in their order. */
  list(filter: SampleFilter): readonly IndexedSample[] {
    const key = JSON.stringify(filter);
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = this.#ordered.filter((sample) => this.#passes(sample, filter));
      this.#lists.set(key, list);
    }
    return list;
  }

  row(sample: IndexedSample): SampleRow {
    const { id, source, question, droppedBy, reason, verification } = sample;
    const review = this.review(id);
    return {
      id,
      error: source,
      question: review?.draft == null ? question : preview(review.draft.question),
      kept: this.isKept(sample),
      droppedBy,
      reason,
      verification,
      review: review?.decision ?? null,
      edited: review?.draft != null,
    };
  }

  #passes(sample: IndexedSample, { state, gate }: SampleFilter): boolean {
    if (gate !== null && sample.droppedBy !== gate) return false;
    switch (state) {
      case "all":
        return true;
      case "kept":
        return this.isKept(sample);
      case "dropped":
        return !this.isKept(sample);
      case "open":
        return this.review(sample.id) === null;
      case "reviewed":
        return this.review(sample.id) !== null;
    }
  }

  async #refresh(): Promise<void> {
    const [calls, samples, reviews] = [
      await this.#calls.refresh(),
      await this.#samples.refresh(),
      await this.#readReviews(),
    ];
    if (!calls && !samples && !reviews) return;
    if (samples || calls) this.#arrange();
    this.#lists.clear();
  }

  #arrange(): void {
    const calls = [...this.#calls.entries].sort(planned((call) => [call.benchmark, call.round, call.number, 0]));
    this.#ordered = [...this.#samples.entries].sort(
      planned((sample) => [sample.benchmark, sample.round, sample.call ?? Number.MAX_SAFE_INTEGER, sample.index]),
    );
    this.#byId = new Map(this.#ordered.map((sample) => [sample.id, sample]));
    const byError = new Map<string, ErrorSummary>();
    const of = (key: string): ErrorSummary => {
      const summary = byError.get(key) ?? { calls: [], samples: [] };
      byError.set(key, summary);
      return summary;
    };
    for (const call of calls) of(call.error).calls.push(call);
    for (const sample of this.#ordered) of(sample.source).samples.push(sample);
    this.#byError = byError;
  }

  async #readReviews(): Promise<boolean> {
    const { review } = new DecisionStore(this.#store);
    const stamp = await stampOf([review.file]);
    if (stamp === this.#reviewStamp) return false;
    this.#reviews = applyReviews(await review.read());
    this.#reviewStamp = stamp;
    return true;
  }
}

/** What a run spent, read as its ledger grows. */
export class Spending {
  readonly #ledger: Followed<ReturnType<typeof parseLedgerEntry>, number>;
  #counted = 0;
  #sum = 0;

  constructor(run: Pick<RunReader, "folder">) {
    this.#ledger = new Followed(path.join(run.folder, "ledger.jsonl"), parseLedgerEntry, ({ cached, cost }) =>
      cached ? 0 : (cost ?? 0),
    );
  }

  async spent(): Promise<number> {
    await this.#ledger.refresh();
    const { entries } = this.#ledger;
    if (entries.length < this.#counted) [this.#counted, this.#sum] = [0, 0];
    for (; this.#counted < entries.length; this.#counted += 1) this.#sum += entries[this.#counted] ?? 0;
    return this.#sum;
  }
}

function indexedCall(record: CallRecord, place: RecordPlace): IndexedCall {
  const { benchmark, error, round, number, asked, drafts, promptTokens, completionTokens, estimated = false } = record;
  const parsed = Math.min(asked, drafts.length);
  return { benchmark, error, round, number, asked, parsed, promptTokens, completionTokens, estimated, place };
}

function indexedSample({ sample, gates, kept }: GatedRecord, place: RecordPlace): IndexedSample {
  const { id, benchmark, draft, lineage } = sample;
  const dropped = gates.find(({ passed }) => !passed) ?? null;
  return {
    id,
    benchmark,
    source: lineage.source,
    round: lineage.round,
    call: lineage.call,
    index: lineage.index,
    question: preview(draft.question),
    kept,
    droppedBy: dropped?.gate ?? null,
    reason: oneLine(dropped?.reason ?? "", 200),
    verification: gates.find(({ verification }) => verification !== null)?.verification ?? null,
    place,
  };
}

function preview(question: string): string {
  return oneLine(question, 160);
}

function planned<T>(keyOf: (item: T) => readonly [string, number, number, number]): (a: T, b: T) => number {
  return (left, right) => {
    const [a, b] = [keyOf(left), keyOf(right)];
    if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
    return a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
  };
}
