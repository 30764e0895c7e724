import { z } from "zod";
import { Fault } from "../fault.js";
import { NANO } from "./prices.js";
import { WaitingLine } from "./waitingLine.js";

/** The cap of a run; null leaves that measure without a bound. */
export interface BudgetCap {
  readonly currency: number | null;
  readonly calls: number | null;
  /** Prompt and completion tokens together. */
  readonly tokens: number | null;
}

export const NO_CAP: BudgetCap = { currency: null, calls: null, tokens: null };

/** What a call may spend, or has spent. */
export interface Spending {
  /** In whole billionths of the currency; 0 where the price is unknown. */
  readonly nano: number;
  readonly calls: number;
  readonly tokens: number;
}

export const modelIdentitySchema = z.object({
  provider: z.string(),
  endpoint: z.string(),
  name: z.string(),
  revision: z.string().nullable(),
});

export const usageSchema = z.object({
  promptTokens: z.number().int().nonnegative(),
  cachedTokens: z.number().int().nonnegative(),
  completionTokens: z.number().int().nonnegative(),
  estimated: z.boolean(),
});

const ledgerSchema = z.object({
  version: z.literal(1),
  /** When it was settled, ISO 8601, for people. */
  time: z.string(),
  /** Who asked: `target`, `instructor`, … */
  purpose: z.string(),
  /** Content address of the answer. */
  key: z.string(),
  model: modelIdentitySchema,
  usage: usageSchema,
  /** In the currency of the price; null where the price is unknown. */
  cost: z.number().nonnegative().nullable(),
  /** True when the answer was there already and nothing was paid. */
  cached: z.boolean(),
  /** The stage that asked, as `1-instruct`; the first ledgers did not say it. */
  stage: z.string().optional(),
});

/** One settled call of a run. */
export type LedgerEntry = Readonly<z.infer<typeof ledgerSchema>>;

/** Parses one line of a ledger. Faults with kind `storage` when it is not one. */
export function parseLedgerEntry(value: unknown): LedgerEntry {
  const parsed = ledgerSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault("storage", "A line of the ledger cannot be read.", {
    found: z.prettifyError(parsed.error),
    allowed: "a ledger entry of version 1",
    remedy: "Restore the file from a copy, or start a new run with a newer version of Preceptor.",
  });
}

export const NOTHING: Spending = { nano: 0, calls: 0, tokens: 0 };

const MEASURES = ["nano", "calls", "tokens"] as const;

/** A part of the budget that a call holds until it is settled or released; only the first of these counts. */
export interface Reservation {
  settle(actual: Spending, key: string): void;
  release(): void;
}

/**
 * The hard cap of a run. A call reserves the most that it can spend and settles what it did spend, so that no number
 * of concurrent calls passes the cap. A reservation that fits only once others are settled waits for them, first come
 * first served; one that cannot fit at all is refused with a fault of kind `budget`.
 */
export class Budget {
  readonly cap: BudgetCap;
  readonly #limits: Spending;
  readonly #settledKeys = new Set<string>();
  readonly #line = new WaitingLine<Spending, Reservation>(() => this.#serve());
  #spent: Spending = NOTHING;
  #reserved: Spending = NOTHING;
  #outstanding = 0;

