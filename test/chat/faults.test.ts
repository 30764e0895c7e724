import { describe, expect, it } from "vitest";
import { nodeClock, type OpenAiChatModelOptions } from "../../src/adapters/chat/index.js";
import {
  Asker,
  Budget,
  DEFAULT_POLICY,
  EndpointFault,
  NO_CAP,
  parseStoredAnswer,
  withPolicy,
  type EndpointTrouble,
  type LedgerEntry,
} from "../../src/engine/asking/index.js";
import { Fault } from "../../src/engine/fault.js";
import { Random } from "../../src/engine/random.js";
import type { ChatModel } from "../../src/engine/seams/index.js";
import { eachFaultOnce, PASSING_FAULTS, type FaultName, type FaultServer } from "../support/faultServer.js";
import { question, reversed } from "../support/chat.js";
import { modelAt as madeModel, servers } from "./support.js";

const serve = servers();

const modelAt = (baseUrl: string, options: Partial<OpenAiChatModelOptions> = {}): ChatModel =>
  madeModel(baseUrl, { idleMs: 1_000, deadlineMs: 10_000, maxBytes: 200_000, ...options });

const patient = { ...DEFAULT_POLICY, concurrency: 4, firstDelayMs: 5, maxDelayMs: 20 };
const never = new AbortController().signal;

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const outcome = await work.then(
    (value) => value,
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof Fault) return outcome;
  throw new Error(`expected a fault, got ${JSON.stringify(outcome)}`);
}

describe("one try", () => {
  const expected: readonly (readonly [FaultName, EndpointTrouble, "yes" | "no"])[] = [
    ["429", "rate-limit", "yes"],
    ["429-retry-after", "rate-limit", "yes"],
    ["429-retry-date", "rate-limit", "yes"],
    ["429-no-credit", "quota", "no"],
    ["500", "server", "yes"],
    ["reset-before-answer", "interrupted", "yes"],
    ["reset-inside-body", "interrupted", "yes"],
    ["hang-before-headers", "silent", "yes"],
    ["hang-inside-stream", "silent", "yes"],
    ["html-200", "not-an-endpoint", "yes"],
    ["empty-200", "malformed", "yes"],
    ["broken-json", "malformed", "yes"],
    ["error-event", "server", "yes"],
    ["truncated-stream", "interrupted", "yes"],
    ["endless-stream", "endless", "yes"],
    ["wrong-model", "wrong-model", "yes"],
    ["wrong-key", "authentication", "no"],
    ["unknown-model", "unknown-model", "no"],
  ];
  it.each(expected)("%s is a fault of its own", async (name, trouble, retry) => {
    const server = await serve({ faults: [{ at: 1, fault: name }] });
    // Only a silent server has to be waited for; a busy machine must not make the others look silent.
    const model = modelAt(server.baseUrl, { idleMs: name.startsWith("hang") ? 200 : 10_000 });
    const fault = await faultOf(model.complete(question("one"), never));
    expect(fault).toBeInstanceOf(EndpointFault);
    expect(fault).toMatchObject({ trouble, retry });
    expect(fault.details.remedy).toMatch(/\.$/);
    expect(fault.describe()).not.toContain("sk-test-0123456789");
    expect(JSON.stringify(fault)).not.toContain("sk-test-0123456789");
    const again = await modelAt(server.baseUrl).complete(question("one"), never);
    expect(again.text).toBe(reversed({ messages: question("one").messages }));
  });
});

describe("under the policy", () => {
  const prompts = Array.from({ length: 60 }, (_, index) => `question number ${index} — ${"é".repeat(index % 5)}`);

  async function answers(server: FaultServer, options: Partial<OpenAiChatModelOptions> = {}): Promise<unknown[]> {
    const model = withPolicy(modelAt(server.baseUrl, options), patient, nodeClock, new Random(1, "retry"));
    return Promise.all(
      prompts.map(async (prompt) => {
        const { usage, ...answer } = await model.complete(question(prompt, { temperature: 0 }), never);
        return { ...answer, completionTokens: usage.completionTokens };
      }),
    );
  }

  it("every passing fault is outlived, and the answers equal those of a faultless server", async () => {
    const faultless = await serve();
    const faulty = await serve({ faults: eachFaultOnce(2, 3), retryAfterSeconds: 0.2 });
    expect(await answers(faulty)).toEqual(await answers(faultless));
    expect([...faulty.given].sort()).toEqual([...PASSING_FAULTS].sort());
    expect([...faultless.requests.values()]).toEqual(prompts.map(() => 1));
    const asked = [...faulty.requests.values()];
    expect(asked.length).toBe(prompts.length);
    // Each fault but slow bytes costs one further request, and nothing else does.
    expect(asked.reduce((sum, count) => sum + count, 0)).toBe(prompts.length + PASSING_FAULTS.length - 1);
  });

  it("a server without streaming is served, faults and all", async () => {
    const faults = eachFaultOnce(4, 3);
    const server = await serve({
      faults,
      retryAfterSeconds: 0.2,
      intercept: ({ stream }, response) => {
        if (!stream) return false;
        response.writeHead(400, { "content-type": "application/json" });
        response.end(
          JSON.stringify({ error: { message: "stream=true is not supported", type: "invalid_request_error" } }),
        );
        return true;
      },
    });
    const faultless = await serve();
    expect(await answers(server, { deadlineMs: 1_000 })).toEqual(await answers(faultless));
    // Only the first requests, sent before the refusal came back, asked for a stream.
    expect(server.received.filter(({ stream }) => stream).length).toBeLessThanOrEqual(patient.concurrency);
  });

  it("a fault that does not pass ends with what was tried", async () => {
    const server = await serve({
      intercept: (_request, response) => {
        response.writeHead(500).end("boom");
        return true;
      },
    });
    const model = withPolicy(modelAt(server.baseUrl), { ...patient, attempts: 3 }, nodeClock, new Random(1, "retry"));
    const fault = await faultOf(model.complete(question("one"), never));
    expect(fault.message).toMatch(/HTTP 500.*tried 3 times/);
    expect(fault).toMatchObject({ kind: "endpoint", retry: "no" });
    expect(server.received.length).toBe(3);
  });
});

