import { setTimeout as sleep } from "node:timers/promises";
import type { AnswerSetRef } from "../../protocol/worker/benchmarks.js";
import { hasConditions, type CaseFilter } from "../../protocol/worker/caseFilter.js";

/** How long a look may go on counting what a filter shows, in milliseconds. The rest is counted meanwhile. */
const countingTime = 40;
/** When the rest is counted: after what is open has been listed, in milliseconds. */
const pause = 300;
const mostCounts = 2000;

/** What counting needs of the index. */
export interface Counted {
  /** Names what a filter shows of a set as it is now; null while its file is to be read. */
  listKey(ref: AnswerSetRef, filter: CaseFilter): Promise<string | null>;
  countShown(ref: AnswerSetRef, filter: CaseFilter): Promise<number>;
}

/** How many cases a filter lets through, set by set. */
export class Counting {
  readonly #index: Counted;
  readonly #onCounted: () => void;
  readonly #counts = new Map<string, number>();
  #wanted = "";

  /** @param onCounted is called when counts that were asked for and not known are there. */
  constructor(index: Counted, onCounted: () => void) {
    this.#index = index;
    this.#onCounted = onCounted;
  }

  /** Counts in the order of the sets; null where there is nothing to count, or not enough time now. */
  async of(refs: readonly AnswerSetRef[], filter: CaseFilter): Promise<(number | null)[]> {
    this.#wanted = JSON.stringify(filter);
    if (!hasConditions(filter)) return refs.map(() => null);
    const started = performance.now();
    const counts: (number | null)[] = [];
    const later: AnswerSetRef[] = [];
    for (const ref of refs) {
      const name = await this.#index.listKey(ref, filter);
      const known = name === null ? undefined : this.#counts.get(name);
      if (known !== undefined) counts.push(known);
      else if (performance.now() - started < countingTime) counts.push(await this.#count(ref, filter));
      else {
        counts.push(null);
        later.push(ref);
      }
    }
    if (later.length > 0) void this.#countLater(later, filter);
    return counts;
  }

  async #count(ref: AnswerSetRef, filter: CaseFilter): Promise<number> {
    const shown = await this.#index.countShown(ref, filter);
    if (this.#counts.size >= mostCounts) this.#counts.clear();
    const name = await this.#index.listKey(ref, filter);
    if (name !== null) this.#counts.set(name, shown);
    return shown;
  }

  async #countLater(refs: readonly AnswerSetRef[], filter: CaseFilter): Promise<void> {
    const wanted = JSON.stringify(filter);
    await sleep(pause);
    for (const ref of refs) {
      // Nobody waits for the counts of a filter that was changed.
      if (this.#wanted !== wanted) return;
      try {
        await this.#count(ref, filter);
      } catch {
        // What cannot be counted stays uncounted; opening the set says why.
      }
      // Other requests of this thread come in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#onCounted();
  }
}
