import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createBuiltinServers,
  instructorModel,
  startBuiltinServer,
  studentModel,
} from "../../src/adapters/builtin/index.js";
import { createOpenAiChatModel } from "../../src/adapters/chat/index.js";
import type { ChatModel, ChatRequest, ModelIdentity } from "../../src/engine/seams/index.js";
import { startFaultServer, type FaultServer } from "../support/faultServer.js";

/** What every implementation of the `ChatModel` seam must do, whoever answers behind it. */
let endpoint: FaultServer;
let builtin: { readonly baseUrl: string; readonly apiKey: string; close(): Promise<void> };

function model(baseUrl: string, apiKey: string | null, name: string, stream: boolean): ChatModel {
  const identity: ModelIdentity = { provider: "openai", endpoint: baseUrl, name, revision: null };
  return createOpenAiChatModel({ baseUrl, apiKey, identity, idleMs: 5000, deadlineMs: 20_000, stream });
}

const implementations: readonly (readonly [name: string, make: () => ChatModel])[] = [
  ["an endpoint, streamed", () => model(endpoint.baseUrl, null, "any", true)],
  ["an endpoint, whole", () => model(endpoint.baseUrl, null, "any", false)],
  ["the built-in student", () => model(builtin.baseUrl, builtin.apiKey, studentModel, true)],
  ["the built-in student, whole", () => model(builtin.baseUrl, builtin.apiKey, studentModel, false)],
  ["the built-in instructor", () => model(builtin.baseUrl, builtin.apiKey, instructorModel, true)],
];

beforeAll(async () => {
  endpoint = await startFaultServer({ answer: ({ messages }) => `Answer to: ${messages.at(-1)?.content ?? ""}` });
  builtin = await startBuiltinServer({ student: null, instructor: true, runner: null, seed: 1 });
});

afterAll(async () => {
  await Promise.all([endpoint.close(), builtin.close()]);
});

const request: ChatRequest = {
  messages: [{ role: "user", content: "Mia has 3 pens and buys 4 more. How many pens has Mia now?" }],
  parameters: { temperature: 0, topP: null, maxTokens: 200, seed: null, stop: [], format: null },
  sample: 0,
};

describe.each(implementations)("chat model: %s", (_name, make) => {
  it("answers with text, an end and a usage, and shows all of the text as it arrives", async () => {
    let shown = "";
    const answer = await make().complete(request, new AbortController().signal, (piece) => (shown += piece));
    expect(answer.text).not.toBe("");
    expect(shown).toBe(answer.text);
    expect(answer.finish).toBe("stop");
    expect(answer.usage.promptTokens).toBeGreaterThan(0);
    expect(answer.usage.completionTokens).toBeGreaterThan(0);
  });

  it("answers the same request the same way", async () => {
    const [first, second] = [make(), make()];
    const { text } = await first.complete(request, new AbortController().signal);
    expect((await second.complete(request, new AbortController().signal)).text).toBe(text);
  });

  it("rejects with the fault `cancelled` when the signal is aborted", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(make().complete(request, controller.signal)).rejects.toMatchObject({ kind: "cancelled" });
  });
});

describe("the built-in servers", () => {
  it("refuse a caller without their token", async () => {
    const stranger = model(builtin.baseUrl, "wrong", studentModel, false);
    await expect(stranger.complete(request, new AbortController().signal)).rejects.toMatchObject({
      kind: "authentication",
    });
  });

  it("keep one identity whatever port they are on", async () => {
    const servers = createBuiltinServers({ runner: null, seed: 1 });
    const signal = new AbortController().signal;
    const [first, second] = [await servers.student.serve(null, signal), await servers.student.serve(null, signal)];
    expect(second.identity).toEqual(first.identity);
    expect(second.baseUrl).not.toBe(first.baseUrl);
    await Promise.all([first.close(), second.close()]);
  });
});
