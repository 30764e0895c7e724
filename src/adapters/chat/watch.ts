import { cancelledFault, EndpointFault, onAbort } from "../../engine/asking/index.js";
import type { Fault } from "../../engine/fault.js";

export interface WatchLimits {
  /** Longest time without a byte, in milliseconds; null waits until the deadline. */
  readonly idleMs: number | null;
  /** Longest time of the whole call, in milliseconds. */
  readonly deadlineMs: number;
  /** Most bytes of an answer. */
  readonly maxBytes: number;
}

/** How long to wait for the end of a finished stream, so that its connection can be used again. */
const GRACE_MS = 250;

/**
 * Watches one call: ends it when the server falls silent, does not come to an end, or the caller cancels. Why it ended
 * says `endedBy`, because the layers between swallow the reason of an abort.
 */
export class Watch {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #limits: WatchLimits;
  readonly #stop: () => void;
  readonly #deadline: NodeJS.Timeout;
  readonly #idle: NodeJS.Timeout | null;
  #fault: EndpointFault | null = null;
  #bytes = 0;

  constructor(outer: AbortSignal, limits: WatchLimits) {
    this.signal = this.#controller.signal;
    this.#limits = limits;
    this.#stop = onAbort(outer, () => this.#controller.abort());
    this.#deadline = setTimeout(() => this.#end("endless", deadlineMessage(limits.deadlineMs)), limits.deadlineMs);
    const { idleMs } = limits;
    this.#idle = idleMs === null ? null : setTimeout(() => this.#end("silent", silentMessage(idleMs)), idleMs);
  }

  /**
   * Hands each chunk of an answer to `take` and counts it. When `take` returns true the answer is complete: the server
   * has a moment to end the stream itself. Rejects when the connection breaks, the call is ended, or `take` throws.
   */
  async read(body: ReadableStream<Uint8Array>, take: (chunk: Uint8Array) => boolean): Promise<void> {
    const reader = body.getReader();
    let ended = false;
    let grace: NodeJS.Timeout | undefined;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          ended = true;
          return;
        }
        this.#idle?.refresh();
        this.#count(value);
        const fault = this.endedBy();
        if (fault !== null) throw fault;
        // A cancelled reader answers its pending read with the end of the stream.
        if (take(value)) grace ??= setTimeout(() => void reader.cancel(), GRACE_MS);
      }
    } finally {
      clearTimeout(grace);
      // Without this, a connection whose answer nobody reads stays open. A broken one rejects again: known already.
      if (!ended) reader.cancel().catch(() => undefined);
    }
  }

  /** The whole answer as text. */
  async readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
    const decoder = new TextDecoder();
    const pieces: string[] = [];
    if (body !== null) {
      await this.read(body, (chunk) => {
        pieces.push(decoder.decode(chunk, { stream: true }));
        return false;
      });
    }
    return pieces.join("") + decoder.decode();
  }

  /** Why the call was ended; null when it was not. */
  endedBy(): Fault | null {
    return this.#fault ?? (this.signal.aborted ? cancelledFault() : null);
  }

  close(): void {
    clearTimeout(this.#deadline);
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#stop();
  }

  #count(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#limits.maxBytes) {
      this.#end("endless", `The server sent more than the ${this.#limits.maxBytes} bytes that an answer may have.`);
    }
  }

  #end(trouble: "silent" | "endless", message: string): void {
    this.#fault ??= new EndpointFault(trouble, message, {
      retry: "yes",
      remedy:
        trouble === "silent"
          ? "Check whether the server is overloaded, or allow a longer silence (idleMs) for this endpoint."
          : "Check the server, set maxTokens, or allow more time (deadlineMs) for this endpoint.",
    });
    this.#controller.abort();
  }
}

function silentMessage(ms: number): string {
  return `The server sent nothing for ${ms / 1000} s.`;
}

function deadlineMessage(ms: number): string {
  return `The server did not finish its answer within ${ms / 1000} s.`;
}
