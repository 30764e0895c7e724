import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Asker,
  Budget,
  costOf,
  defaultPrice,
  estimateCost,
  FREE,
  NO_CAP,
  parseLedgerEntry,
  parseStoredAnswer,
  type AskerParts,
  type BudgetCap,
  type LedgerEntry,
  type Price,
  type StoredAnswer,
} from "../../src/engine/asking/index.js";
import { Fault } from "../../src/engine/fault.js";
import { Random } from "../../src/engine/random.js";
import type { ChatModel, ChatRequest } from "../../src/engine/seams/index.js";
import type { KeyedCache } from "../../src/engine/store/index.js";
import { question, reversed } from "../support/chat.js";
import { VirtualClock } from "../support/virtualClock.js";

const never = new AbortController().signal;
const price: Price = { input: 2, cached: 0.5, output: 8 };

/** A cache whose entries outlive a killed run, like those on a disk. */
class MemoryCache implements KeyedCache<StoredAnswer> {
  readonly entries = new Map<string, string>();
  async get(key: string): Promise<StoredAnswer | undefined> {
    const line = this.entries.get(key);
    return line === undefined ? undefined : parseStoredAnswer(JSON.parse(line));
  }
  async has(key: string): Promise<boolean> {
    return this.entries.has(key);
  }
  async refresh(): Promise<void> {}
  async put(key: string, value: StoredAnswer): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.entries.set(key, JSON.stringify(value));
  }
  async close(): Promise<void> {
    this.entries.clear();
  }
}

/** A model that counts how often each prompt is asked, and takes a moment for it. */
class CountingModel implements ChatModel {
  readonly identity;
  readonly asked = new Map<string, number>();
  open = 0;
  completionTokens: (request: ChatRequest) => number = () => 10;
  /** Resolves when an answer may be given. */
  gate: (signal: AbortSignal) => Promise<void> = () => new Promise((resolve) => setImmediate(resolve));

  constructor(revision: string | null = "r1") {
    this.identity = { provider: "openai", endpoint: "http://127.0.0.1:1/v1", name: "instructor", revision };
  }

  get calls(): number {
    return [...this.asked.values()].reduce((sum, count) => sum + count, 0);
  }

  async complete(
    request: ChatRequest,
    signal: AbortSignal,
    onText?: (piece: string) => void,
  ): ReturnType<ChatModel["complete"]> {
    const prompt = `${request.messages[0]?.content ?? ""}#${request.sample}`;
    this.asked.set(prompt, (this.asked.get(prompt) ?? 0) + 1);
    this.open += 1;
    try {
      await this.gate(signal);
    } finally {
      this.open -= 1;
    }
    onText?.("piece");
    const usage = {
      promptTokens: 20,
      cachedTokens: 4,
      completionTokens: this.completionTokens(request),
      estimated: false,
    };
    return { text: reversed(request), reasoning: null, finish: "stop", usage };
  }
}

interface Bench {
  readonly asker: Asker;
  readonly model: CountingModel;
  readonly cache: MemoryCache;
  readonly budget: Budget;
  readonly ledger: LedgerEntry[];
}

function bench(parts: Partial<AskerParts> & { readonly cap?: BudgetCap; readonly kept?: Bench } = {}): Bench {
  const { cap, kept, ...rest } = parts;
  const model = new CountingModel();
  const cache = kept?.cache ?? new MemoryCache();
  const ledger = kept?.ledger ?? [];
  const budget = new Budget(cap ?? NO_CAP, ledger);
  const asker = new Asker({
    model,
    cache,
    budget,
    price,
    run: "run-1",
    purpose: "instructor",
    clock: new VirtualClock(),
    onSettled: (entry) => void ledger.push(entry),
    ...rest,
  });
  return { asker, model: rest.model instanceof CountingModel ? rest.model : model, cache, budget, ledger };
}

