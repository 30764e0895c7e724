import { afterEach } from "vitest";
import { createOpenAiChatModel, type OpenAiChatModelOptions } from "../../src/adapters/chat/index.js";
import type { ChatModel } from "../../src/engine/seams/index.js";
import { reversed } from "../support/chat.js";
import { startFaultServer, type FaultServer, type FaultServerOptions } from "../support/faultServer.js";

/** Starts servers of the tests of a file, which are closed after each of them. */
export function servers(): (options?: Partial<FaultServerOptions>) => Promise<FaultServer> {
  const started: FaultServer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.close()));
  });
  return async (options = {}) => {
    const server = await startFaultServer({ answer: reversed, ...options });
    started.push(server);
    return server;
  };
}

/** The model of a server, which is given up soon. */
export function modelAt(baseUrl: string, options: Partial<OpenAiChatModelOptions> = {}): ChatModel {
  return createOpenAiChatModel({
    baseUrl,
    apiKey: "sk-test-0123456789",
    identity: { provider: "openai", endpoint: baseUrl, name: "student", revision: null },
    idleMs: 2_000,
    deadlineMs: 5_000,
    ...options,
  });
}
