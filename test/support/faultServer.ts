import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { sha256 } from "../../src/engine/hash.js";

/** What the server can do wrong to one request. */
export type FaultName =
  | "429"
  | "429-retry-after"
  | "429-retry-date"
  | "429-no-credit"
  | "500"
  | "reset-before-answer"
  | "reset-inside-body"
  | "hang-before-headers"
  | "hang-inside-stream"
  | "html-200"
  | "empty-200"
  | "broken-json"
  | "error-event"
  | "truncated-stream"
  | "endless-stream"
  | "wrong-model"
  | "slow-bytes"
  | "wrong-key"
  | "unknown-model";

/** The faults after which the same request, sent again, gets its answer: a client that retries must not show them. */
export const PASSING_FAULTS: readonly FaultName[] = [
  "429",
  "429-retry-after",
  "429-retry-date",
  "500",
  "reset-before-answer",
  "reset-inside-body",
  "hang-before-headers",
  "hang-inside-stream",
  "html-200",
  "empty-200",
  "broken-json",
  "error-event",
  "truncated-stream",
  "endless-stream",
  "wrong-model",
  "slow-bytes",
];

export interface ScheduledFault {
  /** Number of the chat request, counted from 1 in order of arrival. */
  readonly at: number;
  readonly fault: FaultName;
}

/** Each passing fault once, `every` requests apart, from request number `first` on. */
export function eachFaultOnce(first = 2, every = 3): ScheduledFault[] {
  return PASSING_FAULTS.map((fault, index) => ({ at: first + index * every, fault }));
}

/** A chat request as the server received it. */
export interface ReceivedRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream: boolean;
  /** The whole body. */
  readonly body: { readonly [field: string]: unknown };
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
}

export interface FaultServerOptions {
  /** The text of the answer: a function of the request alone, so that order and faults change nothing. */
  readonly answer: (request: ReceivedRequest) => string | Promise<string>;
  readonly faults?: readonly ScheduledFault[];
  /** Cuts answers into pieces and picks where a body breaks. */
  readonly seed?: number;
  /** Time between request and answer in milliseconds. */
  readonly latencyMs?: number;
  /** The key that requests must carry; null accepts every one. */
  readonly apiKey?: string | null;
  /** Names of the models served; null serves every name. */
  readonly models?: readonly string[] | null;
  /** Answers instead of the server where it returns true. */
  readonly intercept?: (request: ReceivedRequest, response: ServerResponse) => boolean;
  /** Seconds that `429-retry-after` and `429-retry-date` ask to wait. */
  readonly retryAfterSeconds?: number;
}

