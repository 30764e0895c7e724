import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createBuiltinModelServer,
  createBuiltinServers,
  instructorModel,
  startBuiltinInstructor,
  startBuiltinServer,
  studentModel,
  studentRevision,
  type BuiltinServer,
} from "../../src/adapters/builtin/index.js";
import { countTokens } from "../../src/adapters/builtin/server.js";

let server: BuiltinServer;
beforeAll(async () => {
  server = await startBuiltinServer({ student: null, instructor: true, runner: null, seed: 1 });
});
afterAll(() => server.close());

const question = "Ann has 12 plums and gets 5 more plums. How many plums does Ann have now?";
const messages = [{ role: "user" as const, content: question }];

async function post(
  body: unknown,
  key = server.apiKey,
  path = "/chat/completions",
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(server.baseUrl + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

describe("the built-in server", () => {
  it("answers the same whole and streamed, with usage", async () => {
    const client = new OpenAI({ baseURL: server.baseUrl, apiKey: server.apiKey });
    const whole = await client.chat.completions.create({ model: studentModel, messages });
    const text = whole.choices[0]?.message.content ?? "";
    expect(text).toContain("The answer is");
    expect(whole.usage?.completion_tokens).toBe(countTokens(text));
    expect(whole.choices[0]?.finish_reason).toBe("stop");
    const stream = await client.chat.completions.create({
      model: studentModel,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let streamed = "";
    let total: number | undefined;
    for await (const chunk of stream) {
      streamed += chunk.choices[0]?.delta.content ?? "";
      total = chunk.usage?.total_tokens ?? total;
    }
    expect(streamed).toBe(text);
    expect(total).toBe(whole.usage?.total_tokens);
  });

  it("lists its models", async () => {
    const client = new OpenAI({ baseURL: server.baseUrl, apiKey: server.apiKey });
    const models = await client.models.list();
    expect(models.data.map((model) => model.id)).toEqual([studentModel, instructorModel]);
  });

  it("cuts at the limit of tokens and at stop sequences", async () => {
    const cut = await post({ model: studentModel, messages, max_completion_tokens: 4 });
    const choice = (cut.body as { choices: { finish_reason: string; message: { content: string } }[] }).choices[0];
    expect(choice?.finish_reason).toBe("length");
    expect(countTokens(choice?.message.content ?? "")).toBe(4);
    const stopped = await post({ model: studentModel, messages, stop: ["The answer"] });
    expect(JSON.stringify(stopped.body)).not.toContain("The answer");
  });

  it.each([
    ["a wrong key", 401, async () => post({ model: studentModel, messages }, "wrong")],
    ["an unknown model", 404, async () => post({ model: "gpt-9", messages })],
    ["an unknown address", 404, async () => post({}, server.apiKey, "/embeddings")],
    ["broken JSON", 400, async () => post("{")],
    ["no messages", 400, async () => post({ model: studentModel })],
    [
      "too large a request",
      413,
      async () => post({ model: studentModel, messages: [{ role: "user", content: "x".repeat(9_000_000) }] }),
    ],
  ])("refuses %s with status %i and a JSON error", async (_, status, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { message: expect.any(String) as string } });
  });

  it("answers many requests at once, quickly", async () => {
    const started = performance.now();
    const count = 300;
    const answers = await Promise.all(Array.from({ length: count }, () => post({ model: studentModel, messages })));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect((performance.now() - started) / count).toBeLessThan(20);
  });

  it("listens on loopback only and stops", async () => {
    const other = await startBuiltinServer({ student: null, instructor: false, runner: null, seed: 1 });
    expect(new URL(other.baseUrl).hostname).toBe("127.0.0.1");
    expect(other.apiKey).not.toBe(server.apiKey);
    await other.close();
    await other.close();
    await expect(fetch(other.baseUrl)).rejects.toThrow();
  });
});

describe("served models", () => {
  it("have an identity that no port and no start changes", async () => {
    const { signal } = new AbortController();
    const servers = createBuiltinServers({ runner: null, seed: 1 });
    const student = await servers.student.serve(null, signal);
    const instructor = await startBuiltinInstructor(servers, signal);
    expect(student.identity).toEqual({
      provider: "builtin",
      endpoint: "builtin",
      name: studentModel,
      revision: studentRevision,
    });
    expect(instructor.identity.name).toBe(instructorModel);
    await student.close();
    await instructor.close();
  });

  it("are refused with a fault when the checkpoint is not there", async () => {
    const { signal } = new AbortController();
    const student = createBuiltinModelServer();
    await expect(student.serve({ hash: "0", path: "/nowhere/checkpoint.json" }, signal)).rejects.toMatchObject({
      kind: "training",
    });
  });
});
