import fc from "fast-check";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createOpenAiEmbedder, listModels, loadTokenCounter, nodeClock } from "../../src/adapters/chat/index.js";
import { EventReader } from "../../src/adapters/chat/eventReader.js";
import { splitReasoning, ThinkFilter } from "../../src/adapters/chat/reasoning.js";
import { isSameModel } from "../../src/adapters/chat/reply.js";
import { DEFAULT_POLICY, Pacer } from "../../src/engine/asking/index.js";
import { Random } from "../../src/engine/random.js";
import { question, reversed } from "../support/chat.js";
import { modelAt, servers } from "./support.js";
import { type FaultServer } from "../support/faultServer.js";

const serve = servers();
afterEach(() => void vi.unstubAllEnvs());

const never = new AbortController().signal;

/** A server that sends these events as a stream, then ends it or keeps it open. */
function streaming(events: readonly unknown[], tail = "data: [DONE]\n\n", open = false): Promise<FaultServer> {
  return serve({
    intercept: (_request, response) => {
      sendStream(response, events, tail, open);
      return true;
    },
  });
}

function sendStream(response: ServerResponse, events: readonly unknown[], tail: string, open: boolean): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("") + tail);
  if (!open) response.end();
}

function delta(fields: object, finish: string | null = null): object {
  return { model: "student", choices: [{ index: 0, delta: fields, finish_reason: finish }] };
}

describe("requests", () => {
  it("leave out what is null and send what is not", async () => {
    const server = await serve();
    const model = modelAt(server.baseUrl, { extraBody: { reasoning_effort: "low" } });
    await model.complete(question("a", { maxTokens: null }), never);
    await model.complete(
      question("b", { temperature: 0.8, topP: 0.9, maxTokens: 7, seed: 40, stop: ["\n\n"] }, 2),
      never,
    );
    expect(server.received[0]?.body).toEqual({
      reasoning_effort: "low",
      model: "student",
      messages: [{ role: "user", content: "a" }],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(server.received[1]?.body).toMatchObject({
      temperature: 0.8,
      top_p: 0.9,
      max_completion_tokens: 7,
      seed: 42,
      stop: ["\n\n"],
    });
  });

  it("further fields of the body change the identity of the model", () => {
    const plain = modelAt("http://127.0.0.1:1/v1").identity;
    const low = modelAt("http://127.0.0.1:1/v1", { extraBody: { reasoning_effort: "low" } }).identity;
    const high = modelAt("http://127.0.0.1:1/v1", { extraBody: { reasoning_effort: "high" } }).identity;
    expect(new Set([plain.provider, low.provider, high.provider]).size).toBe(3);
  });

  it("carry nothing of the environment", async () => {
    vi.stubEnv("OPENAI_API_KEY", "sk-environment");
    vi.stubEnv("OPENAI_ADMIN_KEY", "sk-admin");
    vi.stubEnv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    vi.stubEnv("OPENAI_ORG_ID", "org-environment");
    vi.stubEnv("OPENAI_PROJECT_ID", "proj-environment");
    vi.stubEnv("OPENAI_CUSTOM_HEADERS", "x-environment: yes\nauthorization: Bearer sk-custom");
    vi.stubEnv("OPENAI_LOG", "debug");
    const log = vi.spyOn(console, "debug");
    const server = await serve();
    await modelAt(server.baseUrl).complete(question("a"), never);
    await modelAt(server.baseUrl, { apiKey: null }).complete(question("b"), never);
    expect(JSON.stringify(server.received.map(({ headers }) => headers))).not.toMatch(/environment|admin|custom/);
    expect(server.received.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer sk-test-0123456789",
      undefined,
    ]);
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  it("share few connections", async () => {
    const server = await serve();
    const model = modelAt(server.baseUrl);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(["a", "b", "c", "d"].map((text) => model.complete(question(`${text}${round}`), never)));
    }
    expect(server.connections).toBeLessThanOrEqual(8);
  });
});

describe("servers that take less", () => {
  /** Refuses a request while `refuses` names a parameter of it. */
  function refusing(refuses: (body: Readonly<Record<string, unknown>>) => string | null): Promise<FaultServer> {
    return serve({
      intercept: ({ body }, response) => {
        const name = refuses(body);
        if (name === null) return false;
        const error = { message: `Unsupported parameter: '${name}' is not supported.`, param: name };
        response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error }));
        return true;
      },
    });
  }

  it.each([
    ["max_completion_tokens", { maxTokens: 9 }, { max_tokens: 9 }],
    ["stream_options", {}, { stream: true }],
    ["response_format", { format: { name: "answer", schema: { type: "object" } } }, { stream: true }],
  ])("a refused %s is left out from then on", async (name, parameters, expected) => {
    const server = await refusing((body) => (name in body ? name : null));
    const model = modelAt(server.baseUrl);
    const first = await model.complete(question("a", parameters), never);
    expect(first.text).toBe(reversed({ messages: question("a").messages }));
    await model.complete(question("b", parameters), never);
    expect(server.received.length).toBe(3);
    expect(server.received[0]?.body).toHaveProperty(name);
    expect(server.received[2]?.body).toMatchObject(expected);
    expect(server.received[2]?.body).not.toHaveProperty(name);
  });

  it("both names of the token limit refused is a fault", async () => {
    const server = await refusing(
      (body) => ["max_tokens", "max_completion_tokens"].find((name) => name in body) ?? null,
    );
    await expect(modelAt(server.baseUrl).complete(question("a"), never)).rejects.toMatchObject({
      parameter: "max_tokens",
    });
    expect(server.received.length).toBe(2);
  });

  it("requests in flight at once learn of a refusal together", async () => {
    const server = await refusing((body) => ("max_completion_tokens" in body ? "max_completion_tokens" : null));
    const model = modelAt(server.baseUrl);
    const answers = await Promise.all(Array.from({ length: 16 }, (_, at) => model.complete(question(`q${at}`), never)));
    expect(answers.map(({ finish }) => finish)).toEqual(answers.map(() => "stop"));
  });
});

