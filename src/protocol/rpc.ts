import * as z from "zod/mini";
import { faultView, type FaultView } from "./fault.js";
import { RequestFault } from "./requestFault.js";

/**
 * Typed requests, replies and events over a channel of messages: between the extension host and its engine worker, and
 * between the extension host and a webview. What arrives is checked by schema on both sides, because a webview is no more
 * to be trusted than a server. Imports nothing of the product but the protocol.
 */

/** A request: what is asked and what is answered. */
export interface Method {
  readonly params: z.ZodMiniType;
  readonly result: z.ZodMiniType;
}

/** What one side answers (`requests`) and what it says unasked (`events`). */
export interface Contract {
  readonly requests: { readonly [name: string]: Method };
  readonly events: { readonly [name: string]: z.ZodMiniType };
}

export type RequestName<C extends Contract> = keyof C["requests"] & string;
export type EventName<C extends Contract> = keyof C["events"] & string;
export type Params<C extends Contract, M extends RequestName<C>> = z.output<C["requests"][M]["params"]>;
export type Result<C extends Contract, M extends RequestName<C>> = z.output<C["requests"][M]["result"]>;
export type EventData<C extends Contract, E extends EventName<C>> = z.output<C["events"][E]>;

/** What a handler may use beside its parameters. */
export interface Call {
  /** Aborted when the asker cancels or goes away. */
  readonly signal: AbortSignal;
}

export type Handlers<C extends Contract> = {
  readonly [M in RequestName<C>]: (params: Params<C, M>, call: Call) => Promise<Result<C, M>>;
};

/** The other end of a wire: a worker's port, a webview, a window. */
export interface Channel {
  post(message: unknown): void;
  /** Calls the listener with each message that arrives; returns what stops it. */
  listen(listener: (message: unknown) => void): () => void;
}

const envelope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("request"), id: z.number(), method: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal("reply"), id: z.number(), result: z.unknown() }),
  z.object({ kind: z.literal("fault"), id: z.number(), fault: faultView }),
  z.object({ kind: z.literal("cancel"), id: z.number() }),
  z.object({ kind: z.literal("event"), name: z.string(), data: z.unknown() }),
  z.object({ kind: z.literal("stray"), fault: faultView }),
]);
type Envelope = z.output<typeof envelope>;

interface Pending {
  readonly method: string;
  readonly settle: (outcome: { readonly result: unknown } | { readonly fault: FaultView }) => void;
}

export interface PeerOptions<Remote extends Contract, Own extends Contract> {
  /** What the other side answers and says. */
  readonly remote: Remote;
  /** What this side answers and says. */
  readonly own: Own;
  readonly handlers: Handlers<Own>;
  /** Makes a fault that can be shown of what a handler threw. */
  readonly describe: (thrown: unknown) => FaultView;
  /** Gets what could not be understood, by this side or by the other: an unknown message never stops the peer. */
  readonly onStray: (fault: FaultView) => void;
  /**
   * Number of the first request. A page that is made anew talks to the host that its predecessor talked to: where it began
   * with the same numbers, an answer to the one would end a request of the other.
   */
  readonly firstRequest?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds after which the call ends with a fault; without it, it may take as long as it takes. */
  readonly timeoutMs?: number;
}

/** One end of a conversation. Each request settles: with a result, a fault, or the end of the peer. */
export class Peer<Remote extends Contract, Own extends Contract> {
  readonly #channel: Channel;
  readonly #options: PeerOptions<Remote, Own>;
  readonly #pending = new Map<number, Pending>();
  readonly #running = new Map<number, AbortController>();
  readonly #listeners = new Map<string, Set<(data: unknown) => void>>();
  readonly #stopListening: () => void;
  #next: number;
  #closed: FaultView | null = null;

  constructor(channel: Channel, options: PeerOptions<Remote, Own>) {
    this.#channel = channel;
    this.#options = options;
    this.#next = options.firstRequest ?? 1;
    this.#stopListening = channel.listen((message) => this.#receive(message));
  }