export interface FaultServer {
  /** Address with `/v1`. */
  readonly baseUrl: string;
  /** How often each request was received, by its model, messages and parameters (the body without stream options). */
  readonly requests: ReadonlyMap<string, number>;
  /** Every chat request in order of arrival. */
  readonly received: readonly ReceivedRequest[];
  /** The faults that were given so far. */
  readonly given: readonly FaultName[];
  /** Most chat requests that were open at once. */
  readonly mostOpen: number;
  /** Connections accepted so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/**
 * A loopback server that speaks chat completions (streaming and not), `/v1/models` and `/v1/embeddings`, and does wrong
 * what its schedule says. A request to which it did something wrong is answered when it comes again: a fault that falls
 * on such a request is kept for the next one that had none.
 */
export async function startFaultServer(options: FaultServerOptions): Promise<FaultServer> {
  const state = new State(options);
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    handle(state, request, response).catch((thrown: unknown) => {
      response.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
    });
  });
  server.on("connection", (socket) => {
    state.connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests: state.requests,
    received: state.received,
    given: state.given,
    get mostOpen() {
      return state.mostOpen;
    },
    get connections() {
      return state.connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

class State {
  readonly options: FaultServerOptions;
  readonly requests = new Map<string, number>();
  readonly received: ReceivedRequest[] = [];
  readonly given: FaultName[] = [];
  connections = 0;
  open = 0;
  mostOpen = 0;
  readonly #faulted = new Set<string>();
  readonly #waiting: FaultName[] = [];

  constructor(options: FaultServerOptions) {
    this.options = options;
  }

  /** Counts a request and says what to do wrong to it. */
  arrive(request: ReceivedRequest): FaultName | null {
    const key = contentKey(request);
    this.received.push(request);
    this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
    for (const { at, fault } of this.options.faults ?? []) if (at === this.received.length) this.#waiting.push(fault);
    if (this.#waiting.length === 0 || this.#faulted.has(key)) return null;
    this.#faulted.add(key);
    const fault = this.#waiting.shift() ?? null;
    if (fault !== null) this.given.push(fault);
    return fault;
  }
}

/** What identifies a request's content: everything that can change its answer. */
function contentKey(request: ReceivedRequest): string {
  const rest = Object.entries(request.body).filter(([name]) => name !== "stream" && name !== "stream_options");
  return sha256(JSON.stringify(rest)).slice(0, 32);
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { apiKey = null, latencyMs = 0, intercept } = state.options;
  const text = await bodyOf(request);
  if (apiKey !== null && request.headers.authorization !== `Bearer ${apiKey}`) {
    wrongKey(response, request.headers.authorization ?? "");
    return;
  }
  if (request.method === "GET" && request.url === "/v1/models") {
    const names = state.options.models ?? ["student", "instructor"];
    sendJson(response, 200, { object: "list", data: names.map((id) => ({ id, object: "model" })) });
    return;
  }
  const body = JSON.parse(text) as { readonly [field: string]: unknown };
  if (request.method === "POST" && request.url === "/v1/embeddings") {
    embeddings(response, body);
    return;
  }
  if (request.method !== "POST" || request.url !== "/v1/chat/completions") {
    sendJson(response, 404, { detail: "Not Found" });
    return;
  }
  const received: ReceivedRequest = {
    model: String(body["model"]),
    messages: body["messages"] as ReceivedRequest["messages"],
    stream: body["stream"] === true,
    body,
    headers: request.headers,
  };
  const fault = state.arrive(received);
  state.open += 1;
  state.mostOpen = Math.max(state.mostOpen, state.open);
  response.once("close", () => (state.open -= 1));
  if (intercept?.(received, response) === true) return;
  if (latencyMs > 0) await pause(latencyMs);
  if (state.options.models?.includes(received.model) === false) unknownModel(response, received.model);
  else if (fault === null) await sendAnswer(state, received, response, {});
  else await misbehave(state, fault, received, response);
}

async function misbehave(
  state: State,
  fault: FaultName,
  request: ReceivedRequest,
  response: ServerResponse,
): Promise<void> {
  const seconds = state.options.retryAfterSeconds ?? 1;
  switch (fault) {
    case "429":
      return sendJson(response, 429, { error: { message: "Too many requests", type: "requests" } });
    case "429-retry-after":
      response.setHeader("retry-after", String(seconds));
      return sendJson(response, 429, { error: { message: "Too many requests", type: "requests" } });
    case "429-retry-date":
      response.setHeader("retry-after", new Date(Date.now() + seconds * 1000).toUTCString());
      return sendJson(response, 429, { error: { message: "Too many requests", type: "requests" } });
    case "429-no-credit":
      return sendJson(response, 429, {
        error: { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" },
      });
    case "500":
      return sendJson(response, 500, { error: { message: "Internal error", type: "server_error" } });
    case "reset-before-answer":
      reset(response);
      return;
    case "hang-before-headers":
      return;
    case "html-200":
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>Maintenance</title><p>Please come back later.</p>");
      return;
    case "empty-200":
      response.writeHead(200, { "content-type": "application/json", "content-length": "0" });
      response.end();
      return;
    case "broken-json":
      if (request.stream) return sendAnswer(state, request, response, { breakJson: true });
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"choices": [{"message": {"content": "half');
      return;
    case "wrong-model":
      return sendAnswer(state, request, response, { model: "somebody-else-7b" });
    case "wrong-key":
      wrongKey(response, String(request.headers["authorization"] ?? ""));
      return;
    case "unknown-model":
      unknownModel(response, request.model);
      return;
    case "reset-inside-body":
    case "hang-inside-stream":
    case "error-event":
    case "truncated-stream":
    case "endless-stream":
    case "slow-bytes":
      return sendAnswer(state, request, response, { ending: fault });
  }
}

interface Manner {
  readonly model?: string;
  readonly breakJson?: boolean;
  readonly ending?:
    "reset-inside-body" | "hang-inside-stream" | "error-event" | "truncated-stream" | "endless-stream" | "slow-bytes";
}

async function sendAnswer(
  state: State,
  request: ReceivedRequest,
  response: ServerResponse,
  manner: Manner,
): Promise<void> {
  const text = await state.options.answer(request);
  const model = manner.model ?? request.model;
  const usage = usageOf(request, text);
  if (!request.stream) {
    const reply = JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion",
      model,
      choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
      usage,
    });
    response.writeHead(200, { "content-type": "application/json" });
    await sendWhole(response, reply, manner);
    return;
  }
  const event = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ object: "chat.completion.chunk", model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const pieces = cut(text, state.options.seed ?? 0);
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(event({ role: "assistant", content: "" }, null));
  const half = Math.ceil(pieces.length / 2);
  for (const piece of pieces.slice(0, half)) response.write(event({ content: piece }, null));
  if (manner.breakJson === true) {
    response.end('data: {"choices": [{"delta": {"content": "ha\n\n');
    return;
  }
  if (manner.ending !== undefined && (await breakOff(response, manner.ending, event))) return;
  const rest = pieces.slice(half).map((piece) => event({ content: piece }, null));
  const last = [event({}, "stop")];
  if (wantsUsage(request)) last.push(`data: ${JSON.stringify({ model, choices: [], usage })}\n\n`);
  const tail = [...rest, ...last, "data: [DONE]\n\n"].join("");
  if (manner.ending === "slow-bytes") await drip(response, tail);
  else response.end(tail);
}

/** The second half of a stream, done wrong; false when the stream goes on. */
async function breakOff(
  response: ServerResponse,
  ending: NonNullable<Manner["ending"]>,
  event: (delta: object, finish: string | null) => string,
): Promise<boolean> {
  switch (ending) {
    case "reset-inside-body":
      // What was written has to be on its way before the connection is broken.
      await pause(5);
      reset(response);
      return true;
    case "hang-inside-stream":
      return true;
    case "error-event":
      response.end(`data: ${JSON.stringify({ error: { message: "The engine has died", type: "server_error" } })}\n\n`);
      return true;
    case "truncated-stream":
      response.end();
      return true;
    case "endless-stream": {
      const block = event({ content: " and so on" }, null).repeat(200);
      while (!response.destroyed) {
        response.write(block);
        await pause(1);
      }
      return true;
    }
    case "slow-bytes":
      return false;
  }
}

/** A whole reply, done wrong where the manner says so. */
async function sendWhole(response: ServerResponse, reply: string, { ending }: Manner): Promise<void> {
  const half = reply.slice(0, Math.ceil(reply.length / 2));
  switch (ending) {
    case undefined:
      response.end(reply);
      return;
    case "slow-bytes":
      await drip(response, reply);
      return;
    case "error-event":
      response.end(JSON.stringify({ error: { message: "The engine has died", type: "server_error" } }));
      return;
    case "truncated-stream":
      response.end(half);
      return;
    case "hang-inside-stream":
      response.write(half);
      return;
    case "reset-inside-body":
      response.write(half);
      await pause(5);
      reset(response);
      return;
    case "endless-stream":
      while (!response.destroyed) {
        response.write(" ".repeat(64_000));
        await pause(1);
      }
  }
}

async function drip(response: ServerResponse, text: string): Promise<void> {
  const bytes = Buffer.from(text, "utf8");
  const step = Math.max(1, Math.ceil(bytes.length / 25));
  for (let at = 0; at < bytes.length; at += step) {
    response.write(bytes.subarray(at, at + step));
    await pause(4);
  }
  response.end();
}

/** Breaks the connection with a TCP reset. */
function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function wrongKey(response: ServerResponse, authorization: string): void {
  const key = authorization.replace("Bearer ", "");
  sendJson(response, 401, {
    error: { message: `Incorrect API key provided: ${key}.`, type: "invalid_request_error", code: "invalid_api_key" },
  });
}

function unknownModel(response: ServerResponse, model: string): void {
  sendJson(response, 404, {
    error: { message: `The model \`${model}\` does not exist`, type: "invalid_request_error", code: "model_not_found" },
  });
}

/** Vectors of 8 numbers by the text's hash, in reverse order, so that a client has to look at the index. */
function embeddings(response: ServerResponse, body: { readonly [field: string]: unknown }): void {
  const texts = body["input"] as readonly string[];
  const data = texts.map((text, index) => {
    const digest = sha256(text);
    const embedding = Array.from(
      { length: 8 },
      (_, at) => Number.parseInt(digest.slice(at * 4, at * 4 + 4), 16) - 32768,
    );
    return { object: "embedding", index, embedding };
  });
  sendJson(response, 200, { object: "list", model: body["model"], data: data.reverse() });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function wantsUsage(request: ReceivedRequest): boolean {
  const wanted = request.body["stream_options"];
  return typeof wanted === "object" && wanted !== null && "include_usage" in wanted && wanted.include_usage === true;
}

function usageOf(request: ReceivedRequest, text: string): object {
  const prompt = request.messages.reduce((sum, { content }) => sum + Math.ceil(content.length / 4) + 4, 3);
  const completion = Math.ceil(text.length / 4);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** Cuts a text into pieces of 1 to 8 characters, the same ones for the same text and seed. */
function cut(text: string, seed: number): string[] {
  const characters = [...text];
  const digest = sha256(`${seed}:${text}`);
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < characters.length; turn += 1) {
    const size = 1 + (Number.parseInt(digest[turn % digest.length] ?? "0", 16) % 8);
    pieces.push(characters.slice(at, at + size).join(""));
    at += size;
  }
  return pieces;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
