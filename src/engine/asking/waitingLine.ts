import type { Fault } from "../fault.js";
import { onAbort } from "./abort.js";
import { cancelledFault } from "./clock.js";

/** Somebody who waits for what they want. */
export interface Waiter<Wanted, Granted> {
  readonly wanted: Wanted;
  readonly admit: (granted: Granted) => void;
  readonly refuse: (fault: Fault) => void;
}

/** A queue, first come first served, that whoever is aborted leaves. */
export class WaitingLine<Wanted, Granted> {
  readonly #waiting: Waiter<Wanted, Granted>[] = [];
  readonly #serve: () => void;

  /** `serve` looks at the first ones; it is called when somebody comes, and when somebody leaves, who may have been in the way. */
  constructor(serve: () => void) {
    this.#serve = serve;
  }

  get first(): Waiter<Wanted, Granted> | undefined {
    return this.#waiting[0];
  }

  /** Takes the first one out of the queue, who is admitted or refused. */
  take(): void {
    this.#waiting.shift();
  }

  /** Resolves with what was granted. Rejects with the fault of a refusal, and with the `cancelled` one when aborted. */
  async wait(wanted: Wanted, signal: AbortSignal): Promise<Granted> {
    if (signal.aborted) throw cancelledFault();
    return new Promise<Granted>((resolve, reject) => {
      let stop: () => void = () => undefined;
      const waiter: Waiter<Wanted, Granted> = {
        wanted,
        admit: (granted) => {
          stop();
          resolve(granted);
        },
        refuse: (fault) => {
          stop();
          reject(fault);
        },
      };
      this.#waiting.push(waiter);
      stop = onAbort(signal, () => {
        const at = this.#waiting.indexOf(waiter);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        reject(cancelledFault());
        this.#serve();
      });
      this.#serve();
    });
  }
}
