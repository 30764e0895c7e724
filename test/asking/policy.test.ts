import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_POLICY,
  EndpointFault,
  onAbort,
  Pacer,
  withPolicy,
  type AskingPolicy,
} from "../../src/engine/asking/index.js";
import { Fault } from "../../src/engine/fault.js";
import { Random } from "../../src/engine/random.js";
import type { ChatAnswer, ChatModel } from "../../src/engine/seams/index.js";
import { question } from "../support/chat.js";
import { VirtualClock } from "../support/virtualClock.js";

const never = new AbortController().signal;
const policy: AskingPolicy = { ...DEFAULT_POLICY, concurrency: 4 };

function pacer(clock: VirtualClock, changes: Partial<AskingPolicy> = {}): Pacer {
  return new Pacer({ ...policy, ...changes }, clock, new Random(3, "retry"));
}

function busy(retryAfterMs: number | null = null): EndpointFault {
  return new EndpointFault("rate-limit", "Too often.", { remedy: "Wait.", retry: "yes", retryAfterMs });
}

const none = (): number => 0;

describe("concurrency", () => {
  it("is never above the limit and reaches it", async () => {
    const clock = new VirtualClock();
    const paced = pacer(clock);
    let open = 0;
    let most = 0;
    const call = async (signal: AbortSignal): Promise<void> => {
      open += 1;
      most = Math.max(most, open);
      await clock.sleep(100, signal);
      open -= 1;
    };
    await clock.run(Promise.all(Array.from({ length: 20 }, () => paced.run(0, call, none, never))));
    expect(most).toBe(4);
    expect(clock.now() - 1_000_000).toBe(500);
  });
});

describe("requests and tokens a minute", () => {
  it("requests never pass the rate in any minute, and come near it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 60 }), async (perMinute, count) => {
        const clock = new VirtualClock();
        const paced = pacer(clock, { requestsPerMinute: perMinute, concurrency: 64 });
        const sent: number[] = [];
        const call = async (): Promise<void> => {
          sent.push(clock.now());
        };
        await clock.run(Promise.all(Array.from({ length: count }, () => paced.run(0, call, none, never))));
        expect(sent.length).toBe(count);
        const burst = Math.max(1, perMinute / 600);
        sent.forEach((from, index) => {
          const inMinute = sent.slice(index).filter((time) => time < from + 60_000).length;
          expect(inMinute).toBeLessThanOrEqual(perMinute + burst);
        });
        const ideal = ((count - burst) * 60_000) / perMinute;
        expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeLessThanOrEqual(Math.max(0, ideal) + count);
      }),
      { numRuns: 30 },
    );
  });

  it("what a request reserved and did not use is given back", async () => {
    const finish = async (used: number): Promise<number> => {
      const clock = new VirtualClock();
      const paced = pacer(clock, { tokensPerMinute: 60_000 });
      const call = async (): Promise<void> => undefined;
      await clock.run(Promise.all(Array.from({ length: 40 }, () => paced.run(3_000, call, () => used, never))));
      return clock.now() - 1_000_000;
    };
    // 40 calls of 3,000 tokens at 1,000 a second, after a first burst of 6,000.
    expect(await finish(3_000)).toBeGreaterThan(110_000);
    expect(await finish(30)).toBeLessThan(2_000);
  });

  it("a request above the burst is slow, not stuck", async () => {
    const clock = new VirtualClock();
    const paced = pacer(clock, { tokensPerMinute: 600 });
    const call = async (): Promise<void> => undefined;
    await clock.run(paced.run(5_000, call, () => 5_000, never));
    await clock.run(paced.run(1, call, () => 1, never));
    // The debt of 4,940 tokens is paid off at 10 a second first.
    expect(clock.now() - 1_000_000).toBeGreaterThan(490_000);
  });

  it("a clock that is set back stops nothing", async () => {
    const clock = new VirtualClock();
    const paced = pacer(clock, { requestsPerMinute: 60 });
    const call = async (): Promise<void> => undefined;
    await clock.run(paced.run(0, call, none, never));
    clock.set(500);
    await clock.run(paced.run(0, call, none, never));
    expect(clock.now()).toBeLessThan(3_000);
  });
});

