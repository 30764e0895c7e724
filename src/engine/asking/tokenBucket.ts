import type { Clock } from "./clock.js";
import { WaitingLine } from "./waitingLine.js";

/**
 * A token bucket with a first-come first-served queue. It holds at most `burst` tokens and gains `perMinute` a minute.
 * An amount above the burst is admitted by a full bucket and leaves a debt, so that a big request is slow, not stuck.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #clock: Clock;
  /** Amounts that are waited for. */
  readonly #line = new WaitingLine<number, void>(() => this.#admit());
  #level: number;
  #filledAt: number;
  #alarm: AbortController | null = null;

  constructor(perMinute: number, burst: number, clock: Clock) {
    this.#perMs = perMinute / 60_000;
    this.#burst = burst;
    this.#clock = clock;
    this.#level = burst;
    this.#filledAt = clock.now();
  }

  /** Waits for its turn and takes the amount. Rejects with the `cancelled` fault when aborted, having taken nothing. */
  async take(amount: number, signal: AbortSignal): Promise<void> {
    await this.#line.wait(amount, signal);
  }

  /** Gives back what a request reserved and did not use; a negative amount charges what it used above that. */
  giveBack(amount: number): void {
    this.#fill();
    this.#level = Math.min(this.#burst, this.#level + amount);
    this.#admit();
  }

  #fill(): void {
    const now = this.#clock.now();
    // A clock that was set back gives nothing and takes nothing.
    const passed = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.#level = Math.min(this.#burst, this.#level + passed * this.#perMs);
  }

  #admit(): void {
    this.#fill();
    for (let { first } = this.#line; first !== undefined; first = this.#line.first) {
      // The tolerance keeps rounding errors from making a waiter sleep for nothing.
      const missing = Math.min(first.wanted, this.#burst) - this.#level;
      if (missing > 1e-6) {
        this.#wakeIn(missing / this.#perMs);
        return;
      }
      this.#line.take();
      this.#level -= first.wanted;
      first.admit();
    }
    this.#alarm?.abort();
    this.#alarm = null;
  }

  #wakeIn(ms: number): void {
    this.#alarm?.abort();
    const alarm = new AbortController();
    this.#alarm = alarm;
    this.#clock.sleep(Math.ceil(ms), alarm.signal).then(
      () => {
        if (this.#alarm !== alarm) return;
        this.#alarm = null;
        this.#admit();
      },
      // Only a replaced alarm is aborted, and its replacement is already set.
      () => undefined,
    );
  }
}
