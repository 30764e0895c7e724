import pLimit, { type LimitFunction } from "p-limit";
import { Fault } from "../fault.js";
import type { Random } from "../random.js";
import type { ChatModel, ChatRequest } from "../seams/index.js";
import { onAbort, untilAborted } from "./abort.js";
import { cancelledFault, type Clock } from "./clock.js";
import { EndpointFault } from "./endpointFault.js";
import { promptTokens } from "./prices.js";
import { TokenBucket } from "./tokenBucket.js";

/** How an endpoint may be asked. One policy belongs to one endpoint and is shared by everything that asks it. */
export interface AskingPolicy {
  /** Requests in flight at once. */
  readonly concurrency: number;
  readonly requestsPerMinute: number | null;
  /** Prompt and completion tokens together. */
  readonly tokensPerMinute: number | null;
  /** How often one request is tried in all. */
  readonly attempts: number;
  /** Longest wait before the second try; it doubles with each further one. */
  readonly firstDelayMs: number;
  /** Upper bound of that doubling. */
  readonly maxDelayMs: number;
  /** Longest wait asked for by a server (`Retry-After`) that is honoured; a longer one ends the request. */
  readonly maxRetryAfterMs: number;
  /** All tries of one request and the waits between them; its wait for its turn does not count. Null: no bound. */
  readonly deadlineMs: number | null;
}

export const DEFAULT_POLICY: AskingPolicy = {
  concurrency: 8,
  requestsPerMinute: null,
  tokensPerMinute: null,
  attempts: 6,
  firstDelayMs: 500,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 600_000,
  deadlineMs: 1_800_000,
};

/** Why an alarm is switched off. Without a reason at hand, an exception would be made for every call. */
const ENDED = cancelledFault();

/**
 * Runs calls to one endpoint under its policy: concurrency, requests and tokens a minute, retries with exponential
 * full jitter (Brooker, "Exponential Backoff and Jitter", 2015) that honour `Retry-After`, and a pause of all calls
 * when the server asks one of them to wait.
 */
export class Pacer {
  readonly #policy: AskingPolicy;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #slots: LimitFunction;
  readonly #requests: TokenBucket | null;
  readonly #tokens: TokenBucket | null;
  #pausedUntil = 0;

  constructor(policy: AskingPolicy, clock: Clock, random: Random) {
    checkPolicy(policy);
    this.#policy = policy;
    this.#clock = clock;
    this.#random = random;
    this.#slots = pLimit(policy.concurrency);
    const { requestsPerMinute, tokensPerMinute } = policy;
    // Requests go out evenly, a tenth of a second's worth at once at most; tokens come in lumps and get six seconds.
    this.#requests =
      requestsPerMinute === null
        ? null
        : new TokenBucket(requestsPerMinute, Math.max(1, requestsPerMinute / 600), clock);
    this.#tokens =
      tokensPerMinute === null ? null : new TokenBucket(tokensPerMinute, Math.max(1, tokensPerMinute / 10), clock);
  }