describe("retries", () => {
  it("end with the first success, after jittered waits", async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const call = async (): Promise<string> => {
      calls += 1;
      if (calls < 5) throw busy();
      return "done";
    };
    expect(await clock.run(pacer(clock).run(0, call, none, never))).toBe("done");
    // Full jitter: at most 500 + 1,000 + 2,000 + 4,000 ms.
    expect(clock.now() - 1_000_000).toBeGreaterThan(0);
    expect(clock.now() - 1_000_000).toBeLessThanOrEqual(7_500);
  });

  it("are not made for what cannot pass", async () => {
    const clock = new VirtualClock();
    for (const fault of [
      new EndpointFault("quota", "No credit.", { remedy: "Pay.", retry: "no" }),
      new Fault("internal", "A bug."),
    ]) {
      let calls = 0;
      const call = async (): Promise<never> => {
        calls += 1;
        throw fault;
      };
      await expect(clock.run(pacer(clock).run(0, call, none, never))).rejects.toBe(fault);
      expect(calls).toBe(1);
    }
  });

  it("wait as long as the server asks, also for minutes, and everybody with them", async () => {
    const clock = new VirtualClock();
    const paced = pacer(clock, { concurrency: 2 });
    const startedAt = clock.now();
    const sent: number[] = [];
    let refused = false;
    const call = async (signal: AbortSignal): Promise<void> => {
      sent.push(clock.now() - startedAt);
      if (!refused) {
        refused = true;
        throw busy(90_000);
      }
      await clock.sleep(1_000, signal);
    };
    await clock.run(Promise.all(Array.from({ length: 6 }, () => paced.run(0, call, none, never))));
    // Two were out when the server asked to wait; nothing was sent before it was over.
    expect(sent.filter((time) => time < 90_000).length).toBe(2);
    expect(sent.length).toBe(7);
  });

  it("do not wait longer because the clock is set back", async () => {
    const clock = new VirtualClock();
    const paced = pacer(clock, { maxRetryAfterMs: 120_000 });
    const asking = paced.run(0, () => Promise.reject(busy(60_000)), none, never);
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.set(0);
    const startedAt = clock.now();
    expect(await clock.run(paced.run(0, async () => "sent", none, never))).toBe("sent");
    expect(clock.now() - startedAt).toBeLessThanOrEqual(120_000);
    asking.catch(() => undefined);
  });

  it("do not wait longer than allowed", async () => {
    const clock = new VirtualClock();
    const call = async (): Promise<never> => {
      throw busy(3_600_000);
    };
    const work = clock.run(pacer(clock).run(0, call, none, never));
    await expect(work).rejects.toMatchObject({ retry: "no", trouble: "rate-limit" });
    await expect(work).rejects.toThrow(/3600 s/);
    expect(clock.now()).toBe(1_000_000);
  });

  it("end with the deadline, also inside a try", async () => {
    const clock = new VirtualClock();
    const paced = pacer(clock, { deadlineMs: 10_000, attempts: 1_000 });
    const failing = async (): Promise<never> => {
      throw busy(2_000);
    };
    await expect(clock.run(paced.run(0, failing, none, never))).rejects.toThrow(/10 s/);
    expect(clock.now() - 1_000_000).toBeLessThanOrEqual(10_000);
    const fresh = new VirtualClock();
    const hanging = (signal: AbortSignal): Promise<void> => fresh.sleep(1e9, signal);
    const late = fresh.run(pacer(fresh, { deadlineMs: 10_000 }).run(0, hanging, none, never));
    await expect(late).rejects.toMatchObject({ trouble: "silent", retry: "no" });
    expect(fresh.now() - 1_000_000).toBe(10_000);
  });

  it("a long queue costs nobody the deadline", async () => {
    const clock = new VirtualClock();
    const paced = pacer(clock, { deadlineMs: 1_500, concurrency: 1 });
    const call = (signal: AbortSignal): Promise<void> => clock.sleep(1_000, signal);
    await clock.run(Promise.all(Array.from({ length: 10 }, () => paced.run(0, call, none, never))));
  });
});

