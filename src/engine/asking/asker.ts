import { z } from "zod";
import { Fault } from "../fault.js";
import { contentHash } from "../hash.js";
import type { ChatAnswer, ChatModel, ChatRequest, ModelIdentity } from "../seams/index.js";
import type { KeyedCache, KeyedClaims } from "../store/index.js";
import { untilAborted } from "./abort.js";
import {
  modelIdentitySchema,
  NOTHING,
  usageSchema,
  type Budget,
  type LedgerEntry,
  type Reservation,
  type Spending,
} from "./budget.js";
import { storedOrClaimed } from "./claiming.js";
import { cancelledFault, type Clock } from "./clock.js";
import { costInNano, NANO, promptTokens, type Price } from "./prices.js";

const storedAnswerSchema = z.object({
  version: z.literal(1),
  key: z.string(),
  /** The run that paid for it. */
  run: z.string(),
  model: modelIdentitySchema,
  answer: z.object({
    text: z.string(),
    reasoning: z.string().nullable(),
    finish: z.enum(["stop", "length", "filter", "other"]),
    usage: usageSchema,
  }),
  /** What it cost, in the currency of the price; null where the price was unknown. */
  cost: z.number().nonnegative().nullable(),
});

/** A paid answer as the cache keeps it. */
export type StoredAnswer = Readonly<z.infer<typeof storedAnswerSchema>>;

/** Parses one entry of the answer cache. Faults with kind `storage` when it is not one. */
export function parseStoredAnswer(value: unknown): StoredAnswer {
  const parsed = storedAnswerSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault("storage", "A stored answer cannot be read.", {
    found: z.prettifyError(parsed.error),
    allowed: "a stored answer of version 1",
    remedy: "Use a version of Preceptor that is at least as new as the one that wrote it.",
  });
}

export interface AskerParts {
  readonly model: ChatModel;
  readonly cache: KeyedCache<StoredAnswer>;
  readonly budget: Budget;
  /** Null when unknown; then the budget must have a cap in calls or tokens. */
  readonly price: Price | null;
  /** Id of the run: part of the key where the model's revision is unknown, and the payer of its answers. */
  readonly run: string;
  /** Who asks, for the ledger: `target`, `instructor`, … */
  readonly purpose: string;
  /** Keeps other processes from asking what this one asks just now; none where an answer costs nothing. */
  readonly claims?: KeyedClaims | null;
  /** For the times in the ledger, and for waits. */
  readonly clock: Clock;
  /** Asks again in this run even where an answer of an earlier run would do. */
  readonly fresh?: boolean;
  /** Receives each ledger entry; `ask` resolves when it has resolved. */
  readonly onSettled?: (entry: LedgerEntry) => Promise<void> | void;
}

export interface Asked {
  readonly answer: ChatAnswer;
  /** Content address of the answer. */
  readonly key: string;
  /** True when nothing was asked: the answer was stored, or an equal request in flight brought it. */
  readonly cached: boolean;
  /** What this request cost in currency: 0 when cached, null when the price is unknown. */
  readonly cost: number | null;
}

/** The content address of an answer; `run` is null where runs share it. */
export function answerKey(
  { provider, endpoint, name, revision }: ModelIdentity,
  request: ChatRequest,
  run: string | null,
): string {
  return contentHash({
    provider,
    endpoint,
    name,
    revision,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    parameters: request.parameters,
    sample: request.sample,
    run,
  });
}

/** Tokens that an answer without `maxTokens` is reserved with. */
const UNBOUNDED_COMPLETION = 16_384;

/**
 * Asks a model so that no answer is paid for twice (architecture, rule 5): an answer is durable in the cache before it
 * is returned, equal requests in flight share one call, whichever process of the project makes it, and what a call may
 * cost is reserved before it is made.
 * The service's own retries are not in the ledger: a broken try reports no usage.
 */
export class Asker {
  readonly #parts: AskerParts;
  /** Calls that an equal request may join. */
  readonly #inFlight = new Map<string, SharedCall>();
  /** Calls that have not ended, also those that nobody waits for any more. */
  readonly #running = new Set<SharedCall>();

  /** Faults with kind `configuration` when the price is unknown and nothing else bounds the spending. */
  constructor(parts: AskerParts) {
    requireBound(parts);
    this.#parts = parts;
  }

  /** The content address of the answer to this request, in this run where the model's revision is unknown. */
  keyOf(request: ChatRequest): string {
    const { model, run } = this.#parts;
    return answerKey(model.identity, request, this.#shared ? null : run);
  }

  /** Whether runs share the answers. */
  get #shared(): boolean {
    const { model, fresh } = this.#parts;
    return model.identity.revision !== null && fresh !== true;
  }