  /**
   * Calls until the call succeeds, the fault is not to be retried, or the policy's bounds are reached.
   * `reserve` is the number of tokens that the call may use, `used` reads from its result how many it did.
   */
  async run<T>(
    reserve: number,
    call: (signal: AbortSignal) => Promise<T>,
    used: (result: T) => number,
    signal: AbortSignal,
  ): Promise<T> {
    if (signal.aborted) throw cancelledFault();
    const work = this.#slots(async () => {
      // A request that was cancelled in the queue must not be sent when its turn comes.
      if (signal.aborted) throw cancelledFault();
      return this.#untilAnswered(reserve, call, used, signal);
    });
    return untilAborted(work, signal);
  }

  async #untilAnswered<T>(
    reserve: number,
    call: (signal: AbortSignal) => Promise<T>,
    used: (result: T) => number,
    signal: AbortSignal,
  ): Promise<T> {
    const { attempts, deadlineMs } = this.#policy;
    let spentMs = 0;
    for (let attempt = 1; ; attempt += 1) {
      await this.#waitForTurn(reserve, signal);
      const startedAt = this.#clock.now();
      let actual = 0;
      let fault: EndpointFault;
      try {
        const result = await this.#bounded(call, deadlineMs === null ? null : deadlineMs - spentMs, signal);
        actual = used(result);
        return result;
      } catch (thrown) {
        if (signal.aborted) throw cancelledFault();
        if (!(thrown instanceof EndpointFault) || thrown.retry === "no") throw thrown;
        fault = thrown;
      } finally {
        this.#tokens?.giveBack(reserve - actual);
      }
      if (attempt >= attempts) throw attempts === 1 ? fault : fault.final(`It was tried ${attempts} times.`);
      const waitMs = this.#delay(attempt, fault);
      spentMs += Math.max(0, this.#clock.now() - startedAt) + waitMs;
      if (deadlineMs !== null && spentMs >= deadlineMs) {
        throw fault.final(`No time is left for another try: ${seconds(deadlineMs)} were allowed in all.`);
      }
      await this.#clock.sleep(waitMs, signal);
    }
  }

  /** The wait before the next try: full jitter, on top of what the server asked for. */
  #delay(attempt: number, fault: EndpointFault): number {
    const { firstDelayMs, maxDelayMs, maxRetryAfterMs } = this.#policy;
    const jitter = Math.round(this.#random.next() * Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)));
    const asked = fault.retryAfterMs;
    if (asked === null) return jitter;
    if (asked > maxRetryAfterMs) {
      throw fault.final(
        `The server asks to wait ${seconds(asked)}, more than the ${seconds(maxRetryAfterMs)} allowed.`,
        "Resume the run later, or allow longer waits in the endpoint's limits.",
      );
    }
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + asked);
    return asked + jitter;
  }

  async #waitForTurn(reserve: number, signal: AbortSignal): Promise<void> {
    await this.#requests?.take(1, signal);
    await this.#tokens?.take(reserve, signal);
    try {
      // Each pause is waited for once, by its length: a clock that is set back must not make it longer.
      for (let waitedFor = 0; waitedFor !== this.#pausedUntil;) {
        waitedFor = this.#pausedUntil;
        const left = Math.min(waitedFor - this.#clock.now(), this.#policy.maxRetryAfterMs);
        if (left > 0) await this.#clock.sleep(left, signal);
      }
    } catch (thrown) {
      this.#tokens?.giveBack(reserve);
      throw thrown;
    }
  }

  /** One try, aborted with the signal or after `leftMs`. */
  async #bounded<T>(call: (signal: AbortSignal) => Promise<T>, leftMs: number | null, signal: AbortSignal): Promise<T> {
    const controller = new AbortController();
    const stop = onAbort(signal, () => controller.abort());
    const alarm = new AbortController();
    let late = false;
    if (leftMs !== null) {
      this.#clock.sleep(leftMs, alarm.signal).then(
        () => {
          late = true;
          controller.abort();
        },
        // The alarm was switched off because the try has ended.
        () => undefined,
      );
    }
    try {
      return await untilAborted(call(controller.signal), controller.signal);
    } catch (thrown) {
      if (!late) throw thrown;
      throw new EndpointFault(
        "silent",
        `The request was not answered within the ${seconds(this.#policy.deadlineMs ?? 0)} allowed for all its tries.`,
        { retry: "no", remedy: "Allow more time for a request, ask fewer at once, or check the server." },
      );
    } finally {
      alarm.abort(ENDED);
      stop();
    }
  }
}

/**
 * The model under the policy. Pieces of a broken try have already been shown when the next try starts: `onText` is
 * for watching, the answer is what is resolved.
 * `countTokens` estimates the tokens of a prompt for `tokensPerMinute`; they are settled by the reported usage.
 */
export function withPolicy(
  model: ChatModel,
  policy: AskingPolicy | Pacer,
  clock: Clock,
  random: Random,
  countTokens: (text: string) => number = roughTokens,
): ChatModel {
  const pacer = policy instanceof Pacer ? policy : new Pacer(policy, clock, random);
  return {
    identity: model.identity,
    complete: (request, signal, onText) =>
      pacer.run(
        tokensToReserve(request, countTokens),
        (attemptSignal) => model.complete(request, attemptSignal, onText),
        (answer) => answer.usage.promptTokens + answer.usage.completionTokens,
        signal,
      ),
  };
}

/** A quarter of the characters: good enough where the true count arrives a moment later. */
function roughTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function tokensToReserve(request: ChatRequest, countTokens: (text: string) => number): number {
  return promptTokens(request, countTokens) + (request.parameters.maxTokens ?? 1024);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function checkPolicy(policy: AskingPolicy): void {
  const atLeast = (field: keyof AskingPolicy, lowest: number, whole: boolean): void => {
    const value = policy[field];
    if (value === null) return;
    if (Number.isFinite(value) && value >= lowest && (!whole || Number.isInteger(value))) return;
    throw new Fault("configuration", `${field} of an endpoint's limits is out of range.`, {
      field,
      found: String(value),
      allowed: `${whole ? "a whole number" : "a number"} of at least ${lowest}`,
      remedy: "Correct the endpoint's limits in preceptor.json.",
    });
  };
  atLeast("concurrency", 1, true);
  atLeast("attempts", 1, true);
  atLeast("requestsPerMinute", 1, false);
  atLeast("tokensPerMinute", 1, false);
  atLeast("firstDelayMs", 0, false);
  atLeast("maxDelayMs", 0, false);
  atLeast("maxRetryAfterMs", 0, false);
  atLeast("deadlineMs", 1, false);
}