describe("no answer is paid for twice", () => {
  it("a stored answer asks nothing and costs nothing", async () => {
    const first = bench();
    const request = question("a");
    const asked = await first.asker.ask(request, never);
    expect(asked).toMatchObject({ cached: false, cost: (16 * 2 + 4 * 0.5 + 10 * 8) / 1e6 });
    const again = await first.asker.ask(request, never);
    expect(again).toEqual({ answer: asked.answer, key: asked.key, cached: true, cost: 0 });
    const later = bench({ kept: first, run: "run-2" });
    expect(await later.asker.ask(request, never)).toMatchObject({ cached: true });
    expect(first.model.calls + later.model.calls).toBe(1);
    expect(first.budget.spent).toEqual({ currency: 114e-6, calls: 1, tokens: 30 });
  });

  it("equal requests in flight share one call", async () => {
    const { asker, model, budget, ledger } = bench();
    const results = await Promise.all(Array.from({ length: 50 }, () => asker.ask(question("a"), never)));
    expect(model.calls).toBe(1);
    expect(results.filter(({ cached }) => !cached).length).toBe(1);
    expect(results.reduce((sum, { cost }) => sum + (cost ?? 0), 0)).toBeCloseTo(114e-6, 12);
    expect(budget.spent.calls).toBe(1);
    expect(ledger.length).toBe(1);
  });

  it("one of several who wait may go without ending the call; the last one ends it", async () => {
    const { asker, model } = bench();
    let release: () => void = () => undefined;
    let aborted = false;
    model.gate = (signal) => {
      signal.addEventListener("abort", () => (aborted = true));
      return new Promise((resolve) => (release = resolve));
    };
    const impatient = new AbortController();
    const first = asker.ask(question("a"), impatient.signal);
    const second = asker.ask(question("a"), never);
    await new Promise((resolve) => setImmediate(resolve));
    impatient.abort();
    await expect(first).rejects.toMatchObject({ kind: "cancelled" });
    expect(aborted).toBe(false);
    release();
    expect((await second).answer.text).toBe(reversed(question("a")));
    const alone = new AbortController();
    const third = asker.ask(question("b"), alone.signal);
    await new Promise((resolve) => setImmediate(resolve));
    alone.abort();
    await expect(third).rejects.toMatchObject({ kind: "cancelled" });
    expect(aborted).toBe(true);
    release();
    await asker.drain();
  });

  it("an answer that arrives while the run is being cancelled is kept", async () => {
    const first = bench();
    let release: () => void = () => undefined;
    first.model.gate = () => new Promise((resolve) => (release = resolve));
    const controller = new AbortController();
    const work = first.asker.ask(question("a"), controller.signal);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(work).rejects.toMatchObject({ kind: "cancelled" });
    release();
    await first.asker.drain();
    const resumed = bench({ kept: first });
    expect(await resumed.asker.ask(question("a"), never)).toMatchObject({ cached: true });
    expect(resumed.model.calls).toBe(0);
  });

  it("a kill between the stored answer and its return asks nothing again, and the cost is not forgotten", async () => {
    const killed = bench({ onSettled: () => new Promise<void>(() => undefined) });
    void killed.asker.ask(question("a"), never);
    while (killed.cache.entries.size === 0) await new Promise((resolve) => setImmediate(resolve));
    const resumed = bench({ kept: killed });
    expect(resumed.budget.spent.calls).toBe(0);
    expect(await resumed.asker.ask(question("a"), never)).toMatchObject({ cached: true, cost: 0 });
    expect(resumed.model.calls).toBe(0);
    expect(resumed.budget.spent).toEqual({ currency: 114e-6, calls: 1, tokens: 30 });
    expect(resumed.ledger).toMatchObject([{ cached: false, cost: 114e-6, purpose: "instructor" }]);
    // Once healed, the next start finds it in the ledger.
    const third = bench({ kept: resumed });
    await third.asker.ask(question("a"), never);
    expect(third.budget.spent.calls).toBe(1);
    expect(third.ledger.length).toBe(1);
  });

  it("an answer is durable before it is returned", async () => {
    const { asker, cache } = bench();
    const { key, answer } = await asker.ask(question("a"), never);
    expect(await cache.get(key)).toMatchObject({ version: 1, key, run: "run-1", answer });
  });

  it("a failed call leaves nothing behind", async () => {
    const { asker, model, cache, budget } = bench({ cap: { ...NO_CAP, calls: 1 } });
    model.gate = () => Promise.reject(new Fault("endpoint", "Broken.", { remedy: "Mend it." }));
    await expect(asker.ask(question("a"), never)).rejects.toThrow("Broken.");
    expect(cache.entries.size).toBe(0);
    expect(budget.spent.calls).toBe(0);
    model.gate = () => Promise.resolve();
    expect(await asker.ask(question("a"), never)).toMatchObject({ cached: false });
  });

  it("what was paid by another run is in the ledger as free", async () => {
    const first = bench();
    await first.asker.ask(question("a"), never);
    const ledger: LedgerEntry[] = [];
    const later = bench({ cache: first.cache, run: "run-2", onSettled: (entry) => void ledger.push(entry) });
    await later.asker.ask(question("a"), never);
    await later.asker.ask(question("a"), never);
    expect(ledger).toMatchObject([{ cached: true, cost: 0 }]);
    expect(later.budget.spent.calls).toBe(0);
    expect(parseLedgerEntry(JSON.parse(JSON.stringify(ledger[0])))).toEqual(ledger[0]);
  });
});

