import { afterEach, describe, expect, it } from "vitest";
import { createOpenAiChatModel, nodeClock, type OpenAiChatModelOptions } from "../../src/adapters/chat/index.js";
import { DEFAULT_POLICY, EndpointFault, withPolicy, type EndpointTrouble } from "../../src/engine/asking/index.js";
import { Fault } from "../../src/engine/fault.js";
import { Random } from "../../src/engine/random.js";
import type { ChatModel } from "../../src/engine/seams/index.js";
import {
  eachFaultOnce,
  PASSING_FAULTS,
  startFaultServer,
  type FaultName,
  type FaultServer,
  type FaultServerOptions,
} from "../support/faultServer.js";
import { question, reversed } from "../support/chat.js";

const servers: FaultServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(options: Partial<FaultServerOptions> = {}): Promise<FaultServer> {
  const server = await startFaultServer({ answer: reversed, ...options });
  servers.push(server);
  return server;
}

function modelAt(baseUrl: string, options: Partial<OpenAiChatModelOptions> = {}): ChatModel {
  return createOpenAiChatModel({
    baseUrl,
    apiKey: "sk-test-0123456789",
    identity: { provider: "openai", endpoint: baseUrl, name: "student", revision: null },
    idleMs: 200,
    deadlineMs: 5_000,
    maxBytes: 200_000,
    ...options,
  });
}

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
    const model = modelAt(server.baseUrl);
    const fault = await faultOf(model.complete(question("one"), never));
    expect(fault).toBeInstanceOf(EndpointFault);
    expect(fault).toMatchObject({ trouble, retry });
    expect(fault.details.remedy).toMatch(/\.$/);
    expect(fault.describe()).not.toContain("sk-test-0123456789");
    expect(JSON.stringify(fault)).not.toContain("sk-test-0123456789");
    const again = await model.complete(question("one"), never);
    expect(again.text).toBe(reversed({ messages: question("one").messages }));
  });
});