  /**
   * The stored answer, or a new one. `onText` receives the pieces of a new answer as they arrive.
   * Faults: those of the model; `budget` when the cap does not allow the call; `storage` of the cache; `cancelled`.
   */
  async ask(request: ChatRequest, signal: AbortSignal, onText?: (piece: string) => void): Promise<Asked> {
    if (signal.aborted) throw cancelledFault();
    const key = this.keyOf(request);
    const running = this.#inFlight.get(key);
    if (running !== undefined) {
      const shared = await running.join(signal, onText);
      return { ...shared, cached: true, cost: shared.cost === null ? null : 0 };
    }
    const call = new SharedCall(
      (ownSignal, show) => this.#answer(key, request, ownSignal, show),
      () => {
        if (this.#inFlight.get(key) === call) this.#inFlight.delete(key);
      },
    );
    this.#inFlight.set(key, call);
    this.#running.add(call);
    void call.ended.then(() => this.#running.delete(call));
    return call.join(signal, onText);
  }

  /** Resolves when nothing is in flight: a cancelled run waits here, then closes the cache, and loses no paid answer. */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running].map((call) => call.ended));
  }

  async #answer(
    key: string,
    request: ChatRequest,
    signal: AbortSignal,
    onText: (piece: string) => void,
  ): Promise<Asked> {
    const { cache, claims = null, clock } = this.#parts;
    const stored = await cache.get(key);
    if (stored !== undefined) return this.#fromCache(stored);
    if (claims === null || !this.#shared) return this.#pay(key, request, signal, onText);
    const found = await storedOrClaimed(key, { cache, claims }, clock, signal);
    if (found.stored !== undefined) return this.#fromCache(found.stored);
    try {
      return await this.#pay(key, request, signal, onText);
    } finally {
      await found.claim?.release();
    }
  }

  async #pay(key: string, request: ChatRequest, signal: AbortSignal, onText: (piece: string) => void): Promise<Asked> {
    const { cache, budget, model, price, run } = this.#parts;
    const reservation = await budget.reserve(mostThatItCosts(request, price), signal);
    const answer = await completed(model, request, signal, onText, reservation);
    // From here on the answer is paid for, so nothing below looks at the signal.
    const nano = price === null ? null : costInNano(answer.usage, price);
    const cost = nano === null ? null : nano / NANO;
    reservation.settle(spending(answer, nano), key);
    await cache.put(key, { version: 1, key, run, model: model.identity, answer, cost });
    await this.#record(key, answer, cost, false);
    return { answer, key, cached: false, cost };
  }

  async #fromCache(stored: StoredAnswer): Promise<Asked> {
    const { budget, run } = this.#parts;
    const { key, answer, cost } = stored;
    if (!budget.hasSettled(key)) {
      // An answer that this run paid for and that is not in its ledger was stored just before the run was killed.
      const paidHere = stored.run === run;
      budget.settlePaid(paidHere ? spending(answer, cost === null ? null : Math.round(cost * NANO)) : NOTHING, key);
      await this.#record(key, answer, paidHere ? cost : 0, !paidHere);
    }
    return { answer, key, cached: true, cost: 0 };
  }

  async #record(key: string, answer: ChatAnswer, cost: number | null, cached: boolean): Promise<void> {
    const { onSettled, clock, purpose, model } = this.#parts;
    await onSettled?.({
      version: 1,
      time: new Date(clock.now()).toISOString(),
      purpose,
      key,
      model: model.identity,
      usage: answer.usage,
      cost,
      cached,
    });
  }
}

/** One call and everybody who waits for it. It is aborted when nobody waits any more. */
class SharedCall {
  /** Resolves when the call has ended, however it did. */
  readonly ended: Promise<void>;
  readonly #result: Promise<Asked>;
  readonly #controller = new AbortController();
  readonly #watchers = new Set<(piece: string) => void>();
  readonly #leave: () => void;
  #waiting = 0;

  constructor(start: (signal: AbortSignal, onText: (piece: string) => void) => Promise<Asked>, leave: () => void) {
    this.#leave = leave;
    this.#result = start(this.#controller.signal, (piece) => {
      for (const watcher of this.#watchers) watcher(piece);
    });
    // Everybody who waits sees the rejection; `ended` only says that it is over.
    this.ended = this.#result.then(leave, leave);
  }

  async join(signal: AbortSignal, onText?: (piece: string) => void): Promise<Asked> {
    // Wrapped, so that one function given twice is one watcher each time.
    const watcher = onText === undefined ? null : (piece: string): void => onText(piece);
    if (watcher !== null) this.#watchers.add(watcher);
    this.#waiting += 1;
    try {
      return await untilAborted(this.#result, signal);
    } finally {
      this.#waiting -= 1;
      if (watcher !== null) this.#watchers.delete(watcher);
      if (this.#waiting === 0 && signal.aborted) {
        this.#leave();
        this.#controller.abort();
      }
    }
  }
}

async function completed(
  model: ChatModel,
  request: ChatRequest,
  signal: AbortSignal,
  onText: (piece: string) => void,
  reservation: Reservation,
): Promise<ChatAnswer> {
  try {
    return await model.complete(request, signal, onText);
  } catch (thrown) {
    reservation.release();
    throw thrown;
  }
}

function spending(answer: ChatAnswer, nano: number | null): Spending {
  return { nano: nano ?? 0, calls: 1, tokens: answer.usage.promptTokens + answer.usage.completionTokens };
}

const utf8 = new TextEncoder();

/**
 * An upper bound. No byte-level tokenizer makes more tokens than a text has bytes; chat templates add a few tokens a
 * message and some of their own.
 */
function mostThatItCosts(request: ChatRequest, price: Price | null): Spending {
  const { maxTokens, format } = request.parameters;
  const schema = format === null ? 0 : utf8.encode(JSON.stringify(format)).length;
  const prompt =
    promptTokens(request, (text) => utf8.encode(text).length) + request.messages.length * 16 + 256 + schema;
  const completion = maxTokens ?? UNBOUNDED_COMPLETION;
  const usage = { promptTokens: prompt, cachedTokens: 0, completionTokens: completion, estimated: true };
  const nano = price === null ? 0 : costInNano(usage, { ...price, input: Math.max(price.input, price.cached) });
  return { nano, calls: 1, tokens: prompt + completion };
}

function requireBound({ price, budget, model, purpose }: AskerParts): void {
  if (price !== null || budget.cap.calls !== null || budget.cap.tokens !== null) return;
  throw new Fault("configuration", `The price of ${model.identity.name} at ${model.identity.endpoint} is unknown.`, {
    field: `models.${purpose}.price`,
    found: "no price, and no cap in calls or tokens",
    allowed: "a price for input, cached input and output, or a cap",
    remedy: "Give the model's price (0 for a server of your own), or cap the run in calls or tokens.",
  });
}
