import { cancelledFault } from "./clock.js";

/**
 * Thousands of requests listen to the one signal of a run. Node warns about more than ten listeners of a signal, and
 * listeners that are forgotten there live as long as the run, so each signal gets a single listener and a set of ours.
 */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `listener` once when the signal is aborted, at once when it already is. Returns how to stop listening. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  let known = listeners.get(signal);
  if (known === undefined) {
    const created = new Set<() => void>();
    known = created;
    listeners.set(signal, created);
    signal.addEventListener(
      "abort",
      () => {
        // A set that is walked forgets what is taken out meanwhile: a listener may stop another one.
        for (const each of created) {
          created.delete(each);
          each();
        }
      },
      { once: true },
    );
  }
  // Wrapped, so that one function registered twice is called twice and removed one at a time.
  const entry = (): void => listener();
  known.add(entry);
  const owner = known;
  return () => owner.delete(entry);
}

/** Settles as `work` does, or rejects with the `cancelled` fault as soon as the signal is aborted. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = onAbort(signal, () => reject(cancelledFault()));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop();
  }
}
