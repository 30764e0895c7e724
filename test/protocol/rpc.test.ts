import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import type { FaultView } from "../../src/protocol/fault.js";
import { RequestFault } from "../../src/protocol/requestFault.js";
import { Peer, type Channel, type Contract, type Handlers } from "../../src/protocol/rpc.js";

const server = {
  requests: {
    double: { params: z.object({ value: z.number() }), result: z.object({ value: z.number() }) },
    wait: { params: z.object({}), result: z.string() },
    lie: { params: z.object({}), result: z.number() },
  },
  events: { tick: z.object({ count: z.number() }) },
} as const satisfies Contract;
const client = { requests: {}, events: {} } as const satisfies Contract;

/** Two ends of a wire that carries what a structured clone carries, in order and later. */
function wire(): [Channel, Channel] {
  const listeners: [Set<(message: unknown) => void>, Set<(message: unknown) => void>] = [new Set(), new Set()];
  const end = (own: 0 | 1, other: 0 | 1): Channel => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => listeners[other].forEach((listener) => listener(copy)));
    },
    listen: (listener) => {
      listeners[own].add(listener);
      return () => listeners[own].delete(listener);
    },
  });
  return [end(0, 1), end(1, 0)];
}

function pair(change: Partial<Handlers<typeof server>> = {}) {
  const [left, right] = wire();
  const stray: string[] = [];
  const describeFault = (thrown: unknown): FaultView => ({
    kind: "data",
    message: thrown instanceof Error ? thrown.message : "?",
  });
  const options = { describe: describeFault, onStray: ({ message }: FaultView) => stray.push(message) };
  const asker = new Peer(left, { ...options, remote: server, own: client, handlers: {} });
  const answerer = new Peer(right, {
    ...options,
    remote: client,
    own: server,
    handlers: {
      double: async ({ value }) => ({ value: value * 2 }),
      wait: async (_params, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")))),
      lie: async () => 1,
      ...change,
    },
  });
  return { asker, answerer, stray, left, right };
}

async function faultOf(promise: Promise<unknown>): Promise<FaultView> {
  const thrown: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof RequestFault)) throw new Error("The request did not end with a fault.");
  return thrown.fault;
}

describe("a conversation between two peers", () => {
  it("answers each request with its own result, in whatever order", async () => {
    const { asker } = pair();
    const answers = await Promise.all([1, 2, 3].map(async (value) => asker.call("double", { value })));
    expect(answers.map(({ value }) => value)).toEqual([2, 4, 6]);
  });

  it("ends a request with the fault that its handler threw", async () => {
    const { asker } = pair({
      double: async () => {
        throw new Error("no such run");
      },
    });
    expect(await faultOf(asker.call("double", { value: 1 }))).toEqual({ kind: "data", message: "no such run" });
  });

  it("refuses parameters of a wrong form, and requests that do not exist, in words", async () => {
    const { left, asker, right } = pair();
    const answers: unknown[] = [];
    left.listen((message) => answers.push(message));
    left.post({ kind: "request", id: 77, method: "double", params: { value: "<img onerror>" } });
    left.post({ kind: "request", id: 78, method: "constructor", params: {} });
    await asker.call("double", { value: 1 });
    expect(answers).toContainEqual(
      expect.objectContaining({
        kind: "fault",
        id: 77,
        fault: expect.objectContaining({ kind: "internal" }) as unknown,
      }),
    );
    expect(answers).toContainEqual(expect.objectContaining({ kind: "fault", id: 78 }));
    expect(right).toBeDefined();
  });

  it("does not hand on an answer of a wrong form", async () => {
    const [left, right] = wire();
    const asker = new Peer(left, {
      remote: server,
      own: client,
      handlers: {},
      describe: () => ({ kind: "internal", message: "" }),
      onStray: () => undefined,
    });
    right.listen((message) => {
      const { id } = message as { id: number };
      right.post({ kind: "reply", id, result: "not a number" });
    });
    expect((await faultOf(asker.call("lie", {}))).message).toContain("wrong form");
  });

  it("cancels on both sides: the asker at once, the handler by its signal", async () => {
    let aborted = false;
    const { asker } = pair({
      wait: async (_params, { signal }) =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () => {
            aborted = true;
            resolve("late");
          }),
        ),
    });
    const controller = new AbortController();
    const waiting = faultOf(asker.call("wait", {}, { signal: controller.signal }));
    await Promise.resolve();
    controller.abort();
    expect((await waiting).kind).toBe("cancelled");
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(aborted).toBe(true);
  });

  it("ends a request that takes longer than it may", async () => {
    const { asker } = pair();
    expect((await faultOf(asker.call("wait", {}, { timeoutMs: 5 }))).message).toContain("No answer to wait");
  });

  it("settles everything under way when it closes, and refuses what comes after", async () => {
    const { asker } = pair();
    const waiting = faultOf(asker.call("wait", {}));
    asker.close({ kind: "internal", message: "gone" });
    expect((await waiting).message).toBe("gone");
    expect((await faultOf(asker.call("double", { value: 1 }))).message).toBe("gone");
  });

  it("a page that is made anew gets no answer to what the one before it asked", async () => {
    const [left, right] = wire();
    const options = { describe: () => ({ kind: "data" as const, message: "" }), onStray: () => undefined };
    const answers: ((value: { value: number }) => void)[] = [];
    const double = async (): Promise<{ value: number }> => new Promise((resolve) => answers.push(resolve));
    const handlers = { double, wait: async () => "", lie: async () => 1 };
    const answerer = new Peer(right, { ...options, remote: client, own: server, handlers });
    const page = (firstRequest: number) =>
      new Peer(left, { ...options, remote: server, own: client, handlers: {}, firstRequest });
    const before = page(1000);
    const lost = faultOf(before.call("double", { value: 1 }));
    before.close();
    const asked = page(2000).call("double", { value: 2 });
    await lost;
    await expect.poll(() => answers.length).toBe(2);
    answers[0]?.({ value: 2 });
    await new Promise((resolve) => setTimeout(resolve, 0));
    answers[1]?.({ value: 4 });
    expect(await asked).toEqual({ value: 4 });
    answerer.close();
  });

  it("tells the other side what it could not understand, and that once", async () => {
    const { asker, answerer, stray } = pair();
    asker.report({ kind: "internal", message: "There is no event tock." });
    answerer.say("tick", { count: 1 });
    await asker.call("double", { value: 1 });
    expect(stray).toEqual(["The other side says: There is no event tock."]);
  });

  it("passes events on, and reports unknown messages without stopping", async () => {
    const { asker, answerer, stray, right } = pair();
    const heard: number[] = [];
    const stop = asker.on("tick", ({ count }) => heard.push(count));
    answerer.say("tick", { count: 1 });
    right.post({ kind: "event", name: "tock", data: {} });
    right.post("<script>");
    await asker.call("double", { value: 1 });
    stop();
    answerer.say("tick", { count: 2 });
    await asker.call("double", { value: 1 });
    expect(heard).toEqual([1]);
    expect(stray).toHaveLength(2);
  });
});
