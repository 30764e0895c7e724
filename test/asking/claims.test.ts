import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeClock } from "../../src/adapters/chat/index.js";
import { openProjectStore } from "../../src/adapters/store/index.js";
import { Asker, Budget, FREE, NO_CAP, parseStoredAnswer, type AskerParts } from "../../src/engine/asking/index.js";
import { Fault } from "../../src/engine/fault.js";
import type { ChatModel } from "../../src/engine/seams/index.js";
import { question, reversed } from "../support/chat.js";
import { VirtualClock } from "../support/virtualClock.js";

const never = new AbortController().signal;
const broken = new Fault("endpoint", "Broken.", { remedy: "Mend it." });

/** A model of both runs, whose answers a test gives one by one. */
class HeldModel implements ChatModel {
  readonly identity;
  /** False gives each answer at once. */
  held = true;
  readonly #calls: { readonly resolve: () => void; readonly reject: (fault: Fault) => void }[] = [];

  constructor(revision: string | null = "r1") {
    this.identity = { provider: "openai", endpoint: "http://127.0.0.1:1/v1", name: "instructor", revision };
  }

  get calls(): number {
    return this.#calls.length;
  }

  answer(call: number): void {
    this.#calls[call]?.resolve();
  }

  fail(call: number): void {
    this.#calls[call]?.reject(broken);
  }

  async complete(request: Parameters<ChatModel["complete"]>[0]): ReturnType<ChatModel["complete"]> {
    await new Promise<void>((resolve, reject) => {
      this.#calls.push({ resolve, reject });
      if (!this.held) resolve();
    });
    const usage = { promptTokens: 20, cachedTokens: 0, completionTokens: 10, estimated: false };
    return { text: reversed(request), reasoning: null, finish: "stop", usage };
  }
}

interface Run {
  readonly asker: Asker;
  readonly budget: Budget;
  /** How often a claim was asked for. */
  readonly looks: () => number;
}

/** Runs of one project, each with a store of its own on the same folder. */
async function runs(
  model: ChatModel,
  count: number,
): Promise<{ readonly all: Run[]; readonly claims: () => string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), "preceptor-claims-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Run> => {
      const store = await openProjectStore(folder);
      const [cache, claims] = [await store.answers(parseStoredAnswer), await store.claims()];
      onTestFinished(async () => cache.close());
      const budget = new Budget({ ...NO_CAP, calls: 1 });
      let looks = 0;
      const counted: AskerParts["claims"] = {
        take: async (key) => {
          looks += 1;
          return claims.take(key);
        },
        close: async () => claims.close(),
      };
      const asker = new Asker({
        ...{ model, cache, claims: counted, budget, price: FREE, run: `run-${index + 1}` },
        ...{ purpose: "instructor", clock: nodeClock },
      });
      return { asker, budget, looks: () => looks };
    }),
  );
  const claims = path.join(folder, ".preceptor", "claims");
  return { all, claims: () => readdirSync(claims).filter((name) => !name.startsWith("process-")) };
}

async function two(model: ChatModel): Promise<{ first: Run; second: Run; claims: () => string[] }> {
  const { all, claims } = await runs(model, 2);
  const [first, second] = all;
  if (first === undefined || second === undefined) throw new Error("there are two runs");
  return { first, second, claims };
}

describe("a request that another run has in flight", () => {
  it("waits for its answer and takes that for nothing", async () => {
    const model = new HeldModel();
    const { first, second, claims } = await two(model);
    const paid = first.asker.ask(question("a"), never);
    await expect.poll(() => model.calls).toBe(1);
    const waiting = second.asker.ask(question("a"), never);
    await expect.poll(() => second.looks()).toBe(1);
    // Whoever waits reserves nothing: the one call that the cap allows is free for another request.
    const other = second.asker.ask(question("b"), never);
    await expect.poll(() => model.calls).toBe(2);
    model.answer(1);
    await other;
    model.answer(0);
    expect(await paid).toMatchObject({ cached: false });
    expect(await waiting).toMatchObject({ cached: true, cost: 0, answer: (await paid).answer });
    expect(model.calls).toBe(2);
    expect(claims()).toEqual([]);
  });

  it("is made when the other one failed", async () => {
    const model = new HeldModel();
    const { first, second, claims } = await two(model);
    const failing = first.asker.ask(question("a"), never);
    await expect.poll(() => model.calls).toBe(1);
    const waiting = second.asker.ask(question("a"), never);
    await expect.poll(() => second.looks()).toBe(1);
    model.fail(0);
    await expect(failing).rejects.toThrow("Broken.");
    await expect.poll(() => model.calls, { timeout: 20_000 }).toBe(2);
    model.answer(1);
    expect(await waiting).toMatchObject({ cached: false });
    expect(claims()).toEqual([]);
  }, 30_000);

  it("stops waiting when it is aborted, and leaves the other one its claim", async () => {
    const model = new HeldModel();
    const { first, second, claims } = await two(model);
    const paid = first.asker.ask(question("a"), never);
    await expect.poll(() => model.calls).toBe(1);
    const controller = new AbortController();
    const waiting = second.asker.ask(question("a"), controller.signal);
    await expect.poll(() => second.looks()).toBe(1);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: "cancelled" });
    await second.asker.drain();
    expect(second.looks()).toBe(1);
    expect(claims()).toHaveLength(1);
    model.answer(0);
    await paid;
    expect(claims()).toEqual([]);
  });

  it("is made beside it where the model's revision is unknown, for its answer would not be shared", async () => {
    const model = new HeldModel(null);
    const { first, second } = await two(model);
    const both = [first, second].map(async ({ asker }) => asker.ask(question("a"), never));
    await expect.poll(() => model.calls).toBe(2);
    expect([first.looks(), second.looks()]).toEqual([0, 0]);
    model.answer(0);
    model.answer(1);
    await Promise.all(both);
  });

  it("is made after ten minutes, with a look at the claim every two seconds until then", async () => {
    const model = new HeldModel();
    model.held = false;
    const clock = new VirtualClock();
    let [takes, looks] = [0, 0];
    const asker = new Asker({
      model,
      cache: {
        get: async () => void (looks += 1),
        has: async () => false,
        refresh: async () => undefined,
        put: async () => undefined,
        close: async () => undefined,
      },
      claims: { take: async () => ((takes += 1), null), close: async () => undefined },
      ...{ budget: new Budget(NO_CAP), price: FREE, run: "run-1", purpose: "instructor", clock },
    });
    const began = clock.now();
    expect(await clock.run(asker.ask(question("a"), never))).toMatchObject({ cached: false });
    expect(clock.now() - began).toBe(600_000);
    expect([takes, looks]).toEqual([300, 2401]);
    expect(model.calls).toBe(1);
  });
});