describe("cancellation", () => {
  const waits: readonly (readonly [string, Partial<AskingPolicy>, number | null])[] = [
    ["in the queue", { concurrency: 1 }, null],
    ["for a request's turn", { requestsPerMinute: 1 }, null],
    ["for tokens", { tokensPerMinute: 1 }, null],
    ["between tries", {}, 60_000],
  ];
  it.each(waits)("ends a wait %s at once", async (_name, changes, retryAfterMs) => {
    const clock = new VirtualClock();
    const paced = pacer(clock, changes);
    let calls = 0;
    const call = async (signal: AbortSignal): Promise<void> => {
      calls += 1;
      if (retryAfterMs !== null) throw busy(retryAfterMs);
      await clock.sleep(1e9, signal);
    };
    const controller = new AbortController();
    const work = [1, 2].map(() => paced.run(1, call, () => 1, controller.signal));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = calls;
    controller.abort();
    for (const each of work) await expect(each).rejects.toMatchObject({ kind: "cancelled" });
    expect(clock.now()).toBe(1_000_000);
    expect(calls).toBe(before);
    // The one that waited gave back what it held: another one finds its turn.
    const next = paced.run(0, async () => "free", none, never);
    expect(await clock.run(next)).toBe("free");
  });

  it("a signal with thousands of requests warns nobody and keeps nothing", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const paced = pacer(clock, { concurrency: 256 });
    const call = (own: AbortSignal): Promise<void> => clock.sleep(1, own);
    await clock.run(Promise.all(Array.from({ length: 2_000 }, () => paced.run(0, call, none, signal))));
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });
});

describe("listening to a signal", () => {
  it("ends when told to, and happens at once when it is too late", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    const stop = onAbort(controller.signal, () => heard.push("stopped"));
    onAbort(controller.signal, () => heard.push("kept"));
    stop();
    controller.abort();
    onAbort(controller.signal, () => heard.push("late"));
    expect(heard).toEqual(["kept", "late"]);
  });
});

describe("a model under the policy", () => {
  it("keeps its identity, reserves by prompt and bound, and settles by usage", async () => {
    const clock = new VirtualClock();
    const answer: ChatAnswer = {
      text: "x",
      reasoning: null,
      finish: "stop",
      usage: { promptTokens: 10, cachedTokens: 0, completionTokens: 10, estimated: false },
    };
    const model: ChatModel = {
      identity: { provider: "p", endpoint: "e", name: "n", revision: null },
      complete: async (_request, _signal, onText) => {
        onText?.("x");
        return answer;
      },
    };
    const limited = withPolicy(
      model,
      { ...policy, tokensPerMinute: 60_000 },
      clock,
      new Random(1),
      (text) => text.length,
    );
    expect(limited.identity).toBe(model.identity);
    const pieces: string[] = [];
    const request = question("x".repeat(1_000), { maxTokens: 5_000 });
    const work = Array.from({ length: 100 }, () => limited.complete(request, never, (piece) => pieces.push(piece)));
    expect(await clock.run(Promise.all(work))).toEqual(work.map(() => answer));
    expect(pieces.length).toBe(100);
    // 600,000 tokens reserved at once would take ten minutes; the 2,000 used take no time.
    expect(clock.now() - 1_000_000).toBeLessThan(3_000);
  });

  it.each([
    { concurrency: 0 },
    { concurrency: 1.5 },
    { attempts: 0 },
    { requestsPerMinute: 0 },
    { tokensPerMinute: Number.NaN },
    { deadlineMs: 0 },
  ])("limits that make no sense are refused: %j", (changes) => {
    expect(() => pacer(new VirtualClock(), changes)).toThrow(Object.keys(changes)[0]);
  });
});