describe("the key", () => {
  const request = question("a", { temperature: 0.8, seed: 1 }, 0);
  const key = (parts: Partial<AskerParts>, of: ChatRequest = request): string => bench(parts).asker.keyOf(of);

  it("is the same in another run when the model's revision is known, and not when it is unknown or forced", () => {
    const known = (run: string, fresh = false): string => key({ run, fresh, model: new CountingModel("r1") });
    const unknown = (run: string): string => key({ run, model: new CountingModel(null) });
    expect(known("run-1")).toBe(known("run-2"));
    expect(known("run-1", true)).not.toBe(known("run-2", true));
    expect(known("run-1", true)).toBe(known("run-1", true));
    expect(unknown("run-1")).not.toBe(unknown("run-2"));
    expect(unknown("run-1")).toBe(unknown("run-1"));
  });

  it("depends on everything that can change the answer", () => {
    const variants: ChatRequest[] = [
      request,
      { ...request, sample: 1 },
      question("b", { temperature: 0.8, seed: 1 }),
      question("a", { temperature: 0.7, seed: 1 }),
      question("a", { temperature: 0.8, seed: 2 }),
      question("a", { temperature: 0.8, seed: 1, maxTokens: 65 }),
      question("a", { temperature: 0.8, seed: 1, stop: ["x"] }),
      question("a", { temperature: 0.8, seed: 1, topP: 0.5 }),
      question("a", { temperature: 0.8, seed: 1, format: { name: "f", schema: {} } }),
      { ...request, messages: [{ role: "system", content: "a" }] },
      { ...request, messages: [...request.messages, { role: "assistant", content: "" }] },
    ];
    const keys = variants.map((variant) => key({}, variant));
    keys.push(key({ model: new CountingModel("r2") }));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("the budget", () => {
  it("is never passed under concurrency, and is used up to the last call that fits", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        async (micro, seed) => {
          const cap: BudgetCap = { ...NO_CAP, currency: micro / 1e6 };
          const random = new Random(seed, "tokens");
          const { asker, model, budget } = bench({ cap });
          model.completionTokens = () => random.integer(0, 64);
          model.gate = async () => {
            for (let turn = random.integer(0, 4); turn > 0; turn -= 1)
              await new Promise((resolve) => setImmediate(resolve));
            expect(budget.spent.currency).toBeLessThanOrEqual(micro / 1e6);
          };
          const outcomes = await Promise.allSettled(
            Array.from({ length: 64 }, (_, at) => asker.ask(question(`q${at}`), never)),
          );
          expect(budget.spent.currency).toBeLessThanOrEqual(micro / 1e6 + 1e-12);
          const refused = outcomes.filter((outcome) => outcome.status === "rejected");
          for (const { reason } of refused) expect(reason).toMatchObject({ kind: "budget" });
          // The most that one more call can cost is about 290 prompt tokens and 64 of an answer.
          if (refused.length > 0) expect(micro / 1e6 - budget.spent.currency).toBeLessThan((300 * 2 + 64 * 8) / 1e6);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ["calls", { ...NO_CAP, calls: 7 }, 7],
    ["tokens", { ...NO_CAP, tokens: 8 * 30 + 360 }, 9],
  ])("holds in %s at concurrency 64", async (name, cap, most) => {
    const { asker, model, budget } = bench({ cap, price: null });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 64 }, (_, at) => asker.ask(question(`q${at}`), never)),
    );
    expect(model.calls).toBe(outcomes.filter(({ status }) => status === "fulfilled").length);
    expect(budget.spent.calls).toBeLessThanOrEqual(most);
    expect(budget.spent.calls).toBeGreaterThanOrEqual(most - 1);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(refused?.reason).toMatchObject({ kind: "budget", details: { field: `budget.${name}` } });
  });

  it("goes on where the ledger of a killed run ends", async () => {
    const first = bench({ cap: { ...NO_CAP, calls: 3 } });
    await first.asker.ask(question("a"), never);
    await first.asker.ask(question("b"), never);
    const resumed = bench({ cap: { ...NO_CAP, calls: 3 }, kept: first });
    await resumed.asker.ask(question("a"), never);
    await resumed.asker.ask(question("c"), never);
    await expect(resumed.asker.ask(question("d"), never)).rejects.toMatchObject({ kind: "budget" });
    expect(resumed.budget.spent.calls).toBe(3);
  });

  it("a call that waits for the budget can be cancelled, and others go on", async () => {
    const { asker, model } = bench({ cap: { ...NO_CAP, calls: 1 } });
    let release: () => void = () => undefined;
    model.gate = () =>
      new Promise(
        (_resolve, reject) => (release = () => reject(new Fault("endpoint", "Broken.", { remedy: "Mend it." }))),
      );
    const first = asker.ask(question("a"), never);
    const controller = new AbortController();
    const second = asker.ask(question("b"), controller.signal);
    const third = asker.ask(question("c"), never);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(second).rejects.toMatchObject({ kind: "cancelled" });
    model.gate = () => Promise.resolve();
    release();
    await expect(first).rejects.toThrow("Broken.");
    expect(await third).toMatchObject({ cached: false });
  });

  it("an unknown price needs another bound", () => {
    expect(() => bench({ price: null })).toThrow(Fault);
    expect(() => bench({ price: null, cap: { ...NO_CAP, currency: 5 } })).toThrow(/price/);
    expect(() => bench({ price: null, cap: { ...NO_CAP, tokens: 5 } })).not.toThrow();
  });

  it("names the field of preceptor.json whose cap it is", async () => {
    const { asker } = bench({ cap: { ...NO_CAP, currency: 0.000001 } });
    await expect(asker.ask(question("a"), never)).rejects.toMatchObject({ details: { field: "budget.amount" } });
  });

  it("a cap of nothing allows what is free", async () => {
    const { asker } = bench({ price: FREE, cap: { ...NO_CAP, currency: 0 } });
    expect(await asker.ask(question("a"), never)).toMatchObject({ cost: 0 });
  });
});

describe("prices", () => {
  it("are known for a model at its own provider only", () => {
    const at = (endpoint: string, name: string): Price | null =>
      defaultPrice({ provider: "openai", endpoint, name, revision: null });
    expect(at("https://api.openai.com/v1", "gpt-4o")).toMatchObject({ input: 2.5, cached: 1.25, output: 10 });
    expect(Date.parse(at("https://api.openai.com/v1", "gpt-4o")?.asOf ?? "")).toBeGreaterThan(0);
    expect(at("https://api.openai.com/v1", "gpt-4o-2024-08-06")).toEqual(at("https://api.openai.com/v1", "gpt-4o"));
    expect(at("https://api.openai.com/v1", "gpt-99")).toBeNull();
    expect(at("http://127.0.0.1:8000/v1", "gpt-4o")).toBeNull();
    expect(at("not an address", "gpt-4o")).toBeNull();
  });

  it("the cost of a usage in a record is the one in the ledger, in whole billionths", async () => {
    const { asker, ledger } = bench({ price: { input: 0.1, cached: 0.07, output: 0.3 } });
    const { answer, cost } = await asker.ask(question("a"), never);
    expect(cost).toBeGreaterThan(0);
    expect(costOf(answer.usage, { input: 0.1, cached: 0.07, output: 0.3 })).toBe(cost);
    expect(ledger[0]?.cost).toBe(cost);
    // A server that says more cached than prompt tokens pays nothing back.
    const strange = { promptTokens: 1, cachedTokens: 1000, completionTokens: 0, estimated: false };
    expect(costOf(strange, { input: 2, cached: 0.5, output: 8 })).toBe(0.5e-6);
    // Rounded up, so that a cap is never passed by rounding.
    expect(costOf({ ...strange, cachedTokens: 0 }, { input: 0.0004, cached: 0, output: 0 })).toBe(1e-9);
  });

  it("an estimate counts prompts, expected answers and cost", () => {
    const requests = [question("four"), question("sixsix")];
    const estimate = estimateCost(requests, price, (text) => text.length, 100);
    expect(estimate).toEqual({ calls: 2, promptTokens: 24, completionTokens: 200, cost: (24 * 2 + 200 * 8) / 1e6 });
    expect(
      estimateCost(
        requests,
        null,
        () => 0,
        ({ sample }) => sample,
      ).cost,
    ).toBeNull();
  });
});

describe("records", () => {
  it.each([null, {}, { version: 2 }, { version: 1, key: "k", run: "r", answer: {} }])(
    "%j is no stored answer",
    (value) => {
      expect(() => parseStoredAnswer(value)).toThrow(Fault);
      expect(() => parseLedgerEntry(value)).toThrow(Fault);
    },
  );
});
