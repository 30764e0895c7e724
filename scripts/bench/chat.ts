/**
 * How much the client adds to the time of a model: N questions at concurrency 64 against a loopback server that takes
 * 500 ms for each, under the whole stack (paid-answer service, policy, client). The ideal time is N / 64 × 500 ms.
 * Also the client's own cost of a short call: against the same server without latency.
 */
import { fork, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createOpenAiChatModel, nodeClock } from "../../src/adapters/chat/index.js";
import { Asker, Budget, DEFAULT_POLICY, FREE, NO_CAP, withPolicy } from "../../src/engine/asking/index.js";
import { Random } from "../../src/engine/random.js";

const CONCURRENCY = 64;
const LATENCY_MS = 500;
const QUESTIONS = 1_280;
const ALLOWED = 1.1;
const SHORT_CALLS = 2_000;

if (process.send === undefined) await measure();
else serve();

/** The server has a process of its own, so that its work is not counted as the client's. */
function serve(): void {
  const usage = { prompt_tokens: 12, completion_tokens: 20 };
  const server = createServer((request, response) => {
    const latency = request.headers["x-latency"] === undefined ? 0 : Number(request.headers["x-latency"]);
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text) => (body += String(text)));
    request.on("end", () => {
      setTimeout(() => {
        if (!body.includes('"stream":true')) {
          const message = { role: "assistant", content: " word".repeat(20) };
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify({ model: "student", choices: [{ message, finish_reason: "stop" }], usage }));
          return;
        }
        const event = (choice: object, rest: object): string =>
          `data: ${JSON.stringify({ model: "student", choices: [{ index: 0, ...choice }], ...rest })}\n\n`;
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (let piece = 0; piece < 20; piece += 1) {
          response.write(event({ delta: { content: ` word${piece}` }, finish_reason: null }, {}));
        }
        response.end(`${event({ delta: {}, finish_reason: "stop" }, { usage })}data: [DONE]\n\n`);
      }, latency);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}

async function measure(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url));
  try {
    const port = await portOf(child);
    // The first calls compile the code; a run of thousands does not notice them.
    await ask(port, 0, 256);
    const slow = await ask(port, LATENCY_MS, QUESTIONS);
    const bareSeconds = await askBare(port, LATENCY_MS, QUESTIONS);
    const streamed = await ask(port, 0, SHORT_CALLS);
    const whole = await ask(port, 0, SHORT_CALLS, false);
    const idealSeconds = (QUESTIONS / CONCURRENCY) * (LATENCY_MS / 1000);
    const ratio = slow.seconds / idealSeconds;
    process.stdout.write(
      `${JSON.stringify({
        questions: QUESTIONS,
        concurrency: CONCURRENCY,
        latencyMs: LATENCY_MS,
        idealSeconds,
        seconds: slow.seconds,
        ratio,
        allowed: ALLOWED,
        passed: ratio <= ALLOWED,
        // The same questions by nothing but `fetch`: what the machine itself adds at this moment.
        bareFetchRatio: bareSeconds / idealSeconds,
        cpuMsPerCall: (slow.cpuSeconds * 1000) / QUESTIONS,
        shortCalls: {
          streamed: perCall(streamed),
          whole: perCall(whole),
        },
      })}\n`,
    );
    if (ratio > ALLOWED) process.exitCode = 1;
  } finally {
    child.kill();
  }
}

/** The least that any client does: send a body, receive a text. */
async function askBare(port: number, latencyMs: number, questions: number): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < questions) {
      const body = JSON.stringify({ stream: true, question: `Question ${next}: how many apples are left?` });
      next += 1;
      const headers = { "x-latency": String(latencyMs), "content-type": "application/json" };
      const reply = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", body, headers });
      await reply.text();
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return (performance.now() - startedAt) / 1000;
}

interface Times {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

function perCall({ seconds, cpuSeconds }: Times): { readonly perSecond: number; readonly cpuMsPerCall: number } {
  return { perSecond: SHORT_CALLS / seconds, cpuMsPerCall: (cpuSeconds * 1000) / SHORT_CALLS };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("message", (port) => resolve(Number(port)));
    child.once("exit", (code) => reject(new Error(`the server ended with code ${code ?? "none"}`)));
  });
}

async function ask(port: number, latencyMs: number, questions: number, stream = true): Promise<Times> {
  const endpoint = `http://127.0.0.1:${port}/v1`;
  const identity = { provider: "openai", endpoint, name: "student", revision: null };
  const headers = { "x-latency": String(latencyMs) };
  const client = createOpenAiChatModel({
    baseUrl: endpoint,
    apiKey: null,
    identity,
    idleMs: 60_000,
    deadlineMs: 60_000,
    headers,
    stream,
  });
  const model = withPolicy(client, { ...DEFAULT_POLICY, concurrency: CONCURRENCY }, nodeClock, new Random(1, "retry"));
  const stored = new Map<string, unknown>();
  const asker = new Asker({
    model,
    cache: {
      get: async () => undefined,
      has: async () => false,
      refresh: async () => undefined,
      put: async (key, value) => void stored.set(key, value),
      close: async () => undefined,
    },
    budget: new Budget(NO_CAP),
    price: FREE,
    run: "bench",
    purpose: "target",
    clock: nodeClock,
  });
  const { signal } = new AbortController();
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await Promise.all(
    Array.from({ length: questions }, (_, index) =>
      asker.ask(
        {
          messages: [{ role: "user", content: `Question ${index}: how many apples are left?` }],
          parameters: { temperature: 0, topP: null, maxTokens: 1024, seed: null, stop: [], format: null },
          sample: 0,
        },
        signal,
      ),
    ),
  );
  if (stored.size !== questions) throw new Error(`${stored.size} answers for ${questions} questions`);
  const cpu = process.cpuUsage(cpuBefore);
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
}