  /** Asks the other side. Rejects with `RequestFault`. */
  call<M extends RequestName<Remote>>(
    method: M,
    params: Params<Remote, M>,
    { signal, timeoutMs }: CallOptions = {},
  ): Promise<Result<Remote, M>> {
    const definition = this.#options.remote.requests[method];
    return new Promise((resolve, reject) => {
      const fail = (fault: FaultView): void => reject(new RequestFault(fault));
      if (definition === undefined) return fail(wireFault(`There is no request ${method}.`));
      if (this.#closed !== null) return fail(this.#closed);
      if (signal?.aborted === true) return fail(cancelledFault);
      const id = this.#next++;
      const cancel = (fault: FaultView): void => {
        this.#post({ kind: "cancel", id });
        this.#pending.get(id)?.settle({ fault });
      };
      const onAbort = (): void => cancel(cancelledFault);
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => cancel(wireFault(`No answer to ${method} in ${timeoutMs / 1000} s.`)), timeoutMs);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(id, {
        method,
        settle: (outcome) => {
          this.#pending.delete(id);
          clearTimeout(timer);
          signal?.removeEventListener("abort", onAbort);
          if ("fault" in outcome) return fail(outcome.fault);
          const parsed = definition.result.safeParse(outcome.result);
          if (parsed.success) resolve(parsed.data as Result<Remote, M>);
          else fail(wireFault(`The answer to ${method} has the wrong form: ${problem(parsed.error)}.`));
        },
      });
      try {
        this.#channel.post({ kind: "request", id, method, params } satisfies Envelope);
      } catch (thrown) {
        this.#pending.get(id)?.settle({ fault: this.#options.describe(thrown) });
      }
    });
  }

  /** Says something unasked; the other side may not listen. */
  say<E extends EventName<Own>>(name: E, data: EventData<Own, E>): void {
    this.#post({ kind: "event", name, data });
  }

  /** Listens to what the other side says; returns what stops it. */
  on<E extends EventName<Remote>>(name: E, listener: (data: EventData<Remote, E>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    const own = (data: unknown): void => listener(data as EventData<Remote, E>);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  /** Tells the other side, which has a log, what of its messages could not be understood. */
  report(fault: FaultView): void {
    this.#post({ kind: "stray", fault });
  }

  /** Ends the peer: what is under way ends with this fault, what is running for the other side is aborted. */
  close(fault: FaultView = wireFault("The connection was closed.")): void {
    if (this.#closed !== null) return;
    this.#closed = fault;
    this.#stopListening();
    for (const pending of [...this.#pending.values()]) pending.settle({ fault });
    for (const controller of this.#running.values()) controller.abort();
    this.#listeners.clear();
  }

  #post(message: Envelope): void {
    if (this.#closed === null) this.#channel.post(message);
  }

  #receive(message: unknown): void {
    const parsed = envelope.safeParse(message);
    if (!parsed.success)
      return this.#options.onStray(wireFault(`A message of an unknown form: ${problem(parsed.error)}.`));
    const data = parsed.data;
    switch (data.kind) {
      case "request":
        void this.#answer(data.id, data.method, data.params);
        return;
      case "reply":
        this.#pending.get(data.id)?.settle({ result: data.result });
        return;
      case "fault":
        this.#pending.get(data.id)?.settle({ fault: data.fault });
        return;
      case "cancel":
        this.#running.get(data.id)?.abort();
        return;
      case "event":
        this.#hear(data.name, data.data);
        return;
      case "stray":
        this.#options.onStray(wireFault(`The other side says: ${data.fault.message}`));
    }
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const { own, handlers } = this.#options;
      const definition = Object.hasOwn(own.requests, method) ? own.requests[method] : undefined;
      const parsed = definition?.params.safeParse(params);
      if (parsed === undefined) throw new RequestFault(wireFault(`There is no request ${method}.`));
      if (!parsed.success) {
        throw new RequestFault(wireFault(`The request ${method} has the wrong form: ${problem(parsed.error)}.`));
      }
      const handler = handlers[method as RequestName<Own>];
      // The schema of this very method has just accepted the parameters.
      const result = await handler(parsed.data as Params<Own, RequestName<Own>>, { signal: controller.signal });
      this.#post({ kind: "reply", id, result });
    } catch (thrown) {
      const fault = thrown instanceof RequestFault ? thrown.fault : this.#options.describe(thrown);
      this.#post({ kind: "fault", id, fault });
    } finally {
      this.#running.delete(id);
    }
  }

  #hear(name: string, data: unknown): void {
    const { events } = this.#options.remote;
    const schema = Object.hasOwn(events, name) ? events[name] : undefined;
    const parsed = schema?.safeParse(data);
    if (parsed === undefined) return this.#options.onStray(wireFault(`There is no event ${name}.`));
    if (!parsed.success)
      return this.#options.onStray(wireFault(`The event ${name} has the wrong form: ${problem(parsed.error)}.`));
    for (const listener of this.#listeners.get(name) ?? []) listener(parsed.data);
  }
}

const cancelledFault: FaultView = { kind: "cancelled", message: "The work was cancelled." };

function wireFault(message: string): FaultView {
  return { kind: "internal", message };
}

function problem(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "invalid" : `${issue.path.map(String).join(".") || "value"} ${issue.message}`;
}
