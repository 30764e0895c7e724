import { Fault } from "../fault.js";

/** Time as a port: pacing, retries and the times that people read. No result depends on it. */
export interface Clock {
  /** Milliseconds since some fixed moment; the node implementation counts from 1970-01-01 UTC. */
  now(): number;
  /** Resolves after `ms` milliseconds. Rejects with a fault of kind `cancelled` as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The fault of everything that ends because its signal was aborted. */
export function cancelledFault(): Fault {
  return new Fault("cancelled", "The work was cancelled.");
}
