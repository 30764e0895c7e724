import type { InstructorState } from "../../src/protocol/panels/instructor.js";
import type { SampleFilter, SampleRow, SamplesOverview } from "../../src/protocol/worker/samples.js";
import { memory } from "../shared/host.js";
import { figure } from "../shared/words.js";
import type { Host, Page } from "./page.js";
import { RowCache } from "./rowCache.js";
import type { Chosen } from "./sampleList.js";
import type { ShownError } from "./shownError.js";

/** How long the cursor rests on a sample before what is expensive about it is asked for, in milliseconds. */
const restMs = 120;

/** The samples that are listed, which of them are chosen, and the figures about all of them. The error follows the cursor. */
export class ShownSamples {
  overview: SamplesOverview | null = null;
  filter: SampleFilter = { state: "all", gate: null };
  /** Samples that the filter lets through. */
  total = 0;
  /** Those of them that are known, by place. */
  rows: ReadonlyMap<number, SampleRow> = new Map();
  chosen: Chosen = { cursor: 0, anchor: 0 };
  /** The sample at the cursor, or the one of the shown error that was chosen beside the list. */
  selected: string | null = null;
  readonly #host: Host;
  readonly #page: Page;
  readonly #error: ShownError;
  readonly #cache = new RowCache(
    async (from, count) => this.#piece(from, count),
    (total) => this.#listed(total),
  );
  /** The error that is shown though none of its samples is in the list. */
  #errorKey: string | null = null;
  /** The error to be shown, which is on its way where another one still is. */
  #wanted: string | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #overviewAsked = 0;
  /** Whether the host has said what is to be shown. */
  #told = false;

  constructor(host: Host, page: Page, error: ShownError) {
    this.#host = host;
    this.#page = page;
    this.#error = error;
  }

  /** What of the list is chosen with Shift; null where it is one sample. */
  get range(): { readonly filter: SampleFilter; readonly from: number; readonly to: number } | null {
    const { cursor, anchor } = this.chosen;
    return cursor === anchor || this.#errorKey !== null ? null : { filter: this.filter, from: anchor, to: cursor };
  }

  /** Another iteration, error or sample is to be shown; `open` shows it. */
  take({ error, sample, filter }: InstructorState): void {
    this.#told = true;
    this.#errorKey = error;
    this.#wanted = error;
    this.selected = sample;
    this.filter = filter;
    this.#error.clear();
  }

  /** Shows what the host wants shown: figures, list, and the error of the chosen sample. */
  async open(): Promise<void> {
    await this.#page.guard(async () => {
      if (!(await this.#readOverview())) return;
      this.#cache.clear();
      const place = await this.#place(this.selected, this.#errorKey);
      const cursor = place ?? 0;
      this.#moveTo(cursor);
      await this.#cache.need(cursor, cursor);
      const wanted = this.#errorKey ?? this.rows.get(cursor)?.error ?? null;
      if (place !== null || this.#errorKey === null) this.#select(this.rows.get(cursor));
      await this.#load(wanted);
    });
  }

  /** Something of what is shown changed: everything is asked again, and nothing jumps. */
  async refresh(): Promise<void> {
    await this.#page.guard(async () => {
      if (!(await this.#readOverview())) return;
      if (this.total === 0 && this.#error.output === null) return this.open();
      await this.#cache.refresh(this.chosen.cursor, this.chosen.cursor);
      // After an undo, the sample at the cursor may be one of another error.
      const row = this.rows.get(this.chosen.cursor);
      if (row !== undefined && row.id === this.selected) this.#wanted = row.error;
      await this.#load(this.#wanted);
    });
  }

  async need(from: number, to: number): Promise<void> {
    await this.#cache.need(from, to);
  }

  /** Moves the cursor in the list. */
  choose(chosen: Chosen): void {
    this.chosen = chosen;
    this.#errorKey = null;
    this.#page.changed();
    const row = this.rows.get(chosen.cursor);
    if (row === undefined) void this.#cache.need(chosen.cursor, chosen.cursor);
    else this.#select(row);
  }

  /** Moves the cursor to a sample of the error that is shown. */
  async chooseSample(id: string): Promise<void> {
    if (this.selected === id && this.chosen.cursor === this.chosen.anchor) return;
    await this.#page.guard(async () => {
      await this.find(id);
      await this.#error.recompute(this.selected);
    });
  }

  /** Selects a sample, and moves the cursor to where it stands in the list, if it does. */
  async find(id: string): Promise<void> {
    this.selected = id;
    this.#page.changed();
    const place = await this.#place(id, null);
    // The cursor may have been moved since.
    if (place !== null && this.selected === id) this.#moveTo(place);
  }

  async showError(key: string): Promise<void> {
    this.#errorKey = key;
    this.selected = null;
    this.#page.changed();
    await this.#page.guard(async () => {
      const place = await this.#place(null, key);
      if (place !== null) {
        this.#moveTo(place);
        await this.#cache.need(place, place);
        this.selected = this.rows.get(place)?.id ?? null;
      }
      await this.#load(key);
      await this.#remember();
    });
  }

  async showIteration(iteration: number): Promise<void> {
    await this.#page.guard(async () => void (await this.#host.call("showIteration", { iteration })));
  }

  async setFilter(filter: SampleFilter): Promise<void> {
    this.filter = filter;
    this.#errorKey = null;
    this.#cache.clear();
    this.#moveTo(0);
    await this.#page.guard(async () => {
      await this.#cache.need(0, 0);
      await this.#remember();
      this.#page.say((words) => `${figure(this.total)} ${words.samples}`);
    });
  }

  /**
   * After a decision about what was chosen. Where decided samples stay in the list, the next one is to be looked at; where
   * they leave it, it comes by itself.
   */
  async goOn({ cursor, anchor }: Chosen, decided: boolean): Promise<void> {
    const stays = this.filter.state === "all" || this.filter.state === "reviewed";
    const next = Math.max(cursor, anchor) + 1;
    if (stays && this.#errorKey === null && decided && next < this.total) {
      this.#moveTo(next);
      await this.#cache.need(next, next);
      this.#select(this.rows.get(next));
    } else {
      this.#moveTo(Math.min(cursor, anchor));
    }
    await this.refresh();
  }

  async #place(sample: string | null, error: string | null): Promise<number | null> {
    return (await this.#host.call("place", { filter: this.filter, sample, error })).place;
  }

  #moveTo(place: number): void {
    this.chosen = { cursor: place, anchor: place };
    this.#page.changed();
  }

  async #readOverview(): Promise<boolean> {
    const asked = ++this.#overviewAsked;
    const { overview, state } = await this.#host.call("overview", {});
    if (asked !== this.#overviewAsked) return false;
    if (!this.#told) this.take(state);
    this.overview = overview;
    this.#page.changed();
    memory.set({ ...state, ...this.#state() });
    return true;
  }

  async #remember(): Promise<void> {
    const { state } = await this.#host.call("remember", this.#state());
    memory.set(state);
  }

  #state(): Pick<InstructorState, "error" | "sample" | "filter"> {
    return { error: this.#errorKey, sample: this.selected, filter: this.filter };
  }

  async #piece(from: number, count: number): Promise<{ readonly total: number; readonly rows: SampleRow[] } | null> {
    try {
      return await this.#host.call("page", { filter: this.filter, from, count });
    } catch (thrown) {
      this.#page.fail(thrown);
      return null;
    }
  }

  #listed(total: number): void {
    this.rows = this.#cache.rows;
    this.total = total;
    const last = Math.max(0, total - 1);
    const { cursor, anchor } = this.chosen;
    if (cursor > last || anchor > last)
      this.chosen = { cursor: Math.min(cursor, last), anchor: Math.min(anchor, last) };
    this.#page.changed();
    // After a decision another sample may stand at the cursor.
    if (this.#errorKey === null) this.#select(this.rows.get(this.chosen.cursor));
  }

  #select(row: SampleRow | undefined): void {
    if (row === undefined || row.id === this.selected) return;
    this.selected = row.id;
    this.#wanted = row.error;
    this.#page.changed();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      void this.#page.guard(async () => {
        await this.#remember();
        if (this.#error.output?.key === row.error) await this.#error.recompute(this.selected);
        else await this.#load(row.error);
        this.#page.reveal("article.selected");
      });
    }, restMs);
  }

  async #load(key: string | null): Promise<void> {
    this.#wanted = key;
    if (!(await this.#error.load(key))) return;
    this.#wanted ??= this.#error.output?.key ?? null;
    this.selected ??= this.#error.output?.samples[0]?.id ?? null;
    await this.#error.recompute(this.selected);
  }
}