describe("answers", () => {
  it("usage is the server's, with its cached part", async () => {
    const usage = { prompt_tokens: 50, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 40 } };
    const server = await streaming([delta({ content: "hi" }, "length"), { model: "student", choices: [], usage }]);
    expect(await modelAt(server.baseUrl).complete(question("a"), never)).toEqual({
      text: "hi",
      reasoning: null,
      finish: "length",
      usage: { promptTokens: 50, cachedTokens: 40, completionTokens: 5, estimated: false },
    });
  });

  it("usage may come before the last event", async () => {
    const usage = { prompt_tokens: 5, completion_tokens: 1 };
    const server = await streaming([
      { ...delta({ content: "a" }), usage },
      { ...delta({ content: "b" }), usage: { ...usage, completion_tokens: 2 } },
      { ...delta({}, "stop"), usage: null },
    ]);
    const answer = await modelAt(server.baseUrl).complete(question("a"), never);
    expect(answer).toMatchObject({ text: "ab", usage: { completionTokens: 2, estimated: false } });
  });

  it("usage is counted where the server sends none", async () => {
    const server = await streaming([delta({ content: "one two three" }, "stop")]);
    const { usage } = await modelAt(server.baseUrl).complete(question("a <|endoftext|> b"), never);
    expect(usage.estimated).toBe(true);
    expect(usage.completionTokens).toBe(3);
    expect(usage.promptTokens).toBeGreaterThan(8);
  });

  it.each(["reasoning_content", "reasoning"])("%s is kept apart", async (field) => {
    const server = await streaming([
      delta({ [field]: "let me " }),
      delta({ [field]: "see" }),
      delta({ content: "4" }, "stop"),
    ]);
    const pieces: string[] = [];
    const answer = await modelAt(server.baseUrl).complete(question("a"), never, (piece) => pieces.push(piece));
    expect(answer).toMatchObject({ text: "4", reasoning: "let me see" });
    expect(pieces).toEqual(["4"]);
  });

  it("thoughts in tags are kept apart and not shown", async () => {
    const parts = ["<th", "ink>2 + 2", " = 4</thi", "nk>\n", "\nThe answer", " is 4."];
    const server = await streaming([...parts.map((content) => delta({ content })), delta({}, "stop")]);
    const pieces: string[] = [];
    const answer = await modelAt(server.baseUrl).complete(question("a"), never, (piece) => pieces.push(piece));
    expect(answer).toMatchObject({ text: "The answer is 4.", reasoning: "2 + 2 = 4" });
    expect(pieces.join("")).toBe("The answer is 4.");
  });

  it("a refusal is an answer", async () => {
    const server = await streaming([delta({ content: null, refusal: "I will not." }, "stop")]);
    expect((await modelAt(server.baseUrl).complete(question("a"), never)).text).toBe("I will not.");
  });

  it("parts of content are put together", async () => {
    const content = [{ type: "thinking" }, { type: "text", text: "fo" }, { type: "text", text: "ur" }];
    const server = await streaming([delta({ content }, "stop")]);
    expect((await modelAt(server.baseUrl).complete(question("a"), never)).text).toBe("four");
  });

  it("a stream ends by its last event, by [DONE], or not at all", async () => {
    const finished = await streaming([delta({ content: "x" }, "stop")], "");
    expect((await modelAt(finished.baseUrl).complete(question("a"), never)).finish).toBe("stop");
    const marked = await streaming([delta({ content: "x" })]);
    expect((await modelAt(marked.baseUrl).complete(question("a"), never)).finish).toBe("other");
    const neither = await streaming([delta({ content: "say data: [DONE]\ndata: [DONE]" })], "");
    await expect(modelAt(neither.baseUrl).complete(question("a"), never)).rejects.toMatchObject({ retry: "yes" });
    const nothing = await streaming([]);
    await expect(modelAt(nothing.baseUrl).complete(question("a"), never)).rejects.toMatchObject({ retry: "yes" });
  });

  it("a stream may forget its last empty line", async () => {
    const server = await streaming([], `data: ${JSON.stringify(delta({ content: "x" }, "stop"))}`);
    expect((await modelAt(server.baseUrl).complete(question("a"), never)).text).toBe("x");
  });

  it("a connection that breaks after the last piece takes nothing from the answer", async () => {
    const server = await serve({
      intercept: (_request, response) => {
        sendStream(response, [delta({ content: "x" }, "stop")], "", true);
        setTimeout(() => response.socket?.resetAndDestroy(), 30);
        return true;
      },
    });
    expect((await modelAt(server.baseUrl).complete(question("a"), never)).text).toBe("x");
  });

  it("a server that says it is done and keeps the connection open is not waited for", async () => {
    const server = await streaming([delta({ content: "x" }, "stop")], "data: [DONE]\n\n", true);
    const startedAt = performance.now();
    expect((await modelAt(server.baseUrl).complete(question("a"), never)).text).toBe("x");
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it("keep-alive comments keep a slow answer alive", async () => {
    const server = await serve({
      intercept: (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        let beats = 0;
        const timer = setInterval(() => {
          beats += 1;
          response.write(": still thinking\n\n");
          if (beats < 8) return;
          clearInterval(timer);
          response.end(`data: ${JSON.stringify(delta({ content: "at last" }, "stop"))}\n\n`);
        }, 50);
        return true;
      },
    });
    expect((await modelAt(server.baseUrl, { idleMs: 200 }).complete(question("a"), never)).text).toBe("at last");
  });

  it.each(["application/json", "text/plain"])("a stream under the content type %s is read", async (type) => {
    const server = await serve({
      intercept: (_request, response) => {
        response.writeHead(200, { "content-type": type });
        response.end(`data: ${JSON.stringify(delta({ content: "x" }, "stop"))}\n\ndata: [DONE]\n\n`);
        return true;
      },
    });
    expect((await modelAt(server.baseUrl).complete(question("a"), never)).text).toBe("x");
  });

  it("a stream without line ends is cut off", async () => {
    const server = await serve({
      intercept: (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(`data: "${"x".repeat(5_000_000)}`);
        return true;
      },
    });
    const model = modelAt(server.baseUrl, { maxBytes: 3_000_000 });
    await expect(model.complete(question("a"), never)).rejects.toMatchObject({ trouble: "endless" });
  });
});

describe("names of models", () => {
  it.each([
    ["gpt-4o", "gpt-4o-2024-08-06"],
    ["gpt-4o", "GPT-4o"],
    ["student", "student@main"],
    ["student", "/models/student"],
    ["meta-llama/Llama-3.1-8B", "Llama-3.1-8B"],
    ["qwen", "C:\\models\\qwen.gguf"],
    ["llama3", "llama3:latest"],
    ["mistral-small-latest", "mistral-small-2501"],
    ["gpt-4-0125-preview", "gpt-4-0125-preview"],
  ])("%s may be called %s", (asked, replied) => {
    expect(isSameModel(asked, replied)).toBe(true);
  });

  it.each([
    ["gpt-4o", "gpt-4o-mini"],
    ["student", "somebody-else-7b"],
    ["llama3:8b", "llama3:70b"],
    ["gpt-4", "gpt-4-turbo"],
  ])("%s is not %s", (asked, replied) => {
    expect(isSameModel(asked, replied)).toBe(false);
  });

  it("other names can be allowed", async () => {
    const server = await serve({
      faults: [
        { at: 1, fault: "wrong-model" },
        { at: 2, fault: "wrong-model" },
      ],
    });
    const model = modelAt(server.baseUrl, { acceptModels: ["somebody-else-7b"] });
    expect((await model.complete(question("a"), never)).finish).toBe("stop");
    const any = modelAt(server.baseUrl, { acceptModels: "any" });
    expect((await any.complete(question("b"), never)).finish).toBe("stop");
  });
});

describe("thoughts in tags", () => {
  it.each([
    ["plain", "plain", null],
    ["<think>a</think>b", "b", "a"],
    ["\n<think>\na\n</think>\n\nb", "b", "a"],
    ["a</think>b", "b", "a"],
    ["<think>cut", "", "cut"],
    ["use <think>x</think> like this", "use <think>x</think> like this", null],
  ])("%j", (raw, text, reasoning) => {
    expect(splitReasoning(raw)).toEqual({ text, reasoning });
  });

  it("what is shown does not depend on how the text is cut", () => {
    const word = fc.constantFrom("<think>", "</think>", "<", "thi", " ", "\n", "a", "é");
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (words, sizes) => {
          const text = words.join("");
          const shown = (pieces: readonly string[]): string => {
            let all = "";
            const filter = new ThinkFilter((piece) => (all += piece));
            for (const piece of pieces) filter.push(piece);
            filter.end();
            return all;
          };
          const pieces: string[] = [];
          for (let at = 0, turn = 0; at < text.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            pieces.push(text.slice(at, at + size));
            at += size;
          }
          expect(shown(pieces)).toBe(shown([text]));
          if (text.trimStart().startsWith("<think>")) expect(shown(pieces)).toBe(splitReasoning(text).text);
        },
      ),
    );
  });
});

