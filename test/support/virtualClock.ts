import { cancelledFault, onAbort, type Clock } from "../../src/engine/asking/index.js";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still until nothing else can happen, then jumps to the next sleeper. */
export class VirtualClock implements Clock {
  #now = 1_000_000;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = {
        until: this.#now + ms,
        wake: () => {
          stop();
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      const stop = onAbort(signal, () => {
        this.#sleepers.delete(sleeper);
        reject(cancelledFault());
      });
    });
  }

  /** Sets the clock, back, too. */
  set(now: number): void {
    this.#now = now;
  }

  /** Lets time pass until the work is settled, and resolves as it does. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    work.then(mark, mark);
    for (;;) {
      // Everything that can happen at this moment happens before time goes on.
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (settled) return work;
      const next = [...this.#sleepers].reduce<Sleeper | null>(
        (first, each) => (first === null || each.until < first.until ? each : first),
        null,
      );
      if (next === null) throw new Error("nothing sleeps and the work is not done");
      this.#sleepers.delete(next);
      this.#now = Math.max(this.#now, next.until);
      next.wake();
    }
  }
}