describe("the paid-answer service over a faulty server", () => {
  it("asks each question once, but for the tries that were broken", async () => {
    const server = await serve({ faults: eachFaultOnce(1, 2), retryAfterSeconds: 0.2 });
    const kept = new Map<string, string>();
    const ledger: LedgerEntry[] = [];
    const start = (): Asker =>
      new Asker({
        model: withPolicy(modelAt(server.baseUrl), { ...patient, concurrency: 16 }, nodeClock, new Random(1, "retry")),
        cache: {
          get: async (key) => {
            const line = kept.get(key);
            return line === undefined ? undefined : parseStoredAnswer(JSON.parse(line));
          },
          has: async (key) => kept.has(key),
          refresh: async () => undefined,
          put: async (key, value) => void kept.set(key, JSON.stringify(value)),
          close: async () => undefined,
        },
        budget: new Budget({ ...NO_CAP, calls: 40 }, ledger),
        price: { input: 1, cached: 1, output: 2 },
        run: "run-1",
        purpose: "target",
        clock: nodeClock,
        onSettled: (entry) => void ledger.push(entry),
      });
    const askAll = (asker: Asker): Promise<string[]> =>
      Promise.all(
        Array.from({ length: 80 }, async (_, at) => (await asker.ask(question(`q${at % 40}`), never)).answer.text),
      );
    const first = await askAll(start());
    expect([...server.given].sort()).toEqual([...PASSING_FAULTS].sort());
    const asked = server.received.length;
    expect(asked).toBe(40 + PASSING_FAULTS.length - 1);
    expect(ledger.length).toBe(40);
    // The run is started again, with its budget used up: everything is there already.
    expect(await askAll(start())).toEqual(first);
    expect(server.received.length).toBe(asked);
    expect(ledger.length).toBe(40);
  });
});

describe("endpoints that are none", () => {
  it("nothing listens: said at once, without retries, until it has answered once", async () => {
    const server = await serve();
    const model = modelAt(server.baseUrl);
    const { baseUrl } = server;
    await server.close();
    expect(await faultOf(modelAt(baseUrl).complete(question("one"), never))).toMatchObject({
      trouble: "unreachable",
      retry: "no",
      message: `Nothing listens at ${baseUrl}.`,
    });
    expect(await faultOf(model.complete(question("one"), never))).toMatchObject({ retry: "no" });
    const living = await serve();
    const known = modelAt(living.baseUrl);
    await known.complete(question("one"), never);
    await living.close();
    expect(await faultOf(known.complete(question("two"), never))).toMatchObject({ retry: "yes" });
  });

  it("a host without a name", async () => {
    const fault = await faultOf(modelAt("http://no-such-host.invalid/v1").complete(question("one"), never));
    // A machine without a resolver cannot tell a missing name from a missing network.
    expect(fault.message).toMatch(/no host of the name|connection to .* broke/);
  });

  it("a path that is not there", async () => {
    const server = await serve();
    const baseUrl = server.baseUrl.replace("/v1", "/api");
    const fault = await faultOf(modelAt(baseUrl).complete(question("one"), never));
    expect(fault).toMatchObject({ trouble: "not-an-endpoint", retry: "no" });
    expect(fault.details.remedy).toContain("/v1");
  });

  it("a redirect is reported instead of followed", async () => {
    const server = await serve({
      intercept: (_request, response) => {
        response.writeHead(308, { location: "https://elsewhere.example/v1" }).end();
        return true;
      },
    });
    const fault = await faultOf(modelAt(server.baseUrl).complete(question("one"), never));
    expect(fault.message).toContain("https://elsewhere.example/v1");
  });

  it.each(["ftp://example.org", "not an address", "http://user:secret@example.org/v1"])("the address %s", (baseUrl) => {
    expect(() => modelAt(baseUrl)).toThrow(Fault);
    try {
      modelAt(baseUrl);
    } catch (thrown) {
      expect((thrown as Fault).describe()).not.toContain("secret");
    }
  });

  it("a key with a line end is refused without being shown", () => {
    try {
      modelAt("http://127.0.0.1:1/v1", { apiKey: "sk-verysecret\n" });
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toMatchObject({ kind: "configuration" });
      expect((thrown as Fault).describe()).not.toContain("verysecret");
    }
  });
});