describe("events of a stream", () => {
  const read = (chunks: readonly Uint8Array[]): string[] => {
    const reader = new EventReader();
    return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
  };

  it("are read as the standard says", () => {
    const text =
      "\uFEFF: comment\n\nevent: x\ndata: a\ndata:b\nid: 7\n\n\n\ndata:  c\u0085d\u2028e\r\n\r\ndata: f\r\rdata: g";
    expect(read([Buffer.from(text)])).toEqual(["a\nb", " c\u0085d\u2028e", "f", "g"]);
  });

  it("do not depend on where the bytes are cut", () => {
    const line = fc.constantFrom("data: é€😀", "data:", ": c", "event: e", "", "data: {}", "x".repeat(30));
    const end = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(
        fc.array(line),
        end,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (lines, eol, sizes) => {
          const bytes = Buffer.from(lines.join(eol) + eol);
          const chunks: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(read(chunks)).toEqual(read([bytes]));
        },
      ),
    );
  });
});

describe("embeddings", () => {
  it("come in the order of the texts, as unit vectors, in batches", async () => {
    const server = await serve();
    const embedder = createOpenAiEmbedder({
      baseUrl: server.baseUrl,
      apiKey: null,
      model: "encoder",
      revision: null,
      batchSize: 3,
    });
    const texts = Array.from({ length: 8 }, (_, at) => `text ${at}`);
    const together = await embedder.embed(texts, never);
    const alone = await Promise.all(texts.map(async (text) => (await embedder.embed([text], never))[0]));
    expect(together).toEqual(alone);
    for (const vector of together) expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
    await embedder.close();
  });

  it.each([
    ["too few", { data: [{ index: 0, embedding: [1, 2] }] }],
    [
      "one twice",
      {
        data: [
          { index: 0, embedding: [1, 2] },
          { index: 0, embedding: [1, 2] },
        ],
      },
    ],
    [
      "unequal lengths",
      {
        data: [
          { index: 0, embedding: [1, 2] },
          { index: 1, embedding: [1, 2, 3] },
        ],
      },
    ],
    [
      "no direction",
      {
        data: [
          { index: 0, embedding: [0, 0] },
          { index: 1, embedding: [1, 2] },
        ],
      },
    ],
    ["something else", { vectors: [] }],
  ])("%s is a fault", async (_name, reply) => {
    const fetch = async (): Promise<Response> => Response.json(reply);
    const embedder = createOpenAiEmbedder({
      baseUrl: "http://x/v1",
      apiKey: null,
      model: "encoder",
      revision: null,
      fetch,
    });
    await expect(embedder.embed(["a", "b"], never)).rejects.toMatchObject({ kind: "endpoint", trouble: "malformed" });
  });

  it("are retried under the policy", async () => {
    let calls = 0;
    const fetch = async (): Promise<Response> => {
      calls += 1;
      if (calls < 3) return new Response("busy", { status: 503 });
      return Response.json({ data: [{ index: 0, embedding: [3, 4] }] });
    };
    const pacer = new Pacer({ ...DEFAULT_POLICY, firstDelayMs: 1 }, nodeClock, new Random(1, "retry"));
    const embedder = createOpenAiEmbedder({
      baseUrl: "http://x/v1",
      apiKey: null,
      model: "e",
      revision: "r",
      pacer,
      fetch,
    });
    expect(await embedder.embed(["a"], never)).toEqual([Float32Array.from([0.6, 0.8])]);
    expect(calls).toBe(3);
  });
});

describe("the list of models", () => {
  it("is sorted, and a wrong key is said to be one", async () => {
    const server = await serve({ models: ["b", "a"], apiKey: "right" });
    expect(await listModels({ baseUrl: server.baseUrl, apiKey: "right" }, never)).toEqual(["a", "b"]);
    await expect(listModels({ baseUrl: server.baseUrl, apiKey: "wrong-one" }, never)).rejects.toMatchObject({
      kind: "authentication",
    });
  });
});

describe("counting tokens", () => {
  it("counts by the o200k vocabulary and takes special tokens for text", async () => {
    const count = await loadTokenCounter();
    expect(count("hello world")).toBe(2);
    expect(count("")).toBe(0);
    expect(count("<|endoftext|>")).toBeGreaterThan(1);
  });
});