  /** `settled` are the ledger entries of the run so far: a resumed run goes on with what is left. */
  constructor(cap: BudgetCap, settled: Iterable<LedgerEntry> = []) {
    this.cap = cap;
    this.#limits = {
      nano: cap.currency === null ? Number.POSITIVE_INFINITY : Math.floor(cap.currency * NANO + 1e-6),
      calls: cap.calls ?? Number.POSITIVE_INFINITY,
      tokens: cap.tokens ?? Number.POSITIVE_INFINITY,
    };
    for (const entry of settled) this.settlePaid(spendingOf(entry), entry.key);
  }

  /** What is settled so far, the currency as a plain number. */
  get spent(): { readonly currency: number; readonly calls: number; readonly tokens: number } {
    return { currency: this.#spent.nano / NANO, calls: this.#spent.calls, tokens: this.#spent.tokens };
  }

  /** Whether the answer under this key is in the ledger of this run. */
  hasSettled(key: string): boolean {
    return this.#settledKeys.has(key);
  }

  /** Books what is paid already, for example an answer that was stored just before a crash. It cannot be refused. */
  settlePaid(actual: Spending, key: string): void {
    this.#book(actual, key);
  }

  /** Resolves with the reservation. Faults with kind `budget`, or `cancelled` when aborted while waiting. */
  async reserve(estimate: Spending, signal: AbortSignal): Promise<Reservation> {
    return this.#line.wait(estimate, signal);
  }

  #serve(): void {
    for (let { first } = this.#line; first !== undefined; first = this.#line.first) {
      const needed = add(add(this.#spent, this.#reserved), first.wanted);
      if (MEASURES.every((measure) => needed[measure] <= this.#limits[measure])) {
        this.#line.take();
        first.admit(this.#hold(first.wanted));
        continue;
      }
      // What others hold may come back, so that a cap is not called reached before it is.
      if (this.#outstanding > 0) return;
      this.#line.take();
      first.refuse(this.#refusal(first.wanted));
    }
  }

  #hold(estimate: Spending): Reservation {
    this.#reserved = add(this.#reserved, estimate);
    this.#outstanding += 1;
    let open = true;
    const close = (book: () => void): void => {
      if (!open) return;
      open = false;
      this.#reserved = subtract(this.#reserved, estimate);
      this.#outstanding -= 1;
      book();
      this.#serve();
    };
    return {
      settle: (actual, key) => close(() => this.#book(actual, key)),
      release: () => close(() => undefined),
    };
  }

  #book(actual: Spending, key: string): void {
    this.#spent = add(this.#spent, actual);
    this.#settledKeys.add(key);
  }

  #refusal(estimate: Spending): Fault {
    const { currency, calls, tokens } = this.cap;
    const parts = [
      currency === null
        ? null
        : { name: "amount", spent: this.#spent.nano / NANO, next: estimate.nano / NANO, cap: currency },
      calls === null ? null : { name: "calls", spent: this.#spent.calls, next: estimate.calls, cap: calls },
      tokens === null ? null : { name: "tokens", spent: this.#spent.tokens, next: estimate.tokens, cap: tokens },
    ].filter((part) => part !== null);
    const full = parts.filter((part) => part.spent + part.next > part.cap);
    const words = (full.length > 0 ? full : parts).map(
      (part) =>
        `${show(part.spent)} of ${show(part.cap)}${part.name === "amount" ? "" : ` ${part.name}`} spent, the next call may need ${show(part.next)}`,
    );
    return new Fault("budget", `The budget of the run does not allow the next call: ${words.join("; ")}.`, {
      field: `budget.${(full[0] ?? parts[0])?.name ?? "amount"}`,
      remedy: "Raise the cap in preceptor.json and resume the run; nothing that was paid for is asked again.",
    });
  }
}

/** What a ledger entry took from the budget. */
function spendingOf(entry: LedgerEntry): Spending {
  if (entry.cached) return NOTHING;
  return {
    nano: Math.round((entry.cost ?? 0) * NANO),
    calls: 1,
    tokens: entry.usage.promptTokens + entry.usage.completionTokens,
  };
}

function add(a: Spending, b: Spending): Spending {
  return { nano: a.nano + b.nano, calls: a.calls + b.calls, tokens: a.tokens + b.tokens };
}

function subtract(a: Spending, b: Spending): Spending {
  return { nano: a.nano - b.nano, calls: a.calls - b.calls, tokens: a.tokens - b.tokens };
}

function show(value: number): string {
  return String(Math.round(value * 10_000) / 10_000);
}