describe("refused requests", () => {
  function refusing(status: number, error: unknown): Promise<FaultServer> {
    return serve({
      intercept: (_request, response) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(error));
        return true;
      },
    });
  }

  const cases: readonly (readonly [string, number, unknown, object])[] = [
    ["Ollama's unknown model", 404, { error: "model 'student' not found" }, { trouble: "unknown-model" }],
    [
      "vLLM's older form",
      404,
      { object: "error", message: "The model `student` does not exist.", code: 404 },
      { trouble: "unknown-model" },
    ],
    ["FastAPI's 404", 404, { detail: "Not Found" }, { trouble: "not-an-endpoint" }],
    ["a payment required", 402, { error: { message: "Insufficient Balance" } }, { trouble: "quota" }],
    [
      "a context that is too long",
      400,
      { error: { message: "This model's maximum context length is 4096 tokens.", code: "context_length_exceeded" } },
      { trouble: "too-long" },
    ],
    [
      "a bound that is too large",
      400,
      { error: { message: "max_tokens is too large: 99999. It supports at most 16384.", param: "max_tokens" } },
      { trouble: "too-long" },
    ],
    [
      "a refused temperature",
      400,
      {
        error: {
          message:
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
          param: "temperature",
          code: "unsupported_value",
        },
      },
      { trouble: "unsupported-parameter", parameter: "temperature" },
    ],
    [
      "a refused seed, named in the words only",
      422,
      { detail: [{ loc: ["body", "seed"], msg: "Extra inputs are not permitted" }] },
      { trouble: "unsupported-parameter", parameter: "seed" },
    ],
    ["anything else", 400, { error: { message: "messages must alternate" } }, { trouble: "refused" }],
    ["a key without the right", 403, { error: { message: "no access" } }, { trouble: "authentication" }],
  ];
  it.each(cases)("%s", async (_name, status, error, expected) => {
    const server = await refusing(status, error);
    const fault = await faultOf(modelAt(server.baseUrl).complete(question("one"), never));
    expect(fault).toMatchObject({ ...expected, retry: "no" });
    expect(fault.details.remedy).toBeDefined();
    expect(server.received.length).toBe(1);
  });

  it("a wait of more than a minute is read, as seconds, as milliseconds and as a date", async () => {
    const waits: [string, string, number][] = [
      ["retry-after", "90", 90_000],
      ["retry-after", "0.5", 500],
      ["retry-after-ms", "1500", 1_500],
      ["retry-after", new Date(Date.now() + 120_000).toUTCString(), 120_000],
    ];
    for (const [header, value, ms] of waits) {
      const server = await serve({
        intercept: (_request, response) => {
          response.writeHead(429, { [header]: value }).end();
          return true;
        },
      });
      const fault = await faultOf(modelAt(server.baseUrl).complete(question("one"), never));
      expect(fault).toBeInstanceOf(EndpointFault);
      expect(Math.abs(((fault as EndpointFault).retryAfterMs ?? 0) - ms)).toBeLessThan(2_000);
    }
  });

  it("an error whose words never come is silence", async () => {
    const server = await serve({
      intercept: (_request, response) => {
        response.writeHead(500, { "content-type": "application/json" }).write("{");
        return true;
      },
    });
    const fault = await faultOf(modelAt(server.baseUrl, { idleMs: 200 }).complete(question("one"), never));
    expect(fault).toMatchObject({ trouble: "silent", retry: "yes" });
  });

  it("a prompt that the service's filter refuses is an empty answer", async () => {
    const server = await refusing(400, {
      error: { code: "content_filter", message: "Filtered by the content management policy." },
    });
    const answer = await modelAt(server.baseUrl).complete(question("one"), never);
    expect(answer).toMatchObject({ text: "", finish: "filter" });
  });
});

describe("cancellation", () => {
  it.each(["hang-before-headers", "hang-inside-stream", "endless-stream"] as const)(
    "is prompt during %s",
    async (fault) => {
      const server = await serve({ faults: [{ at: 1, fault }] });
      const controller = new AbortController();
      const model = modelAt(server.baseUrl, { idleMs: 20_000, deadlineMs: 20_000, maxBytes: 1e9 });
      const work = faultOf(model.complete(question("one"), controller.signal));
      setTimeout(() => controller.abort(), 100);
      const startedAt = performance.now();
      expect((await work).kind).toBe("cancelled");
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    },
  );

  it("asks nothing when it was cancelled before", async () => {
    const server = await serve();
    const fault = await faultOf(modelAt(server.baseUrl).complete(question("one"), AbortSignal.abort()));
    expect(fault.kind).toBe("cancelled");
    expect(server.received.length).toBe(0);
  });
});
