import type { InstructorState, SampleForm } from "../../src/protocol/panels/instructor.js";
import type { SampleFilter } from "../../src/protocol/worker/sampleFilter.js";
import type { SampleRow, SamplesOverview } from "../../src/protocol/worker/samples.js";
import { memory } from "../shared/host.js";
import type { Chosen } from "../shared/longList.js";
import { RowCache } from "../shared/rowCache.js";
import { figure } from "../shared/words.js";
import type { Host, Page } from "./page.js";
import type { ShownError } from "./shownError.js";

/** How long the cursor rests on a sample before what is expensive about it is asked for, in milliseconds. */
const restMs = 120;

/** How often the places of samples are asked anew where the list changes under the question. */
const mostTries = 3;

/** A range of the list, by the samples at its ends: places change while a run goes on. */
export interface ChosenRange {
  readonly filter: SampleFilter;
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

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
  /** Changes of samples that a person is at. They are remembered with what is selected. */
  forms: () => SampleForm[] = () => [];
  /** Whether the selection has to stay, because what a person typed about it is neither accepted nor cancelled. */
  held: () => boolean = () => false;
  readonly #host: Host;
  readonly #page: Page;
  readonly #error: ShownError;
  readonly #cache = new RowCache<SampleRow>(
    async (from, count) => this.#piece(from, count),
    (total) => this.#listed(total),
  );
  /** The sample at the anchor. */
  #anchor: string | null = null;
  /** The sample at the cursor is not known yet: its row is on its way. */
  #open = true;
  /** The error that is shown though none of its samples is in the list. */
  #errorKey: string | null = null;
  /** The error to be shown, which is on its way where another one still is. */
  #wanted: string | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #overviewAsked = 0;
  /** Whether the host has said what is to be shown. */
  #told: ((state: InstructorState) => void) | null;

  /** `told` hears what the host wants shown when the page begins. */
  constructor(host: Host, page: Page, error: ShownError, told: (state: InstructorState) => void) {
    this.#host = host;
    this.#page = page;
    this.#error = error;
    this.#told = told;
  }

  /** Another iteration, error or sample is to be shown; `open` shows it. */
  take({ error, sample, filter }: InstructorState): void {
    this.#told = null;
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
      const wanted = this.#errorKey;
      if (place !== null) this.#errorKey = null;
      await this.#moveTo(place ?? 0);
      await this.#load(wanted ?? this.#cache.row(this.chosen.cursor)?.error ?? null);
    }, "reading");
  }

  /** Something of what is shown changed: everything is asked again, and nothing jumps. */
  async refresh(): Promise<void> {
    await this.#page.guard(async () => {
      if (!(await this.#readOverview())) return;
      if (this.total === 0 && this.#error.output === null) return this.open();
      await this.#follow();
      // After an undo, the sample at the cursor may be one of another error.
      const row = this.#cache.row(this.chosen.cursor);
      if (row?.id === this.selected) this.#wanted = row.error;
      await this.#load(this.#wanted);
    }, "reading");
  }

  async need(from: number, to: number): Promise<void> {
    await this.#cache.need(from, to);
  }

  /** Moves the cursor in the list. */
  choose(chosen: Chosen): void {
    if (this.#staysFor(chosen.cursor === this.chosen.cursor)) return;
    const sameAnchor = chosen.anchor === this.chosen.anchor && chosen.cursor !== chosen.anchor;
    if (!sameAnchor) this.#anchor = this.#cache.row(chosen.anchor)?.id ?? null;
    this.#errorKey = null;
    this.#setChosen(chosen);
    this.#settle();
    void this.#cache.need(chosen.cursor, chosen.cursor);
  }

  /** What of the list is chosen with Shift; null where it is one sample. */
  async range(): Promise<ChosenRange | null> {
    const { cursor, anchor } = this.chosen;
    if (cursor === anchor || this.#errorKey !== null) return null;
    await Promise.all([this.#cache.need(cursor, cursor), this.#cache.need(anchor, anchor)]);
    const [first, last] = [this.#anchor ?? this.#cache.row(anchor)?.id, this.#cache.row(cursor)?.id];
    if (first === undefined || last === undefined) return null;
    return { filter: this.filter, first, last, count: Math.abs(cursor - anchor) + 1 };
  }

  /** Moves the cursor to a sample of the error that is shown. */
  async chooseSample(id: string): Promise<void> {
    if (this.selected === id && this.chosen.cursor === this.chosen.anchor) return;
    if (this.#staysFor(this.selected === id)) return;
    await this.#page.guard(async () => {
      await this.find(id);
      await this.#error.recompute(this.selected);
    });
  }

  /** Selects a sample, and moves the cursor to where it stands in the list, if it does. */
  async find(id: string): Promise<void> {
    this.selected = id;
    this.#open = false;
    this.#page.changed();
    const place = await this.#place(id, null);
    // The cursor may have been moved since, also to a row that is not known yet.
    if (place !== null && this.selected === id && !this.#open) this.#standAt(place, id);
  }

  async showError(key: string): Promise<void> {
    if (this.#staysFor(false)) return;
    this.#errorKey = key;
    this.selected = null;
    this.#page.changed();
    await this.#page.guard(async () => {
      const place = await this.#place(null, key);
      if (place !== null) {
        this.#errorKey = null;
        await this.#moveTo(place);
      }
      await this.#load(key);
      await this.remember();
    });
  }

  async showIteration(iteration: number): Promise<void> {
    await this.#page.guard(async () => void (await this.#host.call("showIteration", { iteration })));
  }

  async setFilter(filter: SampleFilter): Promise<void> {
    this.filter = filter;
    this.#errorKey = null;
    this.#cache.clear();
    await this.#page.guard(async () => {
      await this.#moveTo(0);
      await this.remember();
      this.#page.say((words) => `${figure(this.total)} ${words.samples}`);
    });
  }

  /** The samples to go on to after a decision about what is chosen, the best first: the list may be another one by then. */
  async ahead(decided: boolean): Promise<readonly SampleRow[]> {
    if (this.#errorKey !== null) return [];
    const { cursor, anchor } = this.chosen;
    const [first, last] = [Math.min(cursor, anchor), Math.max(cursor, anchor)];
    await this.#cache.need(Math.max(0, first - 1), Math.min(last + 1, Math.max(0, this.total - 1)));
    // What was taken back is to be looked at again; of what was decided, the next one.
    const places = decided ? [last + 1, last, first - 1] : [first, last + 1, first - 1];
    return places.flatMap((place) => this.#cache.row(place) ?? []);
  }

  /** Goes to the first of these samples that is in the list. */
  async goOn(ahead: readonly SampleRow[]): Promise<void> {
    const { cursor, anchor } = this.chosen;
    if (this.#errorKey === null)
      this.#setChosen({ cursor: Math.min(cursor, anchor), anchor: Math.min(cursor, anchor) });
    for (const { id, error } of ahead) {
      const place = await this.#place(id, null);
      if (place === null) continue;
      this.#standAt(place, id);
      this.#select(id, error);
      break;
    }
    await this.refresh();
  }

  /** Tells the host, and the page for a reload, what is selected and what is being changed. */
  async remember(): Promise<void> {
    const { state } = await this.#host.call("remember", this.#state());
    memory.set(state);
  }

  /** Whether the selection has to stay; then it is said why. */
  #staysFor(same: boolean): boolean {
    if (same || !this.held()) return false;
    this.#page.say(({ changeOpen }) => changeOpen);
    return true;
  }

  /** Asks again for the list. Rows may have come in or gone above: cursor and anchor stay with their samples. */
  async #follow(): Promise<void> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { chosen, selected } = this;
      const stays = !this.#open && this.#errorKey === null && selected !== null;
      const place = stays ? await this.#place(selected, null) : null;
      if (place !== null) await this.#push(chosen, place);
      // The sample went from the list, and another one stands at the cursor.
      else if (stays && this.chosen === chosen && this.selected === selected && !this.held()) this.#open = true;
      await this.#cache.refresh(this.chosen.cursor, this.chosen.cursor);
      const row = this.#cache.row(this.chosen.cursor);
      if (place === null || row === undefined || row.id === this.selected) return;
    }
  }

  /** Moves the cursor with its sample, and the anchor of a range with its own. */
  async #push(before: Chosen, place: number): Promise<void> {
    const { cursor, anchor } = before;
    const other = cursor === anchor ? place : this.#anchor === null ? null : await this.#place(this.#anchor, null);
    // Moved by the person meanwhile.
    if (this.chosen !== before) return;
    if (place === cursor && other === anchor) return;
    const whole = other !== null && Math.abs(other - place) === Math.abs(cursor - anchor);
    this.chosen = { cursor: place, anchor: whole ? other : place, pushed: true };
    if (whole) return;
    this.#anchor = this.selected;
    this.#page.say(({ listChanged }) => listChanged);
  }

  async #place(sample: string | null, error: string | null): Promise<number | null> {
    return (await this.#host.call("place", { filter: this.filter, sample, error })).place;
  }

  /** Moves the cursor to a place, and selects the sample there. */
  async #moveTo(place: number): Promise<void> {
    this.#anchor = null;
    this.#setChosen({ cursor: place, anchor: place });
    await this.#cache.need(place, place);
    this.#settle();
  }

  #standAt(place: number, id: string): void {
    this.#anchor = id;
    this.chosen = { cursor: place, anchor: place };
    this.#open = false;
    this.#page.changed();
  }

  #setChosen(chosen: Chosen): void {
    this.chosen = chosen;
    this.#open = true;
    this.#page.changed();
  }

  /** Selects what stands at the cursor, once that is known. */
  #settle(): void {
    const row = this.#cache.row(this.chosen.cursor);
    if (!this.#open || this.#errorKey !== null || row === undefined) return;
    this.#open = false;
    if (this.chosen.cursor === this.chosen.anchor) this.#anchor = row.id;
    this.#select(row.id, row.error);
  }

  async #readOverview(): Promise<boolean> {
    const asked = ++this.#overviewAsked;
    const { overview, state } = await this.#host.call("overview", {});
    if (asked !== this.#overviewAsked) return false;
    this.#told?.(state);
    this.overview = overview;
    this.#page.changed();
    memory.set({ ...state, ...this.#state() });
    return true;
  }

  #state(): Pick<InstructorState, "error" | "sample" | "filter" | "forms"> {
    return { error: this.#errorKey, sample: this.selected, filter: this.filter, forms: this.forms() };
  }

  async #piece(from: number, count: number): Promise<{ readonly total: number; readonly rows: SampleRow[] } | null> {
    try {
      return await this.#host.call("page", { filter: this.filter, from, count });
    } catch (thrown) {
      this.#page.fail(thrown, "reading");
      return null;
    }
  }

  #listed(total: number): void {
    this.rows = this.#cache.rows;
    this.total = total;
    const last = Math.max(0, total - 1);
    const { cursor, anchor } = this.chosen;
    if (cursor > last || anchor > last) {
      this.#open ||= cursor > last && !this.held();
      this.chosen = { cursor: Math.min(cursor, last), anchor: Math.min(anchor, last) };
    }
    this.#settle();
    this.#page.changed();
  }

  #select(id: string, error: string | null): void {
    if (id === this.selected) return;
    this.selected = id;
    if (error !== null) this.#wanted = error;
    this.#page.changed();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      void this.#page.guard(async () => {
        await this.remember();
        if (this.selected !== id) return;
        if (error === null || this.#error.output?.key === error) await this.#error.recompute(id);
        else await this.#load(error);
        this.#page.reveal("article.selected");
      }, "reading");
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
